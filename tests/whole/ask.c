/* SPDX-License-Identifier: MIT */
#include "whole.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- microcatctl ---- */

static pid_t start_ctl(struct whole *w, const char *words, int *ret_fd)
{
    char option[128], copy[512], *argv[16], *save = NULL;
    posix_spawn_file_actions_t actions;
    int fds[2], n = 0;
    pid_t pid;

    snprintf(option, sizeof(option), "--socket=%s", w->socket);
    snprintf(copy, sizeof(copy), "%s", words);
    argv[n++] = getenv("MICROCATCTL");
    argv[n++] = option;
    for (char *word = strtok_r(copy, "|", &save); word && n < 15; word = strtok_r(NULL, "|", &save))
        argv[n++] = word;
    argv[n] = NULL;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
    posix_spawn_file_actions_adddup2(&actions, fds[1], 2);
    assert_int_equal(posix_spawn(&pid, argv[0], &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    *ret_fd = fds[0];
    return pid;
}

int whole_ctl(struct whole *w, const char *words)
{
    int64_t until_ms = whole_clock_ms() + 2 * WHOLE_MS;
    int fd, status = 0;
    pid_t pid = start_ctl(w, words, &fd);
    size_t len = 0;
    ssize_t n = 1;

    while (n > 0 && len < sizeof(w->out) - 1) {
        n = whole_poll(fd, POLLIN, until_ms) ? read(fd, w->out + len, sizeof(w->out) - 1 - len) : -1;
        len += n > 0 ? (size_t)n : 0;
    }
    w->out[len] = '\0';
    close(fd);
    if (n < 0)
        kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    if (n < 0)
        fail_msg("microcatctl %s does not end; it said: %s", words, w->out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void whole_ctl_says(struct whole *w, const char *words, int status, const char *text)
{
    int got = whole_ctl(w, words);

    if (got != status || !strstr(w->out, text))
        fail_msg("microcatctl %s: exit %d, not %d, or not \"%s\" but: %s", words, got, status, text, w->out);
}

void whole_wait(struct whole *w, const char *state)
{
    char words[64];

    snprintf(words, sizeof(words), "wait|--for=%s|--timeout=%ds", state, WHOLE_MS / 1000);
    whole_ctl_says(w, words, 0, state);
}

json_t *whole_status(struct whole *w)
{
    json_error_t error;
    json_t *status;

    assert_int_equal(whole_ctl(w, "--json|status"), 0);
    status = json_loads(w->out, 0, &error);
    if (!status)
        fail_msg("status --json is no JSON: %s: %s", error.text, w->out);
    return status;
}

static const char *text_of(json_t *root, const char *path)
{
    static char text[512];
    char copy[128], *save = NULL, *dump;
    json_t *at = root;

    snprintf(copy, sizeof(copy), "%s", path);
    for (char *key = strtok_r(copy, ".", &save); key && at; key = strtok_r(NULL, ".", &save))
        at = json_object_get(at, key);
    if (!at)
        return "(nothing)";
    if (json_is_string(at)) {
        snprintf(text, sizeof(text), "%s", json_string_value(at));
    } else {
        dump = json_dumps(at, JSON_ENCODE_ANY | JSON_COMPACT);
        snprintf(text, sizeof(text), "%s", dump);
        free(dump);
    }
    return text;
}

/* By the socket itself: tests ask for hundreds of values, and a sanitized microcatctl takes a fifth of a second to say
 * one. */
const char *whole_get(struct whole *w, const char *path)
{
    static const char ask[] = "{\"method\":\"io.microcat.Modem.Status\"}";
    int fd = whole_connect(w);
    const char *reply, *text;
    json_t *root;

    whole_send(fd, ask, sizeof(ask));
    reply = whole_receive(w, fd, 2 * WHOLE_MS);
    close(fd);
    root = reply ? json_loads(reply, 0, NULL) : NULL;
    if (!root)
        fail_msg("Status: %s", reply ? reply : "no answer");
    text = text_of(json_object_get(json_object_get(root, "parameters"), "status"), path);
    json_decref(root);
    return text;
}

int64_t whole_get_int(struct whole *w, const char *path)
{
    return strtoll(whole_get(w, path), NULL, 10);
}

/* ---- the socket itself ---- */

int whole_connect(struct whole *w)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(where.sun_path, sizeof(where.sun_path), "%s", w->socket);
    if (connect(fd, (struct sockaddr *)&where, sizeof(where)) < 0)
        fail_msg("%s: %s", w->socket, strerror(errno));
    return fd;
}

void whole_send(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

        if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) /* it has heard enough */
            return;
        assert_true(n > 0);
        at += n;
        len -= (size_t)n;
    }
}

const char *whole_receive(struct whole *w, int fd, int64_t timeout_ms)
{
    int64_t until_ms = whole_clock_ms() + timeout_ms;
    size_t len = 0;

    for (;;) { /* no further than its end: what follows belongs to the next call */
        ssize_t n;
        const char *end;

        if (!whole_poll(fd, POLLIN, until_ms))
            return NULL;
        n = recv(fd, w->out + len, sizeof(w->out) - len, MSG_PEEK);
        if (n <= 0) {
            w->out[0] = '\0';
            return w->out;
        }
        end = memchr(w->out + len, '\0', (size_t)n);
        n = read(fd, w->out + len, end ? (size_t)(end + 1 - (w->out + len)) : (size_t)n);
        assert_true(n > 0);
        len += (size_t)n;
        if (end)
            return w->out;
        assert_true(len < sizeof(w->out));
    }
}

void whole_until(struct whole *w, const char *path, const char *value)
{
    static const char watch[] = "{\"method\":\"io.microcat.Modem.Watch\",\"more\":true}";
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;
    int fd = whole_connect(w);

    whole_send(fd, watch, sizeof(watch));
    while (strcmp(whole_get(w, path), value) != 0) {
        int64_t left_ms = until_ms - whole_clock_ms();

        if (left_ms <= 0 || !whole_receive(w, fd, left_ms))
            fail_msg("%s is %s, not %s", path, whole_get(w, path), value);
    }
    close(fd);
}
