/* SPDX-License-Identifier: MIT */

/* The verbs that wait for events: watch and wait. */

#include "render.h"
#include "varlink_client.h"
#include <microcat/base/cleanup.h>
#include <poll.h>

#define GRACE_MS 5000 /* the daemon counts the time-out; ours is for a daemon that has stopped counting */
#define AGAIN_MS 250  /* between two looks for a daemon that is not there */

static void print_begin(const struct cli *cli, const json_t *status)
{
    char age[32];
    double age_s = 0;

    render_number(status, "state_age_s", &age_s);
    printf("%s for %s", render_string(status, "state", "?"), render_duration(age_s, age, sizeof(age)));
    if (render_get(status, "fault"))
        printf(": %s", render_string(status, "fault.text", "?"));
    putchar('\n');
}

static void print_one(const struct cli *cli, const json_t *parameters)
{
    struct render_style style = {.colour = cli->colour, .utf8 = cli->utf8};
    const json_t *status = render_get(parameters, "status"), *event = render_get(parameters, "event");
    _cleanup_free_ char *line = NULL;

    if (cli_print_json(cli, event ? event : status))
        return;
    if (status)
        print_begin(cli, status);
    line = event ? render_event(event, &style) : NULL;
    if (line && line[0])
        puts(line);
    fflush(stdout);
}

enum cli_exit cli_run_watch(const struct cli *cli)
{
    struct cli_link link;
    enum cli_exit result = cli_link_open(cli, &link);
    int r;

    if (result != CLI_DONE)
        return result;
    r = cli_link_call(&link, "Watch", NULL, true);
    while (r == 0 && result == CLI_DONE) {
        json_t *message, *parameters;

        r = cli_link_receive(&link, -1, &message);
        if (r < 0)
            break;
        result = cli_judge(cli, message, &parameters);
        if (result == CLI_DONE)
            print_one(cli, parameters);
        json_decref(message);
        if (ferror(stdout)) /* whoever read this has gone */
            break;
    }
    cli_link_close(&link);
    return r < 0 ? cli_lost(cli, r) : result;
}

static enum cli_exit wait_once(const struct cli *cli, int64_t timeout_ms)
{
    json_t *parameters = json_object(), *reply;
    enum cli_exit result;

    if (cli->wanted)
        json_object_set_new(parameters, "for", json_string(cli->wanted));
    if (timeout_ms >= 0)
        json_object_set_new(parameters, "timeout_ms", json_integer(timeout_ms));
    result = cli_ask_long(cli, "Wait", parameters, timeout_ms < 0 ? -1 : timeout_ms + GRACE_MS, &reply);
    if (result != CLI_DONE)
        return result;
    if (!cli_print_json(cli, reply))
        puts(render_string(reply, "state", "?"));
    json_decref(reply);
    return CLI_DONE;
}

/*
 * --daemon: within the time one may come, too, or come back: at a boot udev starts it when the tty is there, which is
 * after the units that wait for the link. The last look is one that says what it misses.
 */
enum cli_exit cli_run_wait(const struct cli *cli)
{
    bool for_ever = cli->timeout_ms < 0, told = false;
    int64_t until_ms = cli_clock_ms() + cli->timeout_ms, left_ms = AGAIN_MS;
    struct cli last = *cli;

    while (for_ever || (left_ms = until_ms - cli_clock_ms()) > 0) {
        enum cli_exit result = wait_once(cli, for_ever ? -1 : left_ms);

        if (result != CLI_NOT_YET)
            return result;
        if (cli->progress && !told)
            fputs("microcatd is not there: waiting for it, too\n", stderr);
        told = true;
        poll(NULL, 0, left_ms < AGAIN_MS ? (int)left_ms : AGAIN_MS);
    }
    last.patient = false;
    return wait_once(&last, 0);
}
