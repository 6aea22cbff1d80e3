/* SPDX-License-Identifier: MIT */

/* The verb signal: a day of it as a plot, or as something for other programs; once, or on and on. */

#include "render.h"
#include "varlink_client.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/io/atomic_file.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_S 86400.0

static int print_all(FILE *out, const char *text)
{
    errno = EIO;
    return fputs(text, out) < 0 || fflush(out) != 0 ? -errno : 0;
}

/* A pipe or a device is no file that could be put another in the place of. */
static int write_into(const char *path, const char *text)
{
    FILE *out = fopen(path, "we");

    if (!out)
        return -errno;
    int r = print_all(out, text);
    return fclose(out) != 0 && r == 0 ? -errno : r;
}

static bool is_stdout(const char *path, const struct stat *st)
{
    struct stat out;

    return strcmp(path, "-") == 0 ||
           (st && fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == st->st_dev && out.st_ino == st->st_ino);
}

/* What bears the name stays what it is: only a file of its own is replaced, and whole. */
static int write_out(const char *path, const char *text)
{
    _cleanup_free_ char *target = NULL;
    struct stat st;
    bool there = stat(path, &st) == 0;

    if (is_stdout(path, there ? &st : NULL))
        return print_all(stdout, text);
    if (there && !S_ISREG(st.st_mode))
        return write_into(path, text);
    int r = mc_file_target(path, &target);
    return r < 0 ? r : mc_file_write(target, text, strlen(text), 0644);
}

static enum cli_exit write_svg(const struct cli *cli, const json_t *reply)
{
    _cleanup_free_ char *text = render_signal_svg(reply);
    int r = text ? write_out(cli->signal.svg, text) : -ENOMEM;

    if (r == 0)
        return CLI_DONE;
    cli_complain("%s: %s", cli->signal.svg, strerror(-r));
    return CLI_REFUSED;
}

static enum cli_exit draw(const struct cli *cli, const json_t *reply)
{
    const struct render_style style = {.colour = cli->colour, .utf8 = cli->utf8, .columns = cli->columns};
    _cleanup_free_ char *text = render_signal(reply, &style);

    if (!text) {
        cli_complain("out of memory");
        return CLI_REFUSED;
    }
    fputs(text, stdout);
    fflush(stdout);
    return CLI_DONE;
}

/* The day as it is with @fresh, the reply for one more sample: facts anew, samples joined, what is too old gone. */
static void join(json_t *day, const json_t *fresh)
{
    json_t *samples = json_incref(json_object_get(day, "samples"));
    double now_s = 0, at_s;

    json_array_extend(samples, json_object_get(fresh, "samples"));
    json_object_update(day, (json_t *)fresh);
    json_object_set_new(day, "samples", samples);
    render_number(day, "time", &now_s);
    while (render_number(json_array_get(samples, 0), "time", &at_s) && at_s < now_s - DAY_S)
        json_array_remove(samples, 0);
}

static enum cli_exit show(const struct cli *cli, json_t **day, const json_t *reply)
{
    const json_t *samples = json_object_get(reply, "samples");
    bool first = !*day;

    if (cli->signal.csv) {
        render_signal_csv(stdout, samples, first);
    } else if (cli->json) {
        cli_print_json(cli, reply);
    } else if (!cli->columns) {
        size_t n = json_array_size(samples);

        for (size_t i = first && n > 0 ? n - 1 : 0; i < n; i++)
            render_signal_line(stdout, json_array_get(samples, i));
    } else {
        if (*day)
            join(*day, reply);
        fputs("\033[H\033[J", stdout);
        draw(cli, *day ? *day : reply);
    }
    if (first)
        *day = json_deep_copy(reply);
    fflush(stdout);
    return *day ? CLI_DONE : CLI_REFUSED;
}

static enum cli_exit follow(const struct cli *cli)
{
    struct cli_link link;
    json_t *day = NULL, *message, *reply;
    enum cli_exit result = cli_link_open(cli, &link);
    int r;

    if (result != CLI_DONE)
        return result;
    r = cli_link_call(&link, "Signal", NULL, true);
    while (r == 0 && result == CLI_DONE && !ferror(stdout)) {
        r = cli_link_receive(&link, -1, &message);
        if (r < 0)
            break;
        result = cli_judge(cli, message, &reply);
        if (result == CLI_DONE)
            result = show(cli, &day, reply);
        json_decref(message);
    }
    cli_link_close(&link);
    json_decref(day);
    return r < 0 ? cli_lost(cli, r) : result;
}

enum cli_exit cli_run_signal(const struct cli *cli)
{
    json_t *reply;

    if (cli->json + cli->signal.csv + (cli->signal.svg != NULL) > 1 || (cli->signal.svg && cli->signal.watch)) {
        cli_complain("one of --json, --csv and --svg=FILE at a time, and no --watch with --svg=FILE");
        return CLI_USAGE;
    }
    if (cli->signal.watch)
        return follow(cli);
    enum cli_exit result = cli_ask(cli, "Signal", NULL, &reply);
    if (result != CLI_DONE)
        return result;
    if (cli->signal.svg)
        result = write_svg(cli, reply);
    else if (cli->signal.csv)
        render_signal_csv(stdout, json_object_get(reply, "samples"), true);
    else if (!cli_print_json(cli, reply))
        result = draw(cli, reply);
    json_decref(reply);
    return result;
}
