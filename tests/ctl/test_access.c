/* SPDX-License-Identifier: MIT */
/* Who may do what, and the socket's place: its mode and group, names that cannot be, one that was left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access.h"
#include "fake_daemon.h"
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
        {{.own_uid = 10}, {.uid = 11, .gid = 0}, ACCESS_NONE}, /* group root is not root */
        {{.own_uid = 10, .has_group = true, .gid = 20}, {.uid = 11, .gid = 20}, ACCESS_COMMAND},
        {{.own_uid = 10, .has_group = true, .gid = 20},
         {.uid = 11, .gid = 1, .groups = groups, .n_groups = 3},
         ACCESS_COMMAND},
        {{.own_uid = 10, .has_group = true, .gid = 21},
         {.uid = 11, .gid = 1, .groups = groups, .n_groups = 3},
         ACCESS_NONE},
        {{.own_uid = 10, .gid = 20}, {.uid = 11, .gid = 20}, ACCESS_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(access_decide(&rows[i].rule, &rows[i].peer), rows[i].level);
}

/* A child that drops its privileges, connects and stays; it ends when @hold is closed. */
static pid_t stranger(const char *path, gid_t group, int link[2])
{
    pid_t pid = fork();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char answer[4096];
    ssize_t n;
    int fd;

    if (pid != 0)
        return pid;
    strcpy(address.sun_path, path);
    if (setgroups(group ? 1 : 0, &group) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
        _exit(2);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        _exit(3);
    if (write(fd, RESET, sizeof(RESET)) < 0)
        _exit(4);
    n = read(fd, answer, sizeof(answer));
    if (n <= 0 || write(link[1], answer, (size_t)n) < 0)
        _exit(5);
    _exit(0);
}

/* What the stranger was told; the loop turns until he has told us. */
static void ask_as_stranger(struct fake_daemon *daemon, gid_t group, char *answer, size_t size, int *ret_status)
{
    int link[2];
    pid_t pid;
    ssize_t n;

    assert_int_equal(pipe2(link, O_CLOEXEC), 0);
    pid = stranger(daemon->path, group, link);
    close(link[1]);
    fcntl(link[0], F_SETFL, O_NONBLOCK);
    while ((n = read(link[0], answer, size - 1)) < 0 && errno == EAGAIN)
        mc_loop_turn(daemon->loop);
    answer[n > 0 ? n : 0] = '\0';
    close(link[0]);
    waitpid(pid, ret_status, 0);
}

static void verb_without_permission(void **state)
{
    struct fake_daemon *daemon;
    char answer[4096];
    int status;

    if (geteuid() != 0) {
        print_message("needs root, to become somebody else\n");
        skip();
    }
    daemon = fake_daemon_new(&(struct mc_ctl_options){.group = "daemon"});
    chmod(daemon->directory, 0755);
    chmod(daemon->path, 0666); /* somebody opened it up: the credentials decide all the same */
    ask_as_stranger(daemon, 0, answer, sizeof(answer), &status);
    assert_non_null(strstr(answer, E("NotPermitted")));
    assert_non_null(strstr(answer, "members of the group \\\"daemon\\\""));
    assert_int_equal(daemon->n_verbs, 0);
    ask_as_stranger(daemon, getgrnam("daemon")->gr_gid, answer, sizeof(answer), &status);
    assert_null(strstr(answer, "error"));
    assert_int_equal(daemon->n_verbs, 1);
    fake_daemon_free(daemon);
}

static void socket_is_for_the_group(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct stat st;

    assert_int_equal(stat(daemon->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    fake_daemon_free(daemon);
    if (geteuid() != 0)
        return;
    daemon = fake_daemon_new(&(struct mc_ctl_options){.group = "daemon"});
    assert_int_equal(stat(daemon->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    assert_int_equal(st.st_gid, getgrnam("daemon")->gr_gid);
    fake_daemon_free(daemon);
}

static int try_server(struct fake_daemon *daemon, const char *path, const char *group)
{
    struct mc_ctl_server *server = NULL;
    int r = mc_ctl_server_new(daemon->loop, &(struct mc_ctl_options){.path = path, .group = group}, &daemon->backend,
                              &server);

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
        cmocka_unit_test(who_may_do_what),          cmocka_unit_test(verb_without_permission),
        cmocka_unit_test(socket_is_for_the_group),  cmocka_unit_test(names_that_cannot_be),
        cmocka_unit_test(stale_socket_is_replaced),
    };

    return cmocka_run_group_tests_name("ctl/access", tests, NULL, NULL);
}
