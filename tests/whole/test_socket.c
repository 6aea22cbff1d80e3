/* SPDX-License-Identifier: MIT */
/* Hostile and clumsy clients: each is told what is wrong, the daemon and the other clients do not notice. */
#include "whole.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATUS        "{\"method\":\"io.microcat.Modem.Status\"}"
#define MESSAGE(text) text, sizeof(text)
#define LEAK_KIB      2048

#if defined(__SANITIZE_ADDRESS__)
#define MEASURED false /* what is freed is kept for a while */
#else
#define MEASURED true
#endif

/* What the daemon has open and in memory before and after. */
struct before {
    int fds;
    int64_t anon_kib;
};

static struct before begin(struct whole *w)
{
    whole_config(w, NULL);
    whole_start(w, NULL);
    whole_ctl_says(w, "status", 0, "absent");
    whole_ctl_says(w, "info", 0, "daemon");
    return (struct before){whole_fds_quiet(w), whole_anon_kib(w)};
}

static void end(struct whole *w, const struct before *before)
{
    whole_ctl_says(w, "status", 0, "absent");
    whole_fds_settle(w, before->fds);
    if (MEASURED && whole_anon_kib(w) > before->anon_kib + LEAK_KIB)
        fail_msg("%lld KiB more than before", (long long)(whole_anon_kib(w) - before->anon_kib));
    whole_end(w);
}

static void assert_reply(struct whole *w, int fd, const char *text)
{
    const char *reply = whole_receive(w, fd, WHOLE_MS);

    assert_non_null(reply);
    if (!strstr(reply, text))
        fail_msg("not \"%s\" but \"%s\"", text, reply);
}

/* What is no message is named, and the connection ends. */
static void bad_messages(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *says;
    } rows[] = {
        {MESSAGE("hello"), "io.microcat.Modem.BadMessage"},
        {MESSAGE("{\"method\":\"io.microcat.Modem.\xff\xfe\"}"), "io.microcat.Modem.BadMessage"},
        {MESSAGE("{\"method\":5}"), "io.microcat.Modem.BadMessage"},
        {MESSAGE("[1,2,3]"), "io.microcat.Modem.BadMessage"},
        {MESSAGE(""), "io.microcat.Modem.BadMessage"},
        {MESSAGE("{\"method\":\"io.microcat.Modem.Explode\"}"), "org.varlink.service.MethodNotFound"},
        {MESSAGE("{\"method\":\"com.example.Status\"}"), "org.varlink.service.InterfaceNotFound"},
        {MESSAGE("{\"method\":\"io.microcat.Modem.Watch\"}"), "org.varlink.service.ExpectedMore"},
        {MESSAGE("{\"method\":\"io.microcat.Modem.Wait\",\"parameters\":{\"for\":\"happy\"}}"),
         "org.varlink.service.InvalidParameter"},
        {MESSAGE("{\"method\":\"io.microcat.Modem.At\",\"parameters\":{\"command\":\"AT\\rATD1\"}}"),
         "This is no line of AT commands."},
    };
    struct whole *w = *state;
    struct before before = begin(w);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int fd = whole_connect(w);

        whole_send(fd, rows[i].bytes, rows[i].len);
        assert_reply(w, fd, rows[i].says);
        if (strstr(rows[i].says, "BadMessage"))
            assert_string_equal(whole_receive(w, fd, WHOLE_MS), "");
        close(fd);
    }
    end(w, &before);
}

static void a_megabyte(void **state)
{
    enum { BYTES = 1 << 20 };
    struct whole *w = *state;
    struct before before = begin(w);
    char *text = malloc(BYTES);

    for (int i = 0; i < 5; i++) {
        int fd = whole_connect(w);

        memset(text, 'a', BYTES);
        memcpy(text, "{\"method\":\"", 11);
        whole_send(fd, text, BYTES);
        assert_reply(w, fd, "the message is too long");
        close(fd);
    }
    free(text);
    end(w, &before);
}

/* Two clients that keep the daemon waiting, at once: half a message and no more, and one that asks but never reads. */
static void half_a_message_and_no_reader(void **state)
{
    struct whole *w = *state;
    struct before before = begin(w);
    int half = whole_connect(w), deaf = whole_connect(w), small = 4096, n = 0;
    int64_t until_ms = whole_clock_ms() + 2 * WHOLE_MS;

    whole_send(half, STATUS, sizeof(STATUS) / 2);
    setsockopt(deaf, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    while (send(deaf, STATUS, sizeof(STATUS), MSG_DONTWAIT | MSG_NOSIGNAL) > 0 && n < 100000)
        n++;
    whole_ctl_says(w, "status", 0, "absent"); /* others are served meanwhile */
    assert_reply(w, half, "the rest of the message did not come in time");
    close(half);
    assert_true(whole_poll(deaf, 0, until_ms)); /* hung up: it does not read */
    close(deaf);
    end(w, &before);
}

static void many_clients(void **state)
{
    enum { MANY = 200, TOO_MANY = 300 };
    struct whole *w = *state;
    struct before before = begin(w);
    int fds[TOO_MANY];

    for (int i = 0; i < MANY; i++) {
        fds[i] = whole_connect(w);
        whole_send(fds[i], STATUS, sizeof(STATUS));
    }
    for (int i = 0; i < MANY; i++)
        assert_reply(w, fds[i], "\"state\":\"absent\"");
    for (int i = MANY; i < TOO_MANY; i++)
        fds[i] = whole_connect(w);
    assert_reply(w, fds[TOO_MANY - 1], "io.microcat.Modem.TooManyClients");
    assert_string_equal(whole_receive(w, fds[TOO_MANY - 1], WHOLE_MS), "");
    whole_ctl_says(w, "status", 1, "too many clients");
    for (int i = 0; i < TOO_MANY; i++)
        close(fds[i]);
    end(w, &before);
}

/* 200 watchers, and each hears of the device. */
static void many_watchers(void **state)
{
    enum { MANY = 200 };
    static const char watch[] = "{\"method\":\"io.microcat.Modem.Watch\",\"more\":true}";
    struct whole *w = *state;
    int fds[MANY];

    whole_config(w, NULL);
    whole_start(w, NULL);
    for (int i = 0; i < MANY; i++) {
        fds[i] = whole_connect(w);
        whole_send(fds[i], watch, sizeof(watch));
        assert_reply(w, fds[i], "\"state\":\"absent\"");
    }
    whole_sim_start(w, "--profile=warm");
    for (int i = 0; i < MANY; i++) {
        const char *event;

        do {
            event = whole_receive(w, fds[i], WHOLE_MS);
            assert_true(event && *event);
        } while (!strstr(event, "\"to\":\"online\""));
        if (i % 2) /* half of them read on, half leave */
            close(fds[i]);
    }
    whole_ctl_says(w, "disconnect", 0, "");
    whole_end(w);
}

static void run_as_nobody(struct whole *w, const char *words, int status, const char *says)
{
    char copy[128], all[256];

    whole_copy(w, getenv("MICROCATCTL"), "microcatctl", copy, sizeof(copy));
    snprintf(all, sizeof(all), "--socket=%s|%s", w->socket, words);
    whole_spawn(w, &w->other, copy, all, NULL, WHOLE_NOBODY);
    assert_int_equal(whole_ended(w, &w->other), status);
    whole_said(w, &w->other, says);
}

/* What changes something, and the dialogue with the modem, is root's. */
static void without_permission(void **state)
{
    static const char *const commands[] = {"connect",   "disconnect", "radio|off", "reset",
                                           "power|off", "reconnect",  "at|AT+CSQ", "trace"};
    struct whole *w = *state;
    struct before before = begin(w);
    struct stat st;

    assert_int_equal(stat(w->socket, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0666);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        run_as_nobody(w, commands[i], 1, "only root may do this: no Group= is configured");
    end(w, &before);
}

/* Everybody may look, and sees nobody's identity. */
static void everybody_may_look(void **state)
{
    static const char *const reads[] = {"info",   "history",       "wait",        "signal",
                                        "status", "--json|status", "--json|info", "--json|history"};
    struct whole *w = *state;
    const char *const whole[] = {"sim.iccid", "sim.imsi", "modem.imei"};
    char identities[3][32];

    whole_need_nobody();
    whole_online(w, NULL, NULL);
    for (size_t i = 0; i < 3; i++) {
        snprintf(identities[i], sizeof(identities[i]), "%s", whole_get(w, whole[i]));
        assert_true(strlen(identities[i]) >= 14);
    }
    for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
        run_as_nobody(w, reads[i], 0, "");
        char *shown = whole_read(w->other.log);
        for (size_t k = 0; k < 3; k++)
            if (strstr(shown, identities[k]))
                fail_msg("%s shows %s: %s", reads[i], whole[k], shown);
        if (strstr(reads[i], "json|status"))
            assert_non_null(strstr(shown, "\"8942…0012\""));
        free(shown);
    }
    whole_end(w);
}

static const struct group_row {
    const char *conf;
    mode_t mode;
    const char *status, *connect;
    int status_exit;
} group_rows[] = {
    {"Group=nogroup", 0666, "absent", "There is no device", 0},
    {"Group=daemon", 0666, "absent", "only root and the members of the group \"daemon\" may do this", 0},
    {"ReadGroup=nogroup", 0660, "absent", "only root may do this", 0},
    {"ReadGroup=daemon", 0660, "only root and the members of the group \"daemon\" may use",
     "only root and the members of the group \"daemon\" may use", 1},
    {"Group=daemon\nReadGroup=nogroup", 0666, "absent", "members of the group \"daemon\" may do this", 0},
    {"Group=daemon\nReadGroup=games", 0666, "the groups \"daemon\" and \"games\" may ask",
     "the groups \"daemon\" and \"games\" may ask", 1},
    {"Group=nogroup\nReadGroup=games", 0666, "absent", "There is no device", 0},
};

static void look_at_group(struct whole *w, const struct group_row *row)
{
    struct stat st;

    assert_int_equal(stat(w->socket, &st), 0);
    assert_int_equal(st.st_mode & 0777, row->mode);
    run_as_nobody(w, "status", row->status_exit, row->status);
    run_as_nobody(w, "connect", 1, row->connect);
}

static void configure_group(struct whole *w, const struct group_row *row)
{
    char conf[128];

    snprintf(conf, sizeof(conf), "[Control]\n%s\n", row->conf);
    whole_config(w, conf);
}

/* Members of the group may command; with a readers' group nobody else may even look. */
static void group(void **state)
{
    struct whole *w = *state;

    whole_need_nobody();
    for (size_t i = 0; i < sizeof(group_rows) / sizeof(group_rows[0]); i++) {
        configure_group(w, &group_rows[i]);
        whole_start(w, NULL);
        look_at_group(w, &group_rows[i]);
        whole_stop(w, 20000);
    }
    whole_end(w);
}

/* The same of who connects after a reload. */
static void group_by_reload(void **state)
{
    struct whole *w = *state;

    whole_need_nobody();
    whole_config(w, NULL);
    whole_start(w, NULL);
    for (size_t i = 0; i < sizeof(group_rows) / sizeof(group_rows[0]); i++) {
        configure_group(w, &group_rows[i]);
        whole_kill(&w->daemon, SIGHUP);
        whole_said(w, &w->daemon, "configuration read anew: changed");
        look_at_group(w, &group_rows[i]);
    }
    whole_end(w);
}

/* Typed by a person who did not know that the service runs; and again with another socket. The link must not notice,
 * though nothing can be locked in the state's folder. */
static void a_second_daemon(void **state)
{
    struct whole *w = *state;
    char words[128], environment[128], more[320], path[96];
    int64_t pid;

    snprintf(path, sizeof(path), "%s/state/lock", w->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    whole_online(w, NULL, NULL);
    pid = whole_get_int(w, "ppp.pid");
    snprintf(words, sizeof(words), "--config=%s", w->conf);
    snprintf(environment, sizeof(environment), "STATE_DIRECTORY=%s/state", w->dir);
    whole_spawn(w, &w->other, getenv("MICROCATD"), words, environment, 0);
    whole_said(w, &w->other, "another microcatd answers there");
    assert_int_equal(whole_ended(w, &w->other), 1);
    snprintf(path, sizeof(path), "%s/conf2", w->dir);
    snprintf(more, sizeof(more), "[Modem]\nDevice=%s\n[PDP]\nAPN=x\n[Control]\nSocket=%s2\n", w->tty, w->socket);
    whole_write(w, "conf2", more, 0600);
    snprintf(words, sizeof(words), "--config=%s", path);
    whole_spawn(w, &w->other, getenv("MICROCATD"), words, environment, 0);
    whole_said(w, &w->other, "is left alone");
    whole_said(w, &w->other, "another process has the device open");
    whole_kill(&w->other, SIGTERM);
    assert_int_equal(whole_ended(w, &w->other), 0);
    assert_string_equal(whole_get(w, "state"), "online");
    assert_int_equal(whole_get_int(w, "ppp.pid"), pid);
    assert_int_equal(whole_sim_count(w, "dials"), 1);
    assert_string_equal(whole_get(w, "ppp.route"), "true");
    whole_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(bad_messages),
        WHOLE_TEST(a_megabyte),
        WHOLE_TEST(many_clients),
        WHOLE_TEST(many_watchers),
        WHOLE_TEST(group),
        WHOLE_TEST(group_by_reload),
        WHOLE_TEST(everybody_may_look),
        WHOLE_TEST(a_second_daemon),
        WHOLE_TEST(without_permission),
        WHOLE_TEST(half_a_message_and_no_reader),
    };

    return cmocka_run_group_tests_name("whole: socket", tests, whole_world, NULL);
}
