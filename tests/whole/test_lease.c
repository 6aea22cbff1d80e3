/* SPDX-License-Identifier: MIT */
/* A channel for a person's program: during a call in the multiplexer, instead of one on the plain line. */
#include "whole.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct holder {
    int fd;
    char path[64];
};

static json_t *next(struct whole *w, int fd)
{
    const char *text = whole_receive(w, fd, WHOLE_MS);
    assert_non_null(text);
    json_t *message = json_loads(text, 0, NULL);
    assert_non_null(message);
    return message;
}

static struct holder borrow(struct whole *w, const char *parameters)
{
    struct holder h = {.fd = whole_connect(w)};
    char call[256];
    int n = snprintf(call, sizeof(call), "{\"method\":\"io.microcat.Modem.Lease\",\"more\":true,\"parameters\":{%s}}",
                     parameters);
    whole_send(h.fd, call, (size_t)n + 1);
    json_t *message = next(w, h.fd);
    const char *path = json_string_value(json_object_get(json_object_get(message, "parameters"), "path"));
    if (!path)
        print_message("# %s\n", json_dumps(message, 0));
    assert_non_null(path);
    snprintf(h.path, sizeof(h.path), "%s", path);
    json_decref(message);
    return h;
}

/* Says a line there; what comes back up to @until. */
static void says(const struct holder *h, const char *line, const char *until)
{
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;
    char heard[4096] = "";
    size_t len = 0;
    int tty = open(h->path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(tty >= 0);
    assert_int_equal(write(tty, line, strlen(line)), strlen(line));
    while (!strstr(heard, until)) {
        if (!whole_poll(tty, 1, until_ms) || len == sizeof(heard) - 1)
            fail_msg("%s: %s", line, heard);
        ssize_t n = read(tty, heard + len, sizeof(heard) - 1 - len);
        assert_true(n > 0);
        len += (size_t)n;
        heard[len] = '\0';
    }
    close(tty);
}

static void ends(struct whole *w, const struct holder *h, const char *text)
{
    json_t *message = next(w, h->fd);
    const char *said = json_string_value(json_object_get(json_object_get(message, "parameters"), "text"));
    assert_non_null(said);
    assert_non_null(strstr(said, text));
    json_decref(message);
    close(h->fd);
}

static void use(struct whole *w, const struct holder *h)
{
    says(h, "AT+CSQ\r", "+CSQ: ");
    says(h, "AT+CPOF\r", "microcatd: Use `power off`.\r\n\r\nERROR\r\n");
    says(h, "AT+CGMR\r", "OK\r\n");
    assert_string_equal(whole_get(w, "lease.path"), h->path);
    whole_ctl_says(w, "status", 0, h->path);
    whole_ctl_says(w, "trace", 0, "AT+CGMR");
    whole_ctl_says(w, "lease", 1, "lent already");
}

/* Beside a call, which it does not touch; it ends with who holds it. */
static void beside_a_call(void **state)
{
    struct whole *w = *state;
    whole_online(w, NULL, "[Modem]\nMultiplex=auto\n");
    struct holder h = borrow(w, "");
    use(w, &h);
    whole_ping(w);
    whole_ctl_says(w, "at|AT+CSQ", 0, "+CSQ: ");
    close(h.fd);
    whole_until(w, "lease", "null");
    h = borrow(w, "\"for_ms\":1000"); /* and by its time */
    ends(w, &h, "The time is over");
    h = borrow(w, ""); /* `disconnect` ends the call, and nothing else */
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    says(&h, "AT+CSQ\r", "+CSQ: ");
    whole_ctl_says(w, "connect", 0, "Online");
    says(&h, "AT+CSQ\r", "+CSQ: ");
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    whole_ctl_says(w, "reset", 0, "The modem was reset");
    json_t *message = next(w, h.fd);
    assert_string_equal(json_string_value(json_object_get(message, "error")), "io.microcat.Modem.Failed");
    json_decref(message);
    close(h.fd);
    whole_wait(w, "online");
    whole_end(w);
}

/* A modem with fewer channels. */
static void no_such_channel(void **state)
{
    struct whole *w = *state;
    whole_online(w, NULL, "[Modem]\nMultiplex=auto\n");
    whole_sim(w, "mux-forget-ua 4");
    whole_ctl_says(w, "lease", 1, "opens no further channel");
    assert_string_equal(whole_get(w, "lease"), "null");
    assert_string_equal(whole_get(w, "state"), "online");
    assert_int_equal(whole_sim_count(w, "dials"), 1);
    whole_end(w);
}

/* On the plain line the call makes room, and comes again. */
static void instead_of_a_call(void **state)
{
    struct whole *w = *state;
    whole_online(w, NULL, "[Modem]\nMultiplex=no\n");
    whole_ctl_says(w, "lease", 1, "`lease --cut` ends the call first");
    assert_int_equal(whole_sim_count(w, "dials"), 1);
    struct holder h = borrow(w, "\"cut\":true");
    assert_string_equal(whole_get(w, "state"), "stopped");
    use(w, &h);
    whole_ctl_says(w, "status", 0, "the line is lent (lease); it connects again");
    whole_ctl_says(w, "connect", 1, "The line is lent");
    whole_ctl_says(w, "at|AT+CSQ", 1, "The line is lent");
    says(&h, "AT+CGDCONT=1,\"IP\",\"other.apn\"\r", "OK\r\n"); /* what it changed is changed back */
    close(h.fd);
    whole_wait(w, "online");
    assert_string_equal(whole_get(w, "lease"), "null");
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    h = borrow(w, ""); /* at rest there is nothing to cut, and nothing is dialled behind it */
    says(&h, "AT+CSQ\r", "+CSQ: ");
    close(h.fd);
    whole_until(w, "lease", "null");
    whole_wait(w, "stopped");
    whole_ctl_says(w, "at|AT+CSQ", 0, "+CSQ: ");
    whole_sim(w, "set latency.command 700");
    h = borrow(w, "");
    char count[24]; /* who goes does not wait for the answer, and it is nobody else's */
    snprintf(count, sizeof(count), "%lld", (long long)whole_sim_count(w, "commands") + 1);
    int tty = open(h.path, O_RDWR | O_NOCTTY);
    assert_int_equal(write(tty, "AT+CGMR\r", 8), 8);
    whole_sim_wait(w, "commands", count);
    close(tty);
    close(h.fd);
    whole_until(w, "lease", "null");
    whole_until(w, "step", "null");
    whole_ctl_says(w, "at|AT+CSQ", 0, "+CSQ: ");
    assert_int_equal(whole_sim_count(w, "dials"), 2);
    whole_end(w);
}

/* Unplugged, or the daemon stops: the holder hears of it. */
static void lost(void **state)
{
    struct whole *w = *state;
    whole_online(w, NULL, "[Modem]\nMultiplex=no\n");
    struct holder h = borrow(w, "\"cut\":true");
    whole_sim(w, "unplug");
    json_t *message = next(w, h.fd);
    assert_string_equal(json_string_value(json_object_get(message, "error")), "io.microcat.Modem.Failed");
    json_decref(message);
    close(h.fd);
    whole_sim(w, "plug");
    whole_wait(w, "online");
    h = borrow(w, "\"cut\":true");
    whole_kill(&w->daemon, 15);
    message = next(w, h.fd);
    assert_string_equal(json_string_value(json_object_get(message, "error")), "io.microcat.Modem.Cancelled");
    json_decref(message);
    close(h.fd);
    whole_end(w);
}

/* microcatctl runs a program on it, and takes over how it ended. */
static void a_program_on_it(void **state)
{
    struct whole *w = *state;
    whole_online(w, NULL, "[Modem]\nMultiplex=auto\n");
    whole_ctl_says(
        w, "lease|--|sh|-c|printf 'AT+CSQ\\r' >\"$1\"; head -c 20 <\"$1\"; [ \"$1\" = \"$MICROCAT_TTY\" ]|sh|{}", 0,
        "+CSQ: ");
    whole_until(w, "lease", "null");
    whole_ctl_says(w, "lease|--|false", 1, "");
    whole_ctl_says(w, "lease|--for=1s|--|sleep|1000", 0, "The time is over");
    whole_ctl_says(w, "lease|--|/nonexistent/program", 1, "No such file");
    whole_ctl_says(w, "lease|--for=online", 2, "a time from 1s to 1d");
    whole_until(w, "lease", "null");
    whole_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(beside_a_call), WHOLE_TEST(no_such_channel), WHOLE_TEST(instead_of_a_call),
        WHOLE_TEST(lost),          WHOLE_TEST(a_program_on_it),
    };
    return cmocka_run_group_tests(tests, whole_world, NULL);
}
