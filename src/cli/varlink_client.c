/* SPDX-License-Identifier: MIT */
#include "varlink_client.h"
#include "render.h"
#include <errno.h>
#include <grp.h>
#include <microcat/base/cleanup.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#define INTERFACE         "io.microcat.Modem."
#define QUICK_TIMEOUT_MS  10000
#define GRACE_MS          5000 /* beyond what the daemon itself allows */
#define PROGRESS_AFTER_MS 2000
#define MAX_REPLY_BYTES   (16 << 20)

int64_t cli_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum cli_exit complain_connect(const struct cli *cli, int error)
{
    const struct group *group;
    struct stat st;

    if (cli->patient && (error == ENOENT || error == ECONNREFUSED))
        return CLI_NOT_YET;
    switch (error) {
    case ENOENT:
        cli_complain("microcatd is not running: there is no socket %s (systemctl start microcatd)", cli->socket);
        return CLI_NO_DAEMON;
    case ECONNREFUSED:
        cli_complain("microcatd is not running: nobody answers at %s (systemctl status microcatd)", cli->socket);
        return CLI_NO_DAEMON;
    case EACCES:
        group = stat(cli->socket, &st) == 0 && st.st_gid != 0 ? getgrgid(st.st_gid) : NULL;
        if (group)
            cli_complain("no permission: only root and the members of the group \"%s\" may use %s", group->gr_name,
                         cli->socket);
        else
            cli_complain("no permission: only root may use %s (set Group= or ReadGroup= in microcatd.conf)",
                         cli->socket);
        return CLI_REFUSED;
    default:
        cli_complain("cannot connect to %s: %s", cli->socket, strerror(error));
        return CLI_NO_DAEMON;
    }
}

enum cli_exit cli_link_open(const struct cli *cli, struct cli_link *ret_link)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct cli_link link = {.fd = -1};

    if (strlen(cli->socket) >= sizeof(address.sun_path)) {
        cli_complain("the socket's path is longer than %zu bytes", sizeof(address.sun_path) - 1);
        return CLI_USAGE;
    }
    memcpy(address.sun_path, cli->socket, strlen(cli->socket));
    link.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link.fd < 0 || connect(link.fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        int error = errno;

        cli_link_close(&link);
        return complain_connect(cli, error);
    }
    *ret_link = link;
    return CLI_DONE;
}

void cli_link_close(struct cli_link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    free(link->data);
    *link = (struct cli_link){.fd = -1};
}

int cli_link_call(struct cli_link *link, const char *method, json_t *parameters, bool more)
{
    _cleanup_free_ char *text = NULL, *name = NULL;
    json_t *message = json_object();
    size_t len, sent = 0;

    if (asprintf(&name, INTERFACE "%s", method) < 0)
        name = NULL;
    json_object_set_new(message, "method", json_string(name ? name : ""));
    json_object_set_new(message, "parameters", parameters ? parameters : json_object());
    if (more)
        json_object_set_new(message, "more", json_true());
    text = json_dumps(message, JSON_COMPACT);
    json_decref(message);
    if (!text)
        return -ENOMEM;
    for (len = strlen(text) + 1; sent < len;) {
        ssize_t n = send(link->fd, text + sent, len - sent, MSG_NOSIGNAL);

        if (n < 0 && errno == EPIPE)
            return 0; /* turned away: the reason is there to be read */
        if (n < 0 && errno != EINTR)
            return -errno;
        sent += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* Takes the first whole message out of what came. -EAGAIN: there is none yet. */
static int take_message(struct cli_link *link, json_t **ret_message)
{
    char *nul = link->len > 0 ? memchr(link->data, '\0', link->len) : NULL;
    size_t used;

    if (!nul)
        return -EAGAIN;
    used = (size_t)(nul - link->data) + 1;
    *ret_message = json_loadb(link->data, used - 1, 0, NULL);
    memmove(link->data, link->data + used, link->len - used);
    link->len -= used;
    return *ret_message ? 0 : -EBADMSG;
}

static int receive_some(struct cli_link *link)
{
    ssize_t n;

    if (link->size - link->len < 4096) {
        char *bigger = link->size < MAX_REPLY_BYTES ? realloc(link->data, link->size * 2 + 8192) : NULL;

        if (!bigger)
            return -EBADMSG;
        link->data = bigger;
        link->size = link->size * 2 + 8192;
    }
    n = recv(link->fd, link->data + link->len, link->size - link->len, 0);
    if (n < 0 && errno == EINTR)
        return 0;
    if (n <= 0)
        return -ECONNRESET;
    link->len += (size_t)n;
    return 0;
}

int cli_link_receive(struct cli_link *link, int64_t timeout_ms, json_t **ret_message)
{
    int64_t until_ms = cli_clock_ms() + timeout_ms;
    int r;

    while ((r = take_message(link, ret_message)) == -EAGAIN) {
        int64_t left_ms = timeout_ms < 0 ? -1 : until_ms - cli_clock_ms();
        struct pollfd poller = {.fd = link->fd, .events = POLLIN};

        if (timeout_ms >= 0 && left_ms < 0)
            return -EAGAIN;
        if (poll(&poller, 1, left_ms > 60000 ? 60000 : (int)left_ms) > 0) {
            r = receive_some(link);
            if (r < 0)
                return r;
        } else if (left_ms == 0) {
            return -EAGAIN;
        }
    }
    return r;
}

bool cli_print_json(const struct cli *cli, const json_t *value)
{
    if (!cli->json)
        return false;
    json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    putchar('\n');
    fflush(stdout);
    return true;
}

enum cli_exit cli_lost(const struct cli *cli, int error)
{
    if (error == -EAGAIN) {
        cli_complain("microcatd does not answer");
        return CLI_TIMED_OUT;
    }
    if (cli->patient && (error == -ECONNRESET || error == -EPIPE))
        return CLI_NOT_YET;
    if (error == -EBADMSG)
        cli_complain("what answers at %s is not microcatd", cli->socket);
    else
        cli_complain("microcatd went away in the middle of the call (systemctl status microcatd)");
    return CLI_NO_DAEMON;
}

enum cli_exit cli_judge(const struct cli *cli, const json_t *message, json_t **ret_parameters)
{
    const char *error = json_string_value(json_object_get(message, "error"));
    json_t *parameters = json_object_get(message, "parameters");
    const char *text = json_string_value(json_object_get(parameters, "text"));

    if (!error) {
        *ret_parameters = parameters;
        return CLI_DONE;
    }
    cli_print_json(cli, message);
    if (text)
        cli_complain("%s", text);
    else if (strcmp(error, "org.varlink.service.MethodNotFound") == 0)
        cli_complain("this microcatd does not know \"%s\": it is older than microcatctl", cli->verb->name);
    else if (strcmp(error, "org.varlink.service.InvalidParameter") == 0)
        cli_complain("microcatd refuses the value of \"%s\"",
                     json_string_value(json_object_get(parameters, "parameter")));
    else
        cli_complain("%s", error);
    return strcmp(error, INTERFACE "TimedOut") == 0 ? CLI_TIMED_OUT : CLI_REFUSED;
}

static enum cli_exit take_reply(const struct cli *cli, int error, json_t *message, json_t **ret_parameters)
{
    json_t *parameters;
    enum cli_exit result;

    if (error < 0)
        return cli_lost(cli, error);
    result = cli_judge(cli, message, &parameters);
    if (result == CLI_DONE)
        *ret_parameters = json_incref(parameters);
    json_decref(message);
    return result;
}

/* What happened so far while we wait, on standard error; kept back until it takes long enough to be worth a word. */
struct progress {
    struct cli_link link;
    FILE *out;
    char *kept;
    size_t kept_bytes;
    bool told;
    int64_t since_ms;
    char note[80]; /* the first thing to tell; empty: none */
};

static void progress_start(const struct cli *cli, struct progress *progress, const char *note)
{
    *progress = (struct progress){.link.fd = -1, .since_ms = cli_clock_ms()};
    snprintf(progress->note, sizeof(progress->note), "%s", note);
    if (!cli->progress || cli_link_open(cli, &progress->link) != CLI_DONE)
        return;
    progress->out = open_memstream(&progress->kept, &progress->kept_bytes);
    if (!progress->out || cli_link_call(&progress->link, "Watch", NULL, true) < 0)
        cli_link_close(&progress->link);
}

static void progress_take(const struct cli *cli, struct progress *progress)
{
    struct render_style style = {.utf8 = cli->utf8};
    json_t *message = NULL;
    int r;

    while ((r = cli_link_receive(&progress->link, 0, &message)) == 0) {
        const json_t *event = json_object_get(json_object_get(message, "parameters"), "event");
        _cleanup_free_ char *line = render_event(event, &style);

        if (line && line[0])
            fprintf(progress->told ? stderr : progress->out, "%s\n", line);
        json_decref(message);
    }
    if (r != -EAGAIN)
        cli_link_close(&progress->link);
}

static void progress_tell(struct progress *progress)
{
    if (progress->told || progress->link.fd < 0 || cli_clock_ms() - progress->since_ms < PROGRESS_AFTER_MS)
        return;
    progress->told = true;
    fflush(progress->out);
    fputs(progress->note, stderr);
    fputs(progress->kept, stderr);
}

static void progress_end(struct progress *progress)
{
    cli_link_close(&progress->link);
    if (progress->out)
        fclose(progress->out);
    free(progress->kept);
}

static int receive_with_progress(const struct cli *cli, struct cli_link *link, int64_t timeout_ms, const char *note,
                                 json_t **ret_message)
{
    int64_t until_ms = cli_clock_ms() + timeout_ms;
    struct progress progress;
    int r;

    progress_start(cli, &progress, note);
    while ((r = cli_link_receive(link, 0, ret_message)) == -EAGAIN) {
        struct pollfd pollers[2] = {{.fd = link->fd, .events = POLLIN}, {.fd = progress.link.fd, .events = POLLIN}};
        int64_t left_ms = timeout_ms < 0 ? 60000 : until_ms - cli_clock_ms();

        if (timeout_ms >= 0 && left_ms <= 0)
            break;
        if (!progress.told && left_ms > PROGRESS_AFTER_MS)
            left_ms = PROGRESS_AFTER_MS;
        poll(pollers, 2, left_ms > 60000 ? 60000 : (int)left_ms);
        if (progress.link.fd >= 0 && pollers[1].revents)
            progress_take(cli, &progress);
        progress_tell(&progress);
    }
    progress_end(&progress);
    return r;
}

/* How a call is made: how long its (first) answer may take, and what goes on meanwhile. */
struct asking {
    int64_t timeout_ms;
    bool progress;
    bool announced; /* "more": a first reply says how long the last one can take */
};

/* The last reply, after one that says within what time it comes. */
static int receive_announced(const struct cli *cli, struct cli_link *link, json_t **message)
{
    const json_t *deadline = json_object_get(json_object_get(*message, "parameters"), "deadline_s");
    double deadline_s = json_number_value(deadline);
    char note[80], text[40];

    snprintf(note, sizeof(note), "waiting for the answer, at most %s; Ctrl-C lets go\n",
             render_duration(deadline_s, text, sizeof(text)));
    json_decref(*message);
    *message = NULL;
    return receive_with_progress(cli, link, (int64_t)(deadline_s * 1000) + GRACE_MS, note, message);
}

static enum cli_exit ask(const struct cli *cli, const char *method, json_t *parameters, const struct asking *asking,
                         json_t **ret_parameters)
{
    struct cli_link link;
    json_t *message = NULL;
    enum cli_exit result = cli_link_open(cli, &link);
    int r;

    if (result != CLI_DONE) {
        json_decref(parameters);
        return result;
    }
    r = cli_link_call(&link, method, parameters, asking->announced);
    if (r == 0)
        r = asking->progress ? receive_with_progress(cli, &link, asking->timeout_ms, "", &message)
                             : cli_link_receive(&link, asking->timeout_ms, &message);
    if (r == 0 && asking->announced && json_is_true(json_object_get(message, "continues")))
        r = receive_announced(cli, &link, &message);
    cli_link_close(&link);
    return take_reply(cli, r, message, ret_parameters);
}

enum cli_exit cli_ask(const struct cli *cli, const char *method, json_t *parameters, json_t **ret_parameters)
{
    const struct asking asking = {.timeout_ms = QUICK_TIMEOUT_MS};

    return ask(cli, method, parameters, &asking, ret_parameters);
}

enum cli_exit cli_ask_long(const struct cli *cli, const char *method, json_t *parameters, int64_t timeout_ms,
                           json_t **ret_parameters)
{
    const struct asking asking = {.timeout_ms = timeout_ms, .progress = true};

    return ask(cli, method, parameters, &asking, ret_parameters);
}

enum cli_exit cli_ask_at(const struct cli *cli, json_t *parameters, json_t **ret_parameters)
{
    const struct asking asking = {.timeout_ms = QUICK_TIMEOUT_MS, .announced = true};

    return ask(cli, "At", parameters, &asking, ret_parameters);
}
