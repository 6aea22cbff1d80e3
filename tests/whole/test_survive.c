/* SPDX-License-Identifier: MIT */
/* A call that outlives the daemon: what the next one carries on, and what it gives up. */
#include "whole.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* What is known of the call before the daemon's end. */
struct before {
    pid_t pppd;
    int pidfd;
    char local[64];
    int64_t dials, age_s;
    size_t lines, outages;
};

/* ---- what systemd keeps ---- */

static size_t kept(struct whole *w)
{
    pthread_mutex_lock(&w->store_lock);
    size_t n = w->n_stored;
    pthread_mutex_unlock(&w->store_lock);
    return n;
}

static void holds(struct whole *w, size_t n)
{
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;
    int watch = inotify_init1(IN_CLOEXEC);
    char events[4096];

    assert_true(inotify_add_watch(watch, w->systemd.log, IN_MODIFY) >= 0);
    while (kept(w) != n) {
        if (!whole_poll(watch, POLLIN, until_ms))
            fail_msg("%zu descriptors are kept, not %zu", kept(w), n);
        assert_true(read(watch, events, sizeof(events)) > 0);
    }
    close(watch);
}

static bool drop(struct whole *w, const char *name)
{
    bool found = false;

    pthread_mutex_lock(&w->store_lock);
    for (size_t i = 0; i < w->n_stored && !found; i++) {
        found = !strcmp(w->stored[i].name, name);
        if (found) {
            close(w->stored[i].fd);
            w->stored[i] = w->stored[--w->n_stored];
        }
    }
    pthread_mutex_unlock(&w->store_lock);
    return found;
}

static void add(struct whole *w, const char *name, int fd)
{
    pthread_mutex_lock(&w->store_lock);
    assert_true(w->n_stored < sizeof(w->stored) / sizeof(w->stored[0]));
    snprintf(w->stored[w->n_stored].name, sizeof(w->stored[0].name), "%s", name);
    w->stored[w->n_stored++].fd = fd;
    pthread_mutex_unlock(&w->store_lock);
}

/* ---- looking ---- */

static json_t *history(struct whole *w)
{
    json_t *reply, *list;

    assert_int_equal(whole_ctl(w, "--json|history"), 0);
    reply = json_loads(w->out, 0, NULL);
    assert_non_null(reply);
    list = json_incref(json_object_get(reply, "history"));
    json_decref(reply);
    return list;
}

static size_t count_kind(const json_t *list, const char *kind)
{
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        n += !strcmp(json_string_value(json_object_get(json_array_get(list, i), "kind")), kind);
    return n;
}

static struct before look(struct whole *w)
{
    struct before b = {.pppd = (pid_t)whole_get_int(w, "ppp.pid"), .dials = whole_sim_count(w, "dials")};
    json_t *list = history(w);

    b.pidfd = pidfd_open(b.pppd, 0);
    assert_true(b.pidfd >= 0);
    snprintf(b.local, sizeof(b.local), "%s", whole_get(w, "ppp.local"));
    b.age_s = whole_get_int(w, "state_age_s");
    b.lines = json_array_size(list);
    b.outages = count_kind(list, "outage");
    json_decref(list);
    return b;
}

static unsigned default_routes(void)
{
    char *routes = whole_read("/proc/net/route"), *save = NULL, name[32];
    unsigned destination, n = 0;

    for (char *line = strtok_r(routes, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        n += sscanf(line, "%31s %x", name, &destination) == 2 && destination == 0;
    free(routes);
    return n;
}

static uint16_t checksum(const uint16_t *words, size_t n)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += words[i];
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

/* One echo through the link; its answer within WHOLE_MS. Sent again every second: a packet may be lost in the restart.
 */
static void assert_ping(struct whole *w)
{
    struct {
        struct icmphdr header;
        uint8_t data[24];
    } packet = {.header = {.type = ICMP_ECHO, .un.echo.id = 0x4d43}};
    struct sockaddr_in to = {.sin_family = AF_INET};
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;
    uint8_t answer[512];
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

    assert_true(fd >= 0);
    assert_int_equal(inet_pton(AF_INET, whole_get(w, "ppp.remote"), &to.sin_addr), 1);
    packet.header.checksum = checksum((const uint16_t *)&packet, sizeof(packet) / 2);
    for (bool got = false; !got;) {
        assert_int_equal(sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&to, sizeof(to)), sizeof(packet));
        while (!got && whole_poll(fd, POLLIN, whole_clock_ms() + 1000)) {
            ssize_t n = recv(fd, answer, sizeof(answer), 0);
            got = n >= 28 && answer[20] == ICMP_ECHOREPLY;
        }
        if (!got && whole_clock_ms() > until_ms)
            fail_msg("no answer from %s", inet_ntoa(to.sin_addr));
    }
    close(fd);
}

static void assert_ends(struct before *b)
{
    if (!whole_poll(b->pidfd, POLLIN, whole_clock_ms() + WHOLE_MS))
        fail_msg("pppd %d still runs", (int)b->pppd);
    close(b->pidfd);
}

/* ---- carried on ---- */

/* What is worth remembering is written a moment later. */
static void wait_saved(struct whole *w, const char *name, const char *text)
{
    int watch = inotify_init1(IN_CLOEXEC);
    char path[160], events[4096];

    snprintf(path, sizeof(path), "%s/state", w->dir);
    assert_true(inotify_add_watch(watch, path, IN_MOVED_TO) >= 0);
    snprintf(path, sizeof(path), "%s/state/%s", w->dir, name);
    for (bool found = false; !found;) {
        char *saved = whole_read(path);

        found = strstr(saved, text) != NULL;
        free(saved);
        if (!found && !whole_poll(watch, POLLIN, whole_clock_ms() + WHOLE_MS))
            fail_msg("%s does not say \"%s\"", path, text);
        if (!found)
            assert_true(read(watch, events, sizeof(events)) > 0);
    }
    close(watch);
}

static void online(struct whole *w)
{

    whole_online(w, NULL, NULL);
    holds(w, 4);
    wait_saved(w, "history", " online ");
}

static void assert_carried_on(struct whole *w, struct before *b)
{
    json_t *list;
    const json_t *last;

    whole_wait(w, "online");
    holds(w, 4);
    assert_int_equal(whole_get_int(w, "ppp.pid"), b->pppd);
    assert_string_equal(whole_get(w, "ppp.local"), b->local);
    assert_string_equal(whole_get(w, "ppp.interface"), "ppp0");
    assert_string_equal(whole_get(w, "ppp.phase"), "running");
    assert_string_equal(whole_get(w, "ppp.dns"), "[\"100.127.0.53\",\"100.127.1.53\"]");
    assert_string_equal(whole_get(w, "fault"), "null");
    assert_string_equal(whole_get(w, "registration.stat"), "5");
    assert_string_equal(whole_get(w, "modem.model"), "SIM7672JP-MNGV");
    assert_true(whole_get_int(w, "state_age_s") >= b->age_s);
    assert_int_equal(whole_sim_count(w, "dials"), b->dials);
    assert_int_equal(default_routes(), 1);
    list = history(w);
    assert_int_equal(count_kind(list, "outage"), b->outages);
    last = json_array_get(list, json_array_size(list) - 1);
    assert_string_equal(json_string_value(json_object_get(last, "kind")), "start");
    assert_non_null(strstr(json_string_value(json_object_get(last, "text")), "carries on the call"));
    b->lines++;
    assert_int_equal(json_array_size(list), b->lines);
    json_decref(list);
    assert_ping(w);
}

static void end(struct whole *w, struct before *b)
{
    whole_stop(w, 20000);
    assert_ends(b);
    holds(w, 0);
    assert_int_equal(default_routes(), 0);
    whole_end(w);
}

static void killed_and_carried_on(void **state)
{
    struct whole *w = *state;
    online(w);
    struct before b = look(w);

    assert_ping(w);
    for (int i = 0; i < 4; i++) {
        int64_t since_ms, took_ms;

        whole_kill(&w->daemon, SIGKILL);
        whole_start(w, NULL);
        since_ms = whole_clock_ms();
        whole_wait(w, "online");
        took_ms = whole_clock_ms() - since_ms;
        if (took_ms > 5000) /* well below the 10 s after which the plugin looks by itself */
            fail_msg("online %lld ms after READY", (long long)took_ms);
        print_message("# online %lld ms after READY\n", (long long)took_ms);
        assert_carried_on(w, &b);
    }
    end(w, &b);
}

static void left_and_carried_on(void **state)
{
    struct whole *w = *state;
    online(w);
    struct before b = look(w);

    for (int i = 0; i < 2; i++) {
        whole_kill(&w->daemon, SIGUSR2);
        assert_int_equal(whole_ended(w, &w->daemon), 0);
        assert_int_equal(default_routes(), 1);
        whole_start(w, NULL);
        assert_carried_on(w, &b);
    }
    end(w, &b);
}

/* The verbs and the faults of a call that was taken over are those of any other. */
static void carried_on_to_its_end(void **state)
{
    struct whole *w = *state;
    online(w);
    struct before b = look(w);

    whole_kill(&w->daemon, SIGKILL);
    whole_start(w, NULL);
    assert_carried_on(w, &b);
    whole_ctl_says(w, "disconnect", 0, "PPP was cut");
    assert_ends(&b);
    holds(w, 0);
    assert_int_equal(default_routes(), 0);
    whole_ctl_says(w, "connect", 0, "Online");
    assert_int_equal(whole_sim_count(w, "dials"), b.dials + 1);
    wait_saved(w, "history", "\noutage ");
    b = look(w);
    whole_kill(&w->daemon, SIGKILL);
    whole_start(w, NULL);
    assert_carried_on(w, &b);
    whole_sim(w, "no-carrier");
    assert_ends(&b);
    whole_until(w, "ppp.phase", "running");
    whole_wait(w, "online");
    b = look(w);
    end(w, &b);
}

/* Killed before there was an address: nothing is kept, and the pppd left behind is ended even when it is stopped. */
static void killed_before_online(void **state)
{
    for (int stopped = 0; stopped < 2; stopped++) {
        void *inner = NULL;

        assert_int_equal(whole_setup(&inner), 0);
        struct whole *w = inner;
        whole_config(w, NULL);
        whole_sim_start(w, "--profile=warm");
        whole_sim(w, "no-address on");
        whole_start(w, NULL);
        whole_wait(w, "ppp");
        struct before b = look(w);
        if (stopped)
            kill(b.pppd, SIGSTOP);
        whole_kill(&w->daemon, SIGKILL);
        holds(w, 0);
        whole_sim(w, "no-address off");
        whole_start(w, NULL);
        assert_ends(&b);
        whole_wait(w, "online");
        assert_ping(w);
        b = look(w);
        end(w, &b);
        assert_int_equal(whole_teardown(&inner), 0);
    }
}

/* ---- given up ---- */

static void lose_pppd(struct whole *w, struct before *b)
{
    kill(b->pppd, SIGKILL);
    whole_poll(b->pidfd, POLLIN, whole_clock_ms() + WHOLE_MS);
}

static void damage_note(struct whole *w, struct before *b)
{
    whole_write(w, "state/call", "pid=12\nstart=\xff\xfe garbage", 0600);
}

static void lose_note(struct whole *w, struct before *b)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/state/call", w->dir);
    assert_int_equal(unlink(path), 0);
}

static void change_note(struct whole *w, struct before *b)
{
    char path[128], *note, *rest, text[1024];

    snprintf(path, sizeof(path), "%s/state/call", w->dir);
    note = whole_read(path);
    rest = strchr(note, '\n');
    assert_memory_equal(note, "pid=", 4);
    snprintf(text, sizeof(text), "pid=%d%s", (int)getpid(), rest); /* somebody who must live */
    whole_write(w, "state/call", text, 0600);
    free(note);
}

static void lose_tty(struct whole *w, struct before *b)
{
    assert_true(drop(w, "tty"));
}

static void lose_pty(struct whole *w, struct before *b)
{
    assert_true(drop(w, "pty"));
}

static void lose_pidfd(struct whole *w, struct before *b)
{
    assert_true(drop(w, "pppd"));
}

static void swap_pidfd(struct whole *w, struct before *b)
{
    assert_true(drop(w, "pppd"));
    add(w, "pppd", open("/dev/null", O_RDWR | O_CLOEXEC));
}

static void other_name(struct whole *w, struct before *b)
{
    char real[128] = "";

    assert_true(readlink(w->tty, real, sizeof(real) - 1) > 0);
    snprintf(w->tty, sizeof(w->tty), "%s/tty2", w->dir);
    assert_int_equal(symlink(real, w->tty), 0);
    whole_config(w, NULL);
}

static void other_settings(struct whole *w, struct before *b)
{
    whole_config(w, "[PDP]\nUser=other\n");
}

/* Out and in again, the modem booting. */
static void replug(struct whole *w, struct before *b)
{
    whole_sim(w, "quit");
    assert_int_equal(whole_ended(w, &w->sim), 0);
    w->sim.seen = 0;
    unlink(w->sim.log);
    whole_sim_start(w, "--profile=warm");
    b->dials = 0;
}

static const struct {
    const char *name, *says;
    void (*happens)(struct whole *w, struct before *b);
} losses[] = {
    {"pppd died", "its pppd has ended", lose_pppd},
    {"damaged note", "nothing is known of it", damage_note},
    {"no note", "nothing is known of it", lose_note},
    {"another's note", "belongs to another one", change_note},
    {"no tty", "not all of its descriptors", lose_tty},
    {"no pty", "not all of its descriptors", lose_pty},
    {"no pidfd", "not all of its descriptors", lose_pidfd},
    {"something else as pidfd", "belongs to another one", swap_pidfd},
    {"another name", "has another name", other_name},
    {"other settings", "dialled with other settings", other_settings},
    {"plugged in again", "No such device", replug},
};

static void assert_given_up(struct whole *w, struct before *b, const char *says)
{
    whole_said(w, &w->daemon, says);
    assert_ends(b);
    whole_wait(w, "online");
    holds(w, 4);
    assert_int_not_equal(whole_get_int(w, "ppp.pid"), b->pppd);
    assert_int_equal(whole_sim_count(w, "dials"), b->dials + 1);
    assert_int_equal(default_routes(), 1);
    assert_ping(w);
}

static void given_up(void **state)
{
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
        void *inner = NULL;

        assert_int_equal(whole_setup(&inner), 0);
        struct whole *w = inner;
        online(w);
        struct before b = look(w);

        print_message("# %s\n", losses[i].name);
        whole_kill(&w->daemon, SIGKILL);
        losses[i].happens(w, &b);
        whole_start(w, NULL);
        assert_given_up(w, &b, losses[i].says);
        b = look(w);
        end(w, &b);
        assert_int_equal(whole_teardown(&inner), 0);
    }
}

/* Unplugged, and nothing comes back for a while: what was kept is let go of. */
static void device_gone(void **state)
{
    struct whole *w = *state;
    online(w);
    struct before b = look(w);

    whole_kill(&w->daemon, SIGKILL);
    whole_sim(w, "quit");
    assert_int_equal(whole_ended(w, &w->sim), 0);
    whole_start(w, NULL);
    assert_string_equal(whole_get(w, "state"), "absent");
    whole_said(w, &w->daemon, "was not found again");
    assert_ends(&b);
    holds(w, 0);
    assert_int_equal(default_routes(), 0);
    w->sim.seen = 0;
    unlink(w->sim.log);
    whole_sim_start(w, "--profile=warm");
    whole_wait(w, "online");
    b = look(w);
    end(w, &b);
}

/* How many of its descriptors are /dev/null: standard input is. */
static unsigned nulls(const struct whole *w)
{
    char path[64], target[64];
    unsigned n = 0;

    for (int fd = 0; fd < 256; fd++) {
        snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)w->daemon.pid, fd);
        ssize_t len = readlink(path, target, sizeof(target) - 1);
        target[len > 0 ? len : 0] = '\0';
        n += !strcmp(target, "/dev/null");
    }
    return n;
}

/* What is not ours is closed and else ignored. */
static void junk(void **state)
{
    static const char *const names[] = {"foo", "", "../../etc/passwd", "tty\377", "pppd", "pty", "tty", "tty"};
    struct whole *w = *state;

    whole_config(w, NULL);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        add(w, names[i], open("/dev/null", O_RDWR | O_CLOEXEC));
    whole_start(w, NULL);
    holds(w, 4); /* those that are nobody's */
    assert_int_equal(nulls(w), 1);
    whole_sim_start(w, "--profile=warm");
    whole_wait(w, "online");
    struct before b = look(w);
    whole_stop(w, 20000);
    assert_ends(&b);
    whole_end(w);
}

/* Stopped with SIGSTOP it answers no echo, while the kernel goes on with frames: nobody else would notice. */
static void stopped_pppd(void **state)
{
    struct whole *w = *state;
    int64_t since_ms, took_ms;

    online(w);
    struct before b = look(w);
    kill(b.pppd, SIGSTOP);
    since_ms = whole_clock_ms();
    whole_ctl_says(w, "wait|--for=hangup|--timeout=55s", 0, "hangup");
    took_ms = whole_clock_ms() - since_ms;
    print_message("# pppd stopped: noticed after %lld ms\n", (long long)took_ms);
    assert_ends(&b);
    whole_wait(w, "online");
    whole_ctl_says(w, "history", 0, "(pppd-stuck)");
    assert_int_equal(whole_sim_count(w, "dials"), b.dials + 1);
    assert_ping(w);
    b = look(w);
    end(w, &b);
}

static void killed_pppd(void **state)
{
    struct whole *w = *state;
    int64_t since_ms, took_ms;

    online(w);
    struct before b = look(w);
    kill(b.pppd, SIGKILL);
    since_ms = whole_clock_ms();
    assert_ends(&b);
    whole_sim_wait(w, "dials", "2");
    whole_wait(w, "online");
    took_ms = whole_clock_ms() - since_ms;
    print_message("# pppd killed: online again after %lld ms\n", (long long)took_ms);
    assert_true(took_ms < 15000);
    whole_ctl_says(w, "history", 0, "(pppd-died)");
    b = look(w);
    end(w, &b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(killed_and_carried_on),
        WHOLE_TEST(left_and_carried_on),
        WHOLE_TEST(carried_on_to_its_end),
        WHOLE_TEST(killed_pppd),
        WHOLE_TEST(stopped_pppd),
        WHOLE_TEST(device_gone),
        cmocka_unit_test(killed_before_online),
        WHOLE_TEST(junk),
        cmocka_unit_test(given_up),
    };

    return cmocka_run_group_tests_name("whole: survive", tests, whole_world, NULL);
}
