/* SPDX-License-Identifier: MIT */
/* A call that does not outlive the daemon: what the next one finds of it is not enough, and it is given up for another.
 */
#include "call.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void lose_pppd(struct whole *w, struct whole_call *call)
{
    kill(call->pppd, SIGKILL);
    whole_poll(call->pidfd, POLLIN, whole_clock_ms() + WHOLE_MS);
}

static void damage_note(struct whole *w, struct whole_call *call)
{
    whole_write(w, "state/call", "pid=12\nstart=\xff\xfe garbage", 0600);
}

static void lose_note(struct whole *w, struct whole_call *call)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/state/call", w->dir);
    assert_int_equal(unlink(path), 0);
}

static void change_note(struct whole *w, struct whole_call *call)
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

static void lose_tty(struct whole *w, struct whole_call *call)
{
    whole_store_drop(w, "tty");
}

static void lose_pty(struct whole *w, struct whole_call *call)
{
    whole_store_drop(w, "pty");
}

static void lose_pidfd(struct whole *w, struct whole_call *call)
{
    whole_store_drop(w, "pppd");
}

static void swap_pidfd(struct whole *w, struct whole_call *call)
{
    whole_store_drop(w, "pppd");
    whole_store_add(w, "pppd", open("/dev/null", O_RDWR | O_CLOEXEC));
}

static void other_name(struct whole *w, struct whole_call *call)
{
    char real[128] = "";

    assert_true(readlink(w->tty, real, sizeof(real) - 1) > 0);
    snprintf(w->tty, sizeof(w->tty), "%s/tty2", w->dir);
    assert_int_equal(symlink(real, w->tty), 0);
    whole_config(w, NULL);
}

static void other_settings(struct whole *w, struct whole_call *call)
{
    whole_config(w, "[PDP]\nUser=other\n");
}

/* Out and in again, the modem booting. */
static void replug(struct whole *w, struct whole_call *call)
{
    whole_sim(w, "quit");
    assert_int_equal(whole_ended(w, &w->sim), 0);
    w->sim.seen = 0;
    unlink(w->sim.log);
    whole_sim_start(w, "--profile=warm");
    call->dials = 0;
}

static const struct {
    const char *name, *says;
    void (*happens)(struct whole *w, struct whole_call *call);
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

static void assert_given_up(struct whole *w, struct whole_call *call, const char *says)
{
    whole_said(w, &w->daemon, says);
    whole_call_ends(call);
    whole_wait(w, "online");
    whole_store_holds(w, 4);
    assert_int_not_equal(whole_get_int(w, "ppp.pid"), call->pppd);
    assert_int_equal(whole_sim_count(w, "dials"), call->dials + 1);
    assert_int_equal(whole_default_routes(NULL, 0), 1);
    whole_ping(w);
}

static void give_up(struct whole *w, size_t row)
{
    whole_call_online(w);
    struct whole_call call = whole_call_look(w);

    whole_kill(&w->daemon, SIGKILL);
    losses[row].happens(w, &call);
    whole_start(w, NULL);
    assert_given_up(w, &call, losses[row].says);
    call = whole_call_look(w);
    whole_call_stop(w, &call);
}

static const char *loss(size_t row)
{
    return losses[row].name;
}

static void given_up(void **state)
{
    whole_rows(sizeof(losses) / sizeof(losses[0]), loss, give_up);
}

/* Before there was an address: nothing is kept, and the pppd left behind is ended even when it is stopped. */
static void kill_before_online(struct whole *w, bool stopped)
{
    whole_config(w, NULL);
    whole_sim_start(w, "--profile=warm");
    whole_sim(w, "no-address on");
    whole_start(w, NULL);
    whole_wait(w, "ppp");
    struct whole_call call = whole_call_look(w);
    if (stopped)
        kill(call.pppd, SIGSTOP);
    whole_kill(&w->daemon, SIGKILL);
    whole_store_holds(w, 0);
    whole_sim(w, "no-address off");
    whole_start(w, NULL);
    whole_call_ends(&call);
    whole_wait(w, "online");
    whole_ping(w);
    call = whole_call_look(w);
    whole_call_stop(w, &call);
}

static void killed_before_online(void **state)
{
    kill_before_online(*state, false);
}

static void killed_before_online_pppd_stopped(void **state)
{
    kill_before_online(*state, true);
}

/* Unplugged, and nothing comes back for a while: what was kept is let go of. */
static void device_gone(void **state)
{
    struct whole *w = *state;
    whole_call_online(w);
    struct whole_call call = whole_call_look(w);

    whole_kill(&w->daemon, SIGKILL);
    whole_sim(w, "quit");
    assert_int_equal(whole_ended(w, &w->sim), 0);
    whole_start(w, NULL);
    assert_string_equal(whole_get(w, "state"), "absent");
    whole_said(w, &w->daemon, "was not found again");
    whole_call_ends(&call);
    whole_store_holds(w, 0);
    assert_int_equal(whole_default_routes(NULL, 0), 0);
    w->sim.seen = 0;
    unlink(w->sim.log);
    whole_sim_start(w, "--profile=warm");
    whole_wait(w, "online");
    call = whole_call_look(w);
    whole_call_stop(w, &call);
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
        whole_store_add(w, names[i], open("/dev/null", O_RDWR | O_CLOEXEC));
    whole_start(w, NULL);
    whole_store_holds(w, 4); /* those that are nobody's */
    assert_int_equal(nulls(w), 1);
    whole_sim_start(w, "--profile=warm");
    whole_wait(w, "online");
    struct whole_call call = whole_call_look(w);
    whole_stop(w, 20000);
    whole_call_ends(&call);
    whole_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_up),
        WHOLE_TEST(killed_before_online),
        WHOLE_TEST(killed_before_online_pppd_stopped),
        WHOLE_TEST(device_gone),
        WHOLE_TEST(junk),
    };

    return cmocka_run_group_tests_name("whole: lost", tests, whole_world, NULL);
}
