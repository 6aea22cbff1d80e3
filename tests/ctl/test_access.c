/* SPDX-License-Identifier: MIT */
/* Who may do what, and the socket's place: its mode and group, names that cannot be, one that was left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access.h"
#include "fake_daemon.h"
#include "server_internal.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sandbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESET   "{\"method\":\"io.microcat.Modem.Reset\"}"
#define E(name) "io.microcat.Modem." name

static void who_may_do_what(void **state)
{
    static const gid_t groups[] = {5, 20, 7};
    static const struct {
        struct access_rule rule;
        struct access_peer peer;
        enum access_level level;
    } rows[] = {
        {{.own_uid = 10}, {.uid = 0, .gid = 0}, ACCESS_COMMAND},
        {{.own_uid = 10}, {.uid = 10, .gid = 1}, ACCESS_COMMAND},
        {{.own_uid = 10}, {.uid = 11, .gid = 0}, ACCESS_READ}, /* group root is not root */
        {{.own_uid = 10, .has_group = true, .gid = 20}, {.uid = 11, .gid = 20}, ACCESS_COMMAND},
        {{.own_uid = 10, .has_group = true, .gid = 20},
         {.uid = 11, .gid = 1, .groups = groups, .n_groups = 3},
         ACCESS_COMMAND},
        {{.own_uid = 10, .has_group = true, .gid = 21},
         {.uid = 11, .gid = 1, .groups = groups, .n_groups = 3},
         ACCESS_READ},
        {{.own_uid = 10, .gid = 20}, {.uid = 11, .gid = 20}, ACCESS_READ},
        {{.own_uid = 10, .has_readers = true, .readers = 30}, {.uid = 11, .gid = 20}, ACCESS_NONE},
        {{.own_uid = 10, .has_readers = true, .readers = 30}, {.uid = 0, .gid = 0}, ACCESS_COMMAND},
        {{.own_uid = 10, .has_readers = true, .readers = 30}, {.uid = 10, .gid = 1}, ACCESS_COMMAND},
        {{.own_uid = 10, .has_readers = true, .readers = 20},
         {.uid = 11, .gid = 1, .groups = groups, .n_groups = 3},
         ACCESS_READ},
        {{.own_uid = 10, .has_readers = true, .readers = 20}, {.uid = 11, .gid = 20}, ACCESS_READ},
        {{.own_uid = 10, .has_readers = true, .readers = 0}, {.uid = 11, .gid = 20}, ACCESS_NONE},
        {{.own_uid = 10, .has_group = true, .gid = 7, .has_readers = true, .readers = 20},
         {.uid = 11, .gid = 20, .groups = groups, .n_groups = 3},
         ACCESS_COMMAND}, /* who is in both may command */
        {{.own_uid = 10, .has_group = true, .gid = 21, .has_readers = true, .readers = 20},
         {.uid = 11, .gid = 1, .groups = groups, .n_groups = 3},
         ACCESS_READ},
        {{.own_uid = 10, .has_group = true, .gid = 21, .has_readers = true, .readers = 22},
         {.uid = 11, .gid = 1, .groups = groups, .n_groups = 3},
         ACCESS_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (access_decide(&rows[i].rule, &rows[i].peer) != rows[i].level)
            fail_msg("row %zu", i);
}

#define STRANGER 65534

/* A child that drops its privileges, connects, says @call and hands on @answers messages. */
static pid_t stranger(const char *path, gid_t group, const char *call, int answers, int link[2])
{
    pid_t pid = fork();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char answer[65536];
    ssize_t n;
    int fd;

    if (pid != 0)
        return pid;
    strcpy(address.sun_path, path);
    if (setgroups(group ? 1 : 0, &group) < 0 || setgid(STRANGER) < 0 || setuid(STRANGER) < 0)
        _exit(2);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        _exit(3);
    if (send(fd, call, strlen(call) + 1, MSG_NOSIGNAL) < 0 &&
        errno != EPIPE) /* who is turned away is told why all the same */
        _exit(4);
    while (answers > 0) {
        n = read(fd, answer, sizeof(answer));
        if (n <= 0 || write(link[1], answer, (size_t)n) < 0)
            _exit(5);
        for (ssize_t i = 0; i < n; i++)
            answers -= answer[i] == '\0';
    }
    _exit(0);
}

static void on_told(void *ctx, int fd, unsigned ready)
{
    /* the loop has turned, which is all that is asked of it */
}

/* What the stranger was told, messages parted by newlines; the loop turns, and @meanwhile happens once he listens. */
static const char *ask_as_stranger(struct fake_daemon *daemon, gid_t group, const char *call, int answers,
                                   void (*meanwhile)(struct fake_daemon *daemon), int *ret_status)
{
    static char told[65536];
    struct mc_watch watch = {0};
    size_t used = 0;
    int link[2];
    pid_t pid;
    ssize_t n;

    assert_int_equal(pipe2(link, O_CLOEXEC), 0);
    pid = stranger(daemon->path, group, call, answers, link);
    close(link[1]);
    fcntl(link[0], F_SETFL, O_NONBLOCK);
    assert_int_equal(mc_watch_add(&watch, daemon->loop, link[0], MC_WATCH_READ, on_told, NULL), 0);
    while ((n = read(link[0], told + used, sizeof(told) - 1 - used)) != 0) {
        for (ssize_t i = 0; i < n; i++)
            if (told[used + (size_t)i] == '\0')
                told[used + (size_t)i] = '\n';
        used += n > 0 ? (size_t)n : 0;
        if (used > 0 && meanwhile) {
            meanwhile(daemon);
            meanwhile = NULL;
        }
        if (n < 0)
            mc_loop_turn(daemon->loop);
    }
    told[used] = '\0';
    mc_watch_remove(&watch);
    close(link[0]);
    waitpid(pid, ret_status, 0);
    return told;
}

static void need_root(void)
{
    if (geteuid() == 0)
        return;
    print_message("needs root, to become somebody else\n");
    skip();
}

static gid_t gid_of(const char *name)
{
    const struct group *group = getgrnam(name);

    assert_non_null(group);
    return group->gr_gid;
}

/* Another user's daemon, with the facts of a link that is online. */
static struct fake_daemon *open_daemon(const char *group, const char *read_group)
{
    struct fake_daemon *daemon = fake_daemon_new(&(struct mc_ctl_options){.group = group, .read_group = read_group});

    assert_int_equal(chmod(daemon->directory, 0755), 0);
    fake_daemon_online(daemon);
    return daemon;
}

static void verb_without_permission(void **state)
{
    struct fake_daemon *daemon;
    const char *told;
    int status;

    need_root();
    daemon = open_daemon("daemon", NULL);
    told = ask_as_stranger(daemon, 0, RESET, 1, NULL, &status);
    assert_non_null(strstr(told, E("NotPermitted")));
    assert_non_null(strstr(told, "members of the group \\\"daemon\\\""));
    assert_int_equal(daemon->n_verbs, 0);
    told = ask_as_stranger(daemon, gid_of("daemon"), RESET, 1, NULL, &status);
    assert_null(strstr(told, "error"));
    assert_int_equal(daemon->n_verbs, 1);
    fake_daemon_free(daemon);
}

#define CALL(name)      "{\"method\":\"" E(name) "\"}"
#define CALL_MORE(name) "{\"method\":\"" E(name) "\",\"more\":true}"

/* Which calls are open to whom: what changes something or shows the dialogue with the modem is not for readers. */
static void readers_may_read(void **state)
{
    static const struct {
        const char *call;
        bool reads;
    } rows[] = {
        {CALL("Status"), true},
        {CALL("Info"), true},
        {CALL("History"), true},
        {CALL("Signal"), true},
        {CALL_MORE("Watch"), true},
        {CALL("Wait"), true},
        {"{\"method\":\"org.varlink.service.GetInfo\"}", true},
        {CALL("Trace"), false},
        {CALL("Connect"), false},
        {CALL("Disconnect"), false},
        {CALL("Reset"), false},
        {CALL("Reconnect"), false},
        {"{\"method\":\"" E("Radio") "\",\"parameters\":{\"on\":false}}", false},
        {"{\"method\":\"" E("Power") "\",\"parameters\":{\"on\":false}}", false},
        {"{\"method\":\"" E("At") "\",\"parameters\":{\"command\":\"AT+CIMI\"}}", false},
    };
    struct fake_daemon *daemon;
    int status;

    need_root();
    daemon = open_daemon("daemon", "games");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *told = ask_as_stranger(daemon, gid_of("games"), rows[i].call, 1, NULL, &status);

        if (rows[i].reads != !strstr(told, E("NotPermitted")))
            fail_msg("a reader's %s: %s", rows[i].call, told);
        told = ask_as_stranger(daemon, gid_of("daemon"), rows[i].call, 1, NULL, &status);
        if (strstr(told, E("NotPermitted")))
            fail_msg("a member's %s: %s", rows[i].call, told);
        told = ask_as_stranger(daemon, gid_of("mail"), rows[i].call, 1, NULL, &status);
        if (!strstr(told, E("NotPermitted")) || !strstr(told, "the groups \\\"daemon\\\" and \\\"games\\\""))
            fail_msg("another's %s: %s", rows[i].call, told);
    }
    assert_int_equal(mc_ctl_server_stats(daemon->server)->connected, 0);
    fake_daemon_free(daemon);
}

/* ---- identities ---- */

#define ICCID "8942310000000009012"
#define IMSI  "440101234567890"
#define IMEI  "860000000000001"
#define PHONE "+819012345678"

static void tell_identities(struct fake_daemon *daemon)
{
    struct mc_event event = {.kind = MC_EVENT_NOTE};

    strcpy(event.text, "SIM " ICCID ", call from " PHONE);
    mc_bus_publish(daemon->bus, &event);
}

/* Every place in which an identity stands, or may stand in a free text. */
static struct fake_daemon *full_of_identities(void)
{
    struct fake_daemon *daemon = open_daemon("daemon", NULL);

    daemon->status.fault = MC_FAULT_SIM_PIN_WRONG;
    strcpy(daemon->status.fault_detail, "of " ICCID);
    strcpy(daemon->status.next, "ask " PHONE);
    struct mc_event event = {.kind = MC_EVENT_FAULT, .fault = MC_FAULT_SIM_PIN_WRONG};
    strcpy(event.text, "of " IMSI);
    mc_history_event(daemon->history, FAKE_WALL_MS, &event);
    return daemon;
}

/* Whoever asks with many voices is heard once before somebody else, not fifteen times, and so are two such users. */
static void nobody_waits_for_all_of_other_users(void **state)
{
    static struct fake_peer peers[31];
    const struct mc_ctl_stats *stats;
    struct fake_daemon *daemon;

    need_root();
    daemon = fake_daemon_new(NULL);
    stats = mc_ctl_server_stats(daemon->server);
    assert_int_equal(chmod(daemon->directory, 0755), 0);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(seteuid(i < 15 ? STRANGER : STRANGER - 1), 0);
        fake_peer_connect(&peers[i], daemon);
        assert_int_equal(seteuid(0), 0);
    }
    fake_peer_connect(&peers[30], daemon);
    while (stats->connected < 31)
        mc_loop_turn(daemon->loop);
    for (int round = 0; round < 2; round++) { /* whose turn it was last does not matter */
        uint64_t before = stats->calls;

        for (int i = 0; i < 31; i++)
            fake_peer_call(&peers[i], CALL("Signal"));
        assert_non_null(fake_peer_receive(&peers[30]));
        assert_in_range(stats->calls - before, 1, 5);
        for (int i = 0; i < 30; i++)
            assert_non_null(fake_peer_receive(&peers[i]));
    }
    for (int i = 0; i < 31; i++)
        fake_peer_close(&peers[i]);
    fake_daemon_free(daemon);
}

/* Whose last connection has gone does not come before those who wait, and who has one more gets no turn by it. */
static void to_connect_anew_gains_no_turn(void **state)
{
    struct ctl_client other = {.uid = 6, .last_turn = 2}, one = {.uid = 5, .last_turn = 3, .next = &other};
    const struct mc_ctl_server server = {.turns = 7, .clients = &one};

    assert_int_equal(ctl_turn_last(&server, 5), 3);
    assert_int_equal(ctl_turn_last(&server, 6), 2);
    assert_int_equal(ctl_turn_last(&server, 7), 7);
}

static const struct {
    const char *call;
    int answers;
    const char *shown[4]; /* to whom may command, or masked */
    const char *masked[4];
} shows[] = {
    {CALL("Status"), 1, {ICCID, IMSI, IMEI, PHONE}, {"8942…9012", "4401…7890", "8600…0001", "ask +81…78"}},
    {CALL("Info"), 1, {ICCID, IMSI, IMEI, "\"sora\""}, {"8942…9012", "4401…7890", "8600…0001", "(set)"}},
    {CALL_MORE("Watch"), 2, {ICCID, IMSI, "call from " PHONE}, {"8942…9012", "4401…7890", "call from +81…78"}},
    {CALL("History"), 1, {"of " IMSI}, {"of 4401…7890"}},
};

static void assert_shows(const char *call, const char *told, const char *const seen[4], const char *const hidden[4])
{
    for (size_t i = 0; i < 4 && seen[i]; i++)
        if (!strstr(told, seen[i]))
            fail_msg("%s does not show %s: %s", call, seen[i], told);
    for (size_t i = 0; i < 4 && hidden[i]; i++)
        if (strstr(told, hidden[i]))
            fail_msg("%s shows %s: %s", call, hidden[i], told);
}

static void identities_are_for_those_who_may_command(void **state)
{
    struct fake_daemon *daemon;
    int status;

    need_root();
    daemon = full_of_identities();
    for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++) {
        const char *told = ask_as_stranger(daemon, 0, shows[i].call, shows[i].answers, tell_identities, &status);

        assert_shows(shows[i].call, told, shows[i].masked, shows[i].shown);
        told = ask_as_stranger(daemon, gid_of("daemon"), shows[i].call, shows[i].answers, tell_identities, &status);
        assert_shows(shows[i].call, told, shows[i].shown, shows[i].masked);
    }
    fake_daemon_free(daemon);
}

/* ---- places ---- */

/* Children of somebody else's that connect and stay until @hold's other end is closed. */
static pid_t crowd(const char *path, uid_t uid, int n, const int hold[2])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char byte;
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    close(hold[1]);
    strcpy(address.sun_path, path);
    if (setgroups(0, NULL) < 0 || setgid(uid) < 0 || setuid(uid) < 0)
        _exit(2);
    for (int i = 0; i < n; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
            _exit(3);
    }
    _exit(read(hold[0], &byte, 1) == 0 ? 0 : 4);
}

/* One user's readers take an eighth of the places, all readers half: who may command always finds one. */
static void readers_leave_room(void **state)
{
    static const uid_t uids[] = {STRANGER, 64001, 64002, 64003, 64004, 64005};
    static const size_t connected[] = {2, 4, 6, 8, 8, 8};
    struct fake_daemon *daemon;
    pid_t pids[6];
    int hold[2], status;

    need_root();
    daemon = fake_daemon_new(&(struct mc_ctl_options){.max_clients = 16});
    assert_int_equal(chmod(daemon->directory, 0755), 0);
    assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
    for (size_t i = 0; i < 6; i++) {
        const struct mc_ctl_stats *stats = mc_ctl_server_stats(daemon->server);
        uint64_t before = stats->clients + stats->dropped;

        pids[i] = crowd(daemon->path, uids[i], 5, hold);
        while (stats->clients + stats->dropped < before + 5)
            mc_loop_turn(daemon->loop);
        assert_int_equal(stats->connected, connected[i]);
    }
    assert_true(fake_daemon_serves(daemon)); /* root */
    close(hold[1]);
    close(hold[0]);
    for (size_t i = 0; i < 6; i++) {
        waitpid(pids[i], &status, 0);
        assert_int_equal(status, 0);
    }
    fake_daemon_free(daemon);
}

static void socket_is_for_those_who_may_ask(void **state)
{
    static const struct {
        const char *group, *read_group, *owner;
        mode_t mode;
    } rows[] = {
        {NULL, NULL, "root", 0666},        {"daemon", NULL, "daemon", 0666},    {NULL, "games", "games", 0660},
        {"games", "games", "games", 0660}, {"daemon", "games", "daemon", 0666}, /* a file has one group: the credentials
                                                                                   decide */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fake_daemon *daemon;
        struct stat st;

        if (i > 0)
            need_root();
        daemon = fake_daemon_new(&(struct mc_ctl_options){.group = rows[i].group, .read_group = rows[i].read_group});
        assert_int_equal(stat(daemon->path, &st), 0);
        assert_int_equal(st.st_mode & 0777, rows[i].mode);
        if (geteuid() == 0)
            assert_int_equal(st.st_gid, gid_of(rows[i].owner));
        fake_daemon_free(daemon);
    }
}

/* Under the unit's filter nothing is given to another group, and the daemon makes lists. */
static bool no_chown;

int __real_chown(const char *path, uid_t uid, gid_t gid);
int __wrap_chown(const char *path, uid_t uid, gid_t gid);

int __wrap_chown(const char *path, uid_t uid, gid_t gid)
{
    if (!no_chown)
        return __real_chown(path, uid, gid);
    errno = ENOSYS;
    return -1;
}

/* Does the kernel let a member of the group through? 0: of no group. */
static bool may_connect(const struct fake_daemon *daemon, gid_t group)
{
    int status;
    pid_t pid = stranger(daemon->path, group, RESET, 0, NULL);

    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (status != 0)
        assert_int_equal(WEXITSTATUS(status), 3);
    return status == 0;
}

static const struct groups {
    const char *group, *readers, *only; /* @only: whose members alone may connect */
} group_rows[] = {
    {"", "", NULL}, {"daemon", "", NULL}, {"", "games", "games"}, {"", "mail", "mail"}, {"daemon", "games", NULL},
};

/* The socket belongs to the group mail, as under the unit to the daemon's own. */
static void regroup(const struct groups *from, const struct groups *to)
{
    static const char *const members[] = {"mail", "games", "daemon", NULL};
    struct fake_daemon *daemon;

    assert_int_equal(setegid(gid_of("mail")), 0);
    daemon = open_daemon(from->group, from->readers);
    assert_int_equal(setegid(0), 0);
    assert_int_equal(mc_ctl_server_regroup(daemon->server, to->group, to->readers), 0);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const bool wanted = !to->only || (members[i] && !strcmp(members[i], to->only));

        if (may_connect(daemon, members[i] ? gid_of(members[i]) : 0) != wanted)
            fail_msg("%s, from Group=%s ReadGroup=%s to Group=%s ReadGroup=%s: a member of %s %s",
                     no_chown ? "without chown()" : "with chown()", from->group, from->readers, to->group, to->readers,
                     members[i] ? members[i] : "no group", wanted ? "is kept out" : "gets through");
    }
    fake_daemon_free(daemon);
}

static void other_groups_are_as_from_the_start(void **state)
{
    const size_t n = sizeof(group_rows) / sizeof(group_rows[0]);

    need_root();
    for (size_t i = 0; i < 2 * n * n; i++) {
        no_chown = i % 2;
        regroup(&group_rows[i / 2 / n], &group_rows[i / 2 % n]);
    }
    no_chown = false;
}

static int try_server(struct fake_daemon *daemon, const char *path, const char *group)
{
    struct mc_ctl_server *server = NULL;
    int r = mc_ctl_server_new(daemon->loop, &(struct mc_ctl_options){.path = path, .read_group = group},
                              &daemon->backend, &server);

    mc_ctl_server_free(server);
    return r;
}

static void names_that_cannot_be(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    char path[200], file[128];
    int fd;

    assert_int_equal(try_server(daemon, daemon->path, NULL), -EADDRINUSE); /* ours answers there */
    snprintf(file, sizeof(file), "%s/file", daemon->directory);
    fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    close(fd);
    assert_int_equal(try_server(daemon, file, NULL), -EADDRINUSE); /* no socket: not ours to remove */
    assert_int_equal(access(file, F_OK), 0);
    unlink(file);
    snprintf(path, sizeof(path), "%s/no/s.sock", daemon->directory);
    assert_int_equal(try_server(daemon, path, NULL), -ENOENT);
    assert_int_equal(try_server(daemon, file, "no-such-group-anywhere"), -ENOENT);
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(try_server(daemon, path, NULL), -ENAMETOOLONG);
    assert_true(fake_daemon_serves(daemon));
    fake_daemon_free(daemon);
}

static void stale_socket_is_replaced(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s/stale", daemon->directory);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    close(fd); /* as after kill -9 */
    assert_int_equal(try_server(daemon, address.sun_path, NULL), 0);
    assert_int_equal(access(address.sun_path, F_OK), -1);
    fake_daemon_free(daemon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_do_what),
        cmocka_unit_test(verb_without_permission),
        cmocka_unit_test(readers_may_read),
        cmocka_unit_test(identities_are_for_those_who_may_command),
        cmocka_unit_test(nobody_waits_for_all_of_other_users),
        cmocka_unit_test(to_connect_anew_gains_no_turn),
        cmocka_unit_test(readers_leave_room),
        cmocka_unit_test(socket_is_for_those_who_may_ask),
        cmocka_unit_test(other_groups_are_as_from_the_start),
        cmocka_unit_test(names_that_cannot_be),
        cmocka_unit_test(stale_socket_is_replaced),
    };

    return cmocka_run_group_tests_name("ctl/access", tests, NULL, NULL);
}
