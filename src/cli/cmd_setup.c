/* SPDX-License-Identifier: MIT */

/* setup: from a SIM card's papers to a configuration and a running service. */

#include "conf_edit.h"
#include "providers.h"
#include "render.h"
#include "varlink_client.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/cleanup.h>
#include <microcat/daemon/config.h>
#include <microcat/io/atomic_file.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define CONF_MAX_BYTES     (1 << 20)
#define DEFAULT_TIMEOUT_MS (3 * 60 * 1000) /* a modem that boots, a network that is searched for */
#define SUGGESTIONS        9

extern char **environ;

/* What is set, and how it is asked for. */
struct answer {
    const char *section, *key, *question;
    bool secret;
    char value[256]; /* "": as it is, unless it was asked for */
    bool asked;      /* "": none, also where one was set: it may be another SIM's */
};
enum { APN, USER, PASSWORD, PIN, ANSWERS };

static const char *or_else(const char *text, const char *other)
{
    return text ? text : other;
}

/* ---- asking ---- */

/* A person who breaks off gets the terminal back as it was. */
static struct termios terminal_before;

static void on_break(int signo)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
    signal(signo, SIG_DFL);
    raise(signo);
}

static void on_breaks(void (*handler)(int))
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    for (size_t i = 0; i < MC_LENGTH_OF(signals); i++)
        signal(signals[i], handler);
}

static void wipe_line(char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
}

/* From the terminal, unseen for a secret. False: end of input. */
static bool ask(const char *question, bool secret, char *out, size_t out_bytes)
{
    struct termios before, silent;
    bool hidden = secret && tcgetattr(STDIN_FILENO, &before) == 0;
    char *got;

    if (hidden) { /* before the question: who answers at once is not shown either, and nothing typed is thrown away */
        terminal_before = silent = before;
        on_breaks(on_break);
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSANOW, &silent);
    }
    fputs(question, stdout);
    fflush(stdout);
    got = fgets(out, (int)out_bytes, stdin);
    if (hidden) {
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
        on_breaks(SIG_DFL);
        putchar('\n');
    }
    if (!got)
        return false;
    wipe_line(out);
    return true;
}

/* A secret from a file, "-" is standard input: never an argument, which everybody can read in /proc. */
static int read_secret(const char *file, char *out, size_t out_bytes)
{
    FILE *in = strcmp(file, "-") == 0 ? stdin : fopen(file, "re");
    bool read;

    if (!in) {
        cli_complain("%s: %s", file, strerror(errno));
        return -errno;
    }
    read = fgets(out, (int)out_bytes, in) != NULL;
    if (in != stdin)
        fclose(in);
    wipe_line(out);
    if (read && *out)
        return 0;
    cli_complain("%s: nothing is in it", file);
    return -ENODATA;
}

/* ---- suggestions ---- */

/* The SIM's operator, when a daemon runs that has read the card; else "". */
static void ask_operator(const struct cli *cli, char *out, size_t out_bytes)
{
    struct cli quiet = *cli;
    json_t *reply = NULL;

    *out = '\0';
    if (access(cli->socket, F_OK) < 0 || cli_ask(&quiet, "Status", NULL, &reply) != CLI_DONE)
        return;
    snprintf(out, out_bytes, "%s",
             render_string(json_object_get(reply, "status"), "sim.imsi",
                           render_string(json_object_get(reply, "status"), "registration.operator", "")));
    json_decref(reply);
}

static void suggest(const struct cli *cli, struct answer *answers)
{
    struct provider_apn found[SUGGESTIONS];
    char imsi[24], line[16];
    int n, pick;

    ask_operator(cli, imsi, sizeof(imsi));
    n = *imsi ? providers_find(or_else(getenv("MICROCATCTL_PROVIDERS"), PROVIDERS_FILE), imsi, found, SUGGESTIONS) : 0;
    if (n <= 0)
        return;
    puts("For this SIM's operator there are (the papers of your contract count):");
    for (int i = 0; i < n; i++)
        printf("  %d  %s (%s%s%s)\n", i + 1, found[i].apn, found[i].provider, *found[i].name ? ", " : "",
               found[i].name);
    if (!ask("A number, or Enter to type an APN: ", false, line, sizeof(line)))
        return;
    pick = atoi(line);
    if (pick < 1 || pick > n)
        return;
    snprintf(answers[APN].value, sizeof(answers[APN].value), "%s", found[pick - 1].apn);
    snprintf(answers[USER].value, sizeof(answers[USER].value), "%s", found[pick - 1].user);
    snprintf(answers[PASSWORD].value, sizeof(answers[PASSWORD].value), "%s", found[pick - 1].password);
}

/* ---- what is to be set ---- */

static enum cli_exit take_options(const struct cli *cli, struct answer *answers)
{
    const struct cli_setup *setup = &cli->setup;

    if (setup->apn)
        snprintf(answers[APN].value, sizeof(answers[APN].value), "%s", setup->apn);
    if (setup->user)
        snprintf(answers[USER].value, sizeof(answers[USER].value), "%s", setup->user);
    if (setup->password_file &&
        read_secret(setup->password_file, answers[PASSWORD].value, sizeof(answers[PASSWORD].value)) < 0)
        return CLI_REFUSED;
    if (setup->pin_file && read_secret(setup->pin_file, answers[PIN].value, sizeof(answers[PIN].value)) < 0)
        return CLI_REFUSED;
    if (setup->apn || isatty(STDIN_FILENO))
        return CLI_DONE;
    cli_complain("--apn= is missing, and there is no terminal to ask for it");
    return CLI_USAGE;
}

/* Why the table of the configuration refuses the value; false: it does not. */
static bool is_refused(const struct answer *answer)
{
    const struct mc_config_row *row = mc_config_row_find(answer->section, answer->key);
    struct mc_settings settings = {0};
    char allowed[160];
    bool refused = false;

    if (mc_settings_init(&settings) == 0)
        refused = mc_config_row_set(row, &settings, answer->value) < 0;
    mc_settings_done(&settings);
    if (!refused)
        return false;
    mc_config_row_allowed(row, allowed, sizeof(allowed));
    cli_complain("%s is not allowed as %s=: %s", answer->secret ? "that" : answer->value, answer->key, allowed);
    return true;
}

/* On a terminal: asks for what no option gave. Nothing is asked when the APN came as an option. */
static enum cli_exit take_answers(const struct cli *cli, struct answer *answers)
{
    enum cli_exit result = take_options(cli, answers);

    if (result != CLI_DONE)
        return result;
    if (!cli->setup.apn)
        suggest(cli, answers);
    for (int i = 0; i < ANSWERS; i++) {
        bool asks = !cli->setup.apn && !*answers[i].value;
        bool again;

        answers[i].asked = asks;
        do {
            if (asks && !ask(answers[i].question, answers[i].secret, answers[i].value, sizeof(answers[i].value)))
                return CLI_REFUSED;
            bool empty = i == APN && !*answers[i].value;
            if (empty && !asks)
                cli_complain("--apn= is empty: it needs the access point name of the SIM's contract");
            again = empty || is_refused(&answers[i]);
            if (again && !asks)
                return CLI_USAGE;
        } while (again);
    }
    return CLI_DONE;
}

/* ---- the file ---- */

static void on_report(void *ctx, enum mc_log_level level, const char *text)
{
    if (level <= MC_LOG_ERR)
        cli_complain("%s", text);
}

static void on_report_again(void *ctx, enum mc_log_level level, const char *text)
{
}

/* What the daemon would read as another value than the answer, from @from on; NULL: no more. "None" is an answer, too.
 */
static const struct mc_config_row *not_as_given(const struct mc_config *config, const struct answer *answers, int *from)
{
    const char *settings = (const char *)mc_config_settings(config);

    for (; *from < ANSWERS; ++*from) {
        const struct answer *it = &answers[*from];
        const struct mc_config_row *row = mc_config_row_find(it->section, it->key);
        if ((*it->value || it->asked) && strcmp(*(char *const *)(settings + row->offset), it->value) != 0)
            return row;
    }
    return NULL;
}

/* Where the service's credentials lie while it runs, else the caller's; NULL: nowhere. */
static char *find_credentials(const struct cli *cli, const char *unit)
{
    const char *own = getenv("CREDENTIALS_DIRECTORY");
    char *folder = NULL;

    if (own)
        return strdup(own);
    if (cli->setup.config || asprintf(&folder, "/run/credentials/%s", unit) < 0)
        return NULL;
    if (access(folder, R_OK | X_OK) == 0)
        return folder;
    free(folder);
    return NULL;
}

/* These are what the service got when it started last, and its restart hands them over anew: with a mistake in them
 * they are left out. */
static int load_with_credentials(const struct cli *cli, const char *path, const char *folder, struct mc_config **ret)
{
    if (folder)
        setenv("CREDENTIALS_DIRECTORY", folder, 1);
    int r = mc_config_load(path, cli->instance, on_report, NULL, ret);
    unsetenv("CREDENTIALS_DIRECTORY");
    if (!folder || r >= 0 || r == -ENODATA)
        return r;
    return mc_config_load(path, cli->instance, on_report_again, NULL, ret);
}

/* Of a drop-in it says that nothing will come of the answer; a credential's source nobody can look into. */
static enum cli_exit name_winner(const char *key, const char *origin, const char *folder, const char *answer)
{
    if (!folder || strncmp(origin, folder, strlen(folder)) != 0 || origin[strlen(folder)] != '/') {
        cli_complain("%s= is set in %s, and that counts: change it there, or take it out", key, origin);
        return CLI_REFUSED;
    }
    if (*answer) /* none in the file does not contradict one that comes from elsewhere */
        cli_complain("%s= comes as the credential %s, and that counts: the service got another one when it started "
                     "last, so see to it that the credential's source has the new one",
                     key, origin);
    return CLI_DONE;
}

/* Drop-ins and credentials win over the file: is what the daemon will read what was asked for? */
static enum cli_exit check_conf(const struct cli *cli, const char *path, const char *unit, const struct answer *answers)
{
    _cleanup_free_ char *folder = find_credentials(cli, unit);
    enum cli_exit result = CLI_DONE;
    const struct mc_config_row *row;
    struct mc_config *config = NULL;
    int r = load_with_credentials(cli, path, folder, &config);

    if (r < 0 && r != -ENODATA) {
        cli_complain("microcatd will not take the configuration so: mend the rest of it");
        return CLI_REFUSED;
    }
    for (int i = 0; (row = not_as_given(config, answers, &i)); i++)
        if (name_winner(row->key, mc_config_origin(config, row), folder, answers[i].value) != CLI_DONE)
            result = CLI_REFUSED;
    mc_config_free(config);
    return r < 0 ? CLI_REFUSED : result;
}

static enum cli_exit write_conf(const char *path, const struct answer *answers)
{
    _cleanup_free_ char *text = NULL, *target = NULL;
    struct mc_config *config = NULL;
    size_t len;
    int r = mc_file_read(path, CONF_MAX_BYTES, &text, &len);

    if (r == -ENOENT)
        text = strdup("");
    for (int i = 0; text && i < ANSWERS; i++) {
        const struct answer *it = &answers[i];
        bool clears = it->asked && !*it->value && conf_edit_is_set(text, it->section, it->key);
        char *next = *it->value || clears ? conf_edit_set(text, it->section, it->key, it->value) : NULL;
        if (!next)
            continue;
        free(text);
        text = next;
    }
    if (!text) {
        cli_complain("%s: %s", path, strerror(r < 0 ? -r : ENOMEM));
        return CLI_REFUSED;
    }
    r = mc_config_load_text(path, text, strlen(text), on_report, NULL, &config);
    const struct mc_config_row *lost = r == 0 ? not_as_given(config, answers, &(int){0}) : NULL;
    mc_config_free(config);
    if (lost) {
        cli_complain("%s= cannot be written so: the file's reader would make something else of it (are there spaces at "
                     "its ends?)",
                     lost->key);
        return CLI_USAGE;
    }
    if (r < 0) {
        cli_complain("%s was not changed: it has mistakes beside what is set here", path);
        return CLI_REFUSED;
    }
    r = mc_file_target(path, &target); /* what is a symlink stays one */
    if (r == 0)
        r = mc_file_write(target, text, strlen(text), 0600);
    explicit_bzero(text, strlen(text));
    if (r < 0) {
        cli_complain("%s: %s%s", path, strerror(-r), r == -EACCES ? " (run this as root)" : "");
        return CLI_REFUSED;
    }
    printf("written: %s\n", path);
    fflush(stdout);
    return CLI_DONE;
}

/* ---- the service ---- */

static enum cli_exit restart(const char *unit)
{
    const char *program = or_else(getenv("MICROCATCTL_SYSTEMCTL"), "systemctl");
    char *const argv[] = {(char *)program, (char *)"restart", (char *)unit, NULL};
    int status = -1, r;
    pid_t pid;

    r = posix_spawnp(&pid, program, NULL, NULL, argv, environ);
    if (r == 0 && waitpid(pid, &status, 0) == pid && status == 0)
        return CLI_DONE;
    cli_complain("%s could not be started: %s", unit,
                 r ? strerror(r) : "systemctl refused it (journalctl -u microcatd)");
    return CLI_REFUSED;
}

static enum cli_exit show_the_way(const struct cli *cli)
{
    struct cli shown = *cli;

    shown.progress = true;
    shown.wanted = "online";
    shown.timeout_ms = cli->timeout_ms >= 0 ? cli->timeout_ms : DEFAULT_TIMEOUT_MS;
    enum cli_exit result = cli_run_wait(&shown);
    if (result == CLI_TIMED_OUT)
        cli_complain("not online yet: microcatctl status tells why, and the daemon goes on trying");
    return result;
}

enum cli_exit cli_run_setup(const struct cli *cli)
{
    struct answer answers[ANSWERS] = {
        [APN] = {"PDP", "APN", "APN: ", false, ""},
        [USER] = {"PDP", "User", "User name (Enter: none): ", false, ""},
        [PASSWORD] = {"PDP", "Password", "Password (not shown; Enter: none): ", true, ""},
        [PIN] = {"SIM", "PIN", "PIN of the SIM (not shown; Enter: none): ", true, ""},
    };
    const char *instance = or_else(cli->instance, "microcatd");
    _cleanup_free_ char *path = NULL, *unit = NULL;
    enum cli_exit result;

    if (asprintf(&path, "/etc/microcatd/%s.conf", instance) < 0 ||
        asprintf(&unit, cli->instance ? "microcatd@%s.service" : "%s.service", instance) < 0)
        return CLI_REFUSED;
    result = take_answers(cli, answers);
    if (result == CLI_DONE)
        result = write_conf(or_else(cli->setup.config, path), answers);
    if (result == CLI_DONE)
        result = check_conf(cli, or_else(cli->setup.config, path), unit, answers);
    explicit_bzero(answers, sizeof(answers));
    if (result != CLI_DONE || cli->setup.no_start)
        return result;
    result = restart(unit);
    return result == CLI_DONE ? show_the_way(cli) : result;
}
