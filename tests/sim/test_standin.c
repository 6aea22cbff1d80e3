/* SPDX-License-Identifier: MIT */
/* pppd-standin against microcat-sim's own network, with this test as the daemon behind the plugin's socket. */
#include "scratch.h"
#include <fcntl.h>
#include <microcat/ppp/plugin_proto.h>
#include <sandbox.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

struct scene {
    char dir[64], link[96], control[96], plugin[96];
    pid_t sim, standin;
    int listen_fd, fd;
    struct mc_plugin_reader reader;
    char bytes[1024];
    const char *data;
    size_t len;
};

static pid_t spawn(const char *program, char *const argv[], int out_fd)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    if (out_fd >= 0)
        posix_spawn_file_actions_adddup2(&actions, out_fd, 1);
    assert_int_equal(posix_spawn(&pid, program, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static void start_sim(struct scene *scene, const char *inject)
{
    char link[128], control[128], line[128];
    char *argv[] = {(char *)"microcat-sim",
                    (char *)"--profile=warm",
                    (char *)"--speed=fast",
                    (char *)"--quiet",
                    (char *)"--network=stub",
                    link,
                    control,
                    (char *)inject,
                    NULL};
    int out[2];

    memset(scene, 0, sizeof(*scene));
    assert_int_equal(scratch_make(scene->dir), 0);
    snprintf(scene->link, sizeof(scene->link), "%s/tty", scene->dir);
    snprintf(scene->control, sizeof(scene->control), "%s/control", scene->dir);
    snprintf(scene->plugin, sizeof(scene->plugin), "%s/plugin", scene->dir);
    snprintf(link, sizeof(link), "--link=%s", scene->link);
    snprintf(control, sizeof(control), "--control=%s", scene->control);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    scene->sim = spawn(SIM_PROGRAM, argv, out[1]);
    close(out[1]);
    assert_true(read(out[0], line, sizeof(line)) > 0); /* it has made its pty */
    close(out[0]);
}

static void dial(struct scene *scene)
{
    int tty = open(scene->link, O_RDWR | O_NOCTTY | O_CLOEXEC);
    char said[256] = "";
    size_t len = 0;

    assert_true(tty >= 0);
    assert_int_equal(write(tty, "ATD*99***1#\r", 12), 12);
    while (!strstr(said, "CONNECT\r\n")) {
        ssize_t n = read(tty, said + len, sizeof(said) - 1 - len);

        assert_true(n > 0);
        len += (size_t)n;
        said[len] = '\0';
    }
    close(tty);
}

static void start_standin(struct scene *scene)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    char tty[128];
    char *argv[] = {(char *)"pppd",
                    tty,
                    (char *)"115200",
                    (char *)"nodetach",
                    (char *)"plugin",
                    (char *)"microcatd.so",
                    (char *)"microcat-socket",
                    scene->plugin,
                    NULL};
    ssize_t n = readlink(scene->link, tty, sizeof(tty) - 1);

    assert_true(n > 0);
    tty[n] = '\0';
    memcpy(where.sun_path, scene->plugin, strlen(scene->plugin) + 1);
    scene->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(scene->listen_fd, (struct sockaddr *)&where, sizeof(where)), 0);
    assert_int_equal(listen(scene->listen_fd, 1), 0);
    scene->standin = spawn(STANDIN_PROGRAM, argv, -1);
    scene->fd = accept4(scene->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    assert_true(scene->fd >= 0);
    mc_plugin_reader_init(&scene->reader);
}

/* The next message of @kind; questions for the password are answered on the way. */
static void wait_for(struct scene *scene, enum mc_plugin_kind kind, struct mc_plugin_msg *msg)
{
    for (;;) {
        int r = scene->len > 0 ? mc_plugin_read(&scene->reader, &scene->data, &scene->len, msg) : 0;

        assert_true(r >= 0);
        if (r == 1 && msg->kind == kind)
            return;
        if (r == 1 && msg->kind == MC_PLUGIN_WANTED) {
            struct mc_plugin_msg secrets;
            char line[MC_PLUGIN_LINE_BYTES];
            int len;

            mc_plugin_msg_init(&secrets, MC_PLUGIN_SECRETS);
            strcpy(secrets.user, "sora");
            strcpy(secrets.password, "sora");
            len = mc_plugin_encode(&secrets, line, sizeof(line));
            assert_true(len > 0);
            assert_int_equal(write(scene->fd, line, (size_t)len), len);
        }
        if (r == 0) {
            ssize_t n = read(scene->fd, scene->bytes, sizeof(scene->bytes));

            assert_true(n > 0);
            scene->data = scene->bytes;
            scene->len = (size_t)n;
        }
    }
}

static int end_of(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void tear_down(struct scene *scene)
{
    close(scene->fd);
    close(scene->listen_fd);
    kill(scene->sim, SIGTERM);
    assert_int_equal(end_of(scene->sim), 0);
    unlink(scene->plugin);
    assert_int_equal(rmdir(scene->dir), 0);
}

static void up_and_down(void **state)
{
    struct mc_plugin_msg msg;
    struct scene scene;

    start_sim(&scene, NULL);
    dial(&scene);
    start_standin(&scene);
    wait_for(&scene, MC_PLUGIN_AUTH, &msg);
    assert_string_equal(msg.auth, "CHAP");
    wait_for(&scene, MC_PLUGIN_IP_UP, &msg);
    assert_string_equal(msg.local, "10.164.98.251");
    assert_string_equal(msg.remote, "10.64.64.1");
    assert_string_equal(msg.dns1, "100.127.0.53");
    assert_string_equal(msg.dns2, "100.127.1.53");
    kill(scene.standin, SIGTERM);
    wait_for(&scene, MC_PLUGIN_EXIT, &msg);
    assert_int_equal(msg.status, 5);
    assert_int_equal(end_of(scene.standin), 5);
    tear_down(&scene);
}

static void refused(void **state)
{
    struct mc_plugin_msg msg;
    struct scene scene;

    start_sim(&scene, "--inject=auth-refuse on");
    dial(&scene);
    start_standin(&scene);
    wait_for(&scene, MC_PLUGIN_EXIT, &msg);
    assert_int_equal(msg.status, 19);
    assert_int_equal(end_of(scene.standin), 19);
    tear_down(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(up_and_down), cmocka_unit_test(refused)};

    alarm(60);            /* whatever waits in vain */
    test_network_enter(); /* where that is refused there is no TUN device either, and nothing is touched */
    return cmocka_run_group_tests_name("sim standin", tests, NULL, NULL);
}
