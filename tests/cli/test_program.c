/* SPDX-License-Identifier: MIT */

/* microcatctl as a program, against a daemon of facts in this process: output and exit status. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_daemon.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 20000

extern char **environ;

struct program {
    pid_t pid;
    int out_fd;
    struct mc_watch watch;
    char out[65536]; /* standard output and error as they come */
    size_t len;
    bool ended;
    int status;
};

static void on_output(void *ctx, int fd, unsigned ready)
{
    struct program *program = ctx;
    ssize_t n = read(fd, program->out + program->len, sizeof(program->out) - 1 - program->len);

    if (n > 0) {
        program->len += (size_t)n;
        program->out[program->len] = '\0';
        return;
    }
    program->ended = true;
    mc_watch_remove(&program->watch);
}

/* Starts microcatctl --socket=... with @line, words parted by '|'; its output goes to @fds[1], we read @fds[0]. */
static void start_on(struct program *program, struct fake_daemon *daemon, const char *line, const int *fds)
{
    char option[160], copy[256], *words[12], *save = NULL;
    posix_spawn_file_actions_t actions;
    int n = 0;

    memset(program, 0, sizeof(*program));
    snprintf(option, sizeof(option), "--socket=%s", daemon->path);
    snprintf(copy, sizeof(copy), "%s", line);
    words[n++] = getenv("MICROCATCTL");
    words[n++] = option;
    for (char *word = strtok_r(copy, "|", &save); word; word = strtok_r(NULL, "|", &save))
        words[n++] = word;
    words[n] = NULL;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
    posix_spawn_file_actions_adddup2(&actions, fds[1], 2);
    assert_int_equal(posix_spawn(&program->pid, words[0], &actions, NULL, words, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    program->out_fd = fds[0];
    assert_int_equal(mc_watch_add(&program->watch, daemon->loop, fds[0], MC_WATCH_READ, on_output, program), 0);
}

static void start(struct program *program, struct fake_daemon *daemon, const char *line)
{
    int fds[2];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    start_on(program, daemon, line, fds);
}

static int finish(struct program *program, struct fake_daemon *daemon)
{
    bool ended = test_wait_flag(daemon->loop, &program->ended, PATIENCE_MS);

    if (!ended)
        kill(program->pid, SIGKILL);
    waitpid(program->pid, &program->status, 0);
    mc_watch_remove(&program->watch);
    close(program->out_fd);
    if (!ended)
        fail_msg("it did not end; it said: %s", program->out);
    return WIFEXITED(program->status) ? WEXITSTATUS(program->status) : -1;
}

static int run(struct program *program, struct fake_daemon *daemon, const char *line)
{
    start(program, daemon, line);
    return finish(program, daemon);
}

struct said {
    struct program *program;
    const char *text;
};

static bool has_said(void *ctx)
{
    const struct said *said = ctx;

    return said->program->ended || strstr(said->program->out, said->text);
}

static void wait_until_said(struct program *program, struct fake_daemon *daemon, const char *text)
{
    if (!test_wait(daemon->loop, has_said, &(struct said){program, text}, PATIENCE_MS) || program->ended)
        fail_msg("it did not say \"%s\" but: %s", text, program->out);
}

static void exit_status_and_words(void **state)
{
    static const struct {
        const char *line;
        int exit;
        const char *says;
    } rows[] = {
        {"status", 0, "microcat  online for"},
        {"status|--json", 0, "{\"state\":\"online\","},
        {"--json|status", 0, "\"rx_bytes\":1234567"},
        {"info", 0, "config.file"},
        {"info|--json", 0, "\"daemon\":["},
        {"trace", 0, "AT+CEREG?"},
        {"trace|--mermaid", 0, "sequenceDiagram"},
        {"trace|--json|--lines=1", 0, "[{\"seq\":2,"},
        {"history", 0, "microcatd started"},
        {"history|--json", 0, "\"availability_24h\""},
        {"connect", 0, "done"},
        {"disconnect", 0, "done"},
        {"radio|off", 0, "done"},
        {"power|on|--json", 0, "{\"text\":\"done\"}"},
        {"reset", 0, "done"},
        {"reconnect", 0, "done"},
        {"at|AT+CSQ", 0, "+CSQ: 20,99\nOK\n"},
        {"at|AT+ERROR", 1, "+CME ERROR: 10"},
        {"at|AT+BUSY", 1, "microcatctl: the line carries data; disconnect first"},
        {"at|AT+BUSY|--json", 1, "\"error\":\"io.microcat.Modem.Busy\""},
        {"wait", 0, "online"},
        {"wait|--for=dial|--timeout=20ms", 4, "microcatctl: still online, not dial"},
        {"help", 0, "Exit status: 0 done, 1 refused"},
        {"help|radio", 0, "microcatctl radio off|on"},
        {"--help", 0, "Usage: microcatctl"},
        {"--version", 0, "microcatctl 0."},
        {"--complete", 0, "radio off on\n"},
        {"", 2, "a verb is missing"},
        {"stauts", 2, "no verb \"stauts\""},
        {"help|stauts", 2, "no verb \"stauts\""},
        {"radio", 2, "usage: microcatctl radio off|on"},
        {"radio|maybe", 2, "radio takes off or on, not \"maybe\""},
        {"at", 2, "usage: microcatctl at COMMAND"},
        {"status|now", 2, "usage: microcatctl status"},
        {"status|--for=dial", 2, "status does not take that option"},
        {"wait|--for=nowhere", 2, "no such state; there are absent, sync"},
        {"wait|--timeout=soon", 2, "a time is wanted, like 90s"},
        {"wait|--timeout=-1", 2, "a time is wanted"},
        {"trace|--lines=0", 2, "a number from 1 is wanted"},
        {"--instance=a/b|status", 2, "an instance's name has no slash"},
        {"--nonsense", 2, "nonsense"},
        {"--instance=no-such-instance|status", 3, "there is no socket /run/microcatd/no-such-instance.sock"},
        {"--socket=/nonexistent/s.sock|status", 3, "microcatd is not running: there is no socket /nonexistent/s.sock"},
    };
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct program program;

    fake_daemon_online(daemon);
    mc_trace_add(daemon->trace, 0, 0, MC_TRACE_SENT, "AT+CEREG?");
    mc_trace_add(daemon->trace, 1, 1, MC_TRACE_RECEIVED, "OK");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int status = run(&program, daemon, rows[i].line);

        if (status != rows[i].exit || !strstr(program.out, rows[i].says))
            fail_msg("%s: exit %d, expected %d and \"%s\"; it said: %s", rows[i].line, status, rows[i].exit,
                     rows[i].says, program.out);
    }
    fake_daemon_free(daemon);
}

static void verbs_that_fail(void **state)
{
    static const struct {
        int result;
        int exit;
    } rows[] = {{-EBUSY, 1}, {-ENODEV, 1}, {-EIO, 1}, {-ECANCELED, 1}, {-ETIMEDOUT, 4}};
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct program program;

    daemon->verb_text = "no modem is there";
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        daemon->verb_result = rows[i].result;
        assert_int_equal(run(&program, daemon, "reset"), rows[i].exit);
        assert_string_equal(program.out, "microcatctl: no modem is there\n");
    }
    fake_daemon_free(daemon);
}

static bool verb_is_held(void *ctx)
{
    return ((struct fake_daemon *)ctx)->held_done != NULL;
}

static void verb_that_ends_later(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct program program;

    daemon->hold = true;
    start(&program, daemon, "connect");
    assert_true(test_wait(daemon->loop, verb_is_held, daemon, PATIENCE_MS));
    fake_daemon_finish(daemon, 0, "Online in 7 s.");
    assert_int_equal(finish(&program, daemon), 0);
    assert_string_equal(program.out, "Online in 7 s.\n");
    fake_daemon_free(daemon);
}

static void daemon_that_dies_in_mid_call(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct program program;

    daemon->hold = true;
    start(&program, daemon, "reset");
    assert_true(test_wait(daemon->loop, verb_is_held, daemon, PATIENCE_MS));
    fake_daemon_stop(daemon);
    assert_int_equal(finish(&program, daemon), 3);
    assert_non_null(strstr(program.out, "microcatd went away in the middle of the call"));
    fake_daemon_free(daemon);
}

static void watch_prints_a_line_a_change(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct program program;

    setenv("TZ", "UTC", 1);
    start(&program, daemon, "watch");
    wait_until_said(&program, daemon, "absent for");
    fake_daemon_go(daemon, MC_STATE_SYNC, MC_FAULT_NONE);
    fake_daemon_go(daemon, MC_STATE_BACKOFF, MC_FAULT_MODEM_SILENT);
    wait_until_said(&program, daemon, " absent -> sync (3.4 s)\n");
    wait_until_said(&program, daemon, " sync -> backoff (3.4 s): ");
    fake_daemon_stop(daemon);
    assert_int_equal(finish(&program, daemon), 3);
    fake_daemon_free(daemon);
}

static void wait_ends_with_the_state(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct program program;

    start(&program, daemon, "wait|--timeout=1min");
    while (mc_ctl_server_stats(daemon->server)->calls == 0)
        mc_loop_turn(daemon->loop);
    fake_daemon_go(daemon, MC_STATE_ONLINE, MC_FAULT_NONE);
    assert_int_equal(finish(&program, daemon), 0);
    assert_string_equal(program.out, "online\n");
    fake_daemon_free(daemon);
}

/* A socket in the daemon's place, of which each byte is the test's. */
static int listen_instead(struct fake_daemon *daemon)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    fake_daemon_stop(daemon);
    strcpy(address.sun_path, daemon->path);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 1), 0);
    return listener;
}

static void start_on_terminal(struct program *program, struct fake_daemon *daemon, const char *line)
{
    int fds[2];

    fds[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(fds[0] >= 0 && grantpt(fds[0]) == 0 && unlockpt(fds[0]) == 0);
    fds[1] = open(ptsname(fds[0]), O_RDWR | O_NOCTTY | O_CLOEXEC);
    start_on(program, daemon, line, fds);
}

static void until_called(struct fake_daemon *daemon)
{
    while (mc_ctl_server_stats(daemon->server)->calls == 0)
        mc_loop_turn(daemon->loop);
}

/* As at a boot: the unit that waits is there first; and a daemon may be restarted meanwhile. */
static void wait_outlasts_a_daemon_that_is_away(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct program program;

    fake_daemon_stop(daemon);
    start_on_terminal(&program, daemon, "wait|--daemon|--timeout=1min");
    wait_until_said(&program, daemon, "microcatd is not there: waiting for it, too");
    fake_daemon_start(daemon);
    until_called(daemon);
    fake_daemon_stop(daemon);
    fake_daemon_start(daemon);
    until_called(daemon);
    fake_daemon_go(daemon, MC_STATE_ONLINE, MC_FAULT_NONE);
    assert_int_equal(finish(&program, daemon), 0);
    assert_non_null(strstr(program.out, "online\r\n"));
    assert_null(strstr(program.out, "microcatctl:"));
    fake_daemon_free(daemon);
}

static void wait_without_a_daemon(void **state)
{
    static const struct {
        const char *line;
        bool refuses; /* its name is there */
        int64_t least_ms;
        const char *says;
    } rows[] = {
        {"wait|--daemon|--timeout=400ms", false, 400, "microcatd is not running: there is no socket"},
        {"wait|--daemon|--timeout=400ms", true, 400, "microcatd is not running: nobody answers"},
        {"wait|--daemon|--timeout=0", false, 0, "there is no socket"},
        {"wait|--timeout=1h", false, 0, "there is no socket"},
        {"wait", true, 0, "nobody answers"},
        {"status", false, 0, "there is no socket"},
    };
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct program program;

    fake_daemon_stop(daemon);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t began_ms = mc_loop_clock_ms();

        if (rows[i].refuses)
            close(listen_instead(daemon));
        int status = run(&program, daemon, rows[i].line);
        int64_t took_ms = mc_loop_clock_ms() - began_ms;
        if (status != 3 || took_ms < rows[i].least_ms || !strstr(program.out, rows[i].says))
            fail_msg("row %zu: exit %d after %lld ms; it said: %s", i, status, (long long)took_ms, program.out);
        unlink(daemon->path);
    }
    fake_daemon_free(daemon);
}

/* On a terminal, what takes long says what goes on; what was quick has said nothing. */
static void long_verb_shows_its_steps(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    struct program program;

    daemon->hold = true;
    start_on_terminal(&program, daemon, "reconnect");
    assert_true(test_wait(daemon->loop, verb_is_held, daemon, PATIENCE_MS));
    while (mc_ctl_server_stats(daemon->server)->calls < 2)
        mc_loop_turn(daemon->loop);
    fake_daemon_go(daemon, MC_STATE_SYNC, MC_FAULT_NONE);
    wait_until_said(&program, daemon, "absent -> sync (3.4 s)");
    fake_daemon_go(daemon, MC_STATE_SETUP, MC_FAULT_NONE);
    wait_until_said(&program, daemon, "sync -> setup (3.4 s)");
    fake_daemon_finish(daemon, 0, "Online.");
    assert_int_equal(finish(&program, daemon), 0);
    assert_non_null(strstr(program.out, "Online.\r\n"));
    fake_daemon_free(daemon);
}

/* Lent and over in one piece: a pty that is gone is not waited on, and nothing is started on it. */
static void lease_that_is_over_at_once(void **state)
{
    static const char both[] = "{\"parameters\":{\"path\":\"/dev/pts/9999\",\"for_s\":600},\"continues\":true}\0"
                               "{\"parameters\":{\"text\":\"The modem is gone.\"}}";
    static const size_t first[] = {sizeof(both), 1, 40, 85}; /* bytes that come in the first piece, with the NULs */
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    int listener = listen_instead(daemon);
    struct program program;

    for (size_t i = 0; i < 2 * sizeof(first) / sizeof(first[0]); i++) {
        size_t n = first[i / 2];

        start(&program, daemon, i % 2 ? "lease|--|echo|started|{}" : "lease");
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        assert_int_equal(write(fd, both, n), n);
        if (n < sizeof(both))
            assert_int_equal(write(fd, both + n, sizeof(both) - n), sizeof(both) - n);
        int status = finish(&program, daemon);
        if (!strstr(program.out, "The modem is gone.") ||
            (n == sizeof(both) && (status != 1 || strstr(program.out, "pts"))))
            fail_msg("row %zu: exit %d; it said: %s", i, status, program.out);
        close(fd);
    }
    close(listener);
    fake_daemon_free(daemon);
}

/* Something else that listens where the daemon should. */
static void stranger_at_the_socket(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    int listener = listen_instead(daemon), fd;
    struct program program;

    start(&program, daemon, "status");
    fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(write(fd, "HTTP/1.1 400 Bad Request\r\n", 27) == 27); /* with its NUL */
    assert_int_equal(finish(&program, daemon), 3);
    assert_non_null(strstr(program.out, "is not microcatd"));
    close(fd);
    close(listener);
    start(&program, daemon, "status"); /* now nobody listens, but the name is there */
    assert_int_equal(finish(&program, daemon), 3);
    assert_non_null(strstr(program.out, "nobody answers"));
    fake_daemon_free(daemon);
}

/* What bears the name of --svg= stays what it is: a pipe, the output itself, a symlink. */
static void a_picture_goes_where_it_is_told_to(void **state)
{
    struct fake_daemon *daemon = fake_daemon_new(NULL);
    char fifo[96], link[96], file[96], line[128], text[64];
    struct program program;
    struct stat st;

    snprintf(fifo, sizeof(fifo), "%s/fifo", daemon->directory);
    snprintf(link, sizeof(link), "%s/link", daemon->directory);
    snprintf(file, sizeof(file), "%s/file", daemon->directory);
    assert_int_equal(run(&program, daemon, "signal|--svg=-"), 0);
    assert_int_equal(strncmp(program.out, "<svg", 4), 0);
    snprintf(line, sizeof(line), "signal|--svg=%s", link);
    assert_int_equal(symlink("/dev/stdout", link), 0); /* as the real one is, which root's rename would take away */
    assert_int_equal(run(&program, daemon, line), 0);
    assert_int_equal(strncmp(program.out, "<svg", 4), 0);
    assert_true(lstat(link, &st) == 0 && S_ISLNK(st.st_mode) && unlink(link) == 0);

    assert_int_equal(symlink("file", link), 0);
    assert_int_equal(run(&program, daemon, line), 1); /* to nothing: which file is meant, it does not guess */
    assert_true(access(file, F_OK) < 0 && close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) == 0);
    assert_int_equal(run(&program, daemon, line), 0);
    assert_true(lstat(link, &st) == 0 && S_ISLNK(st.st_mode) && unlink(link) == 0);
    assert_true(lstat(file, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 100 && unlink(file) == 0);
    snprintf(line, sizeof(line), "signal|--svg=%s", file); /* a name that is free */
    assert_int_equal(run(&program, daemon, line), 0);
    assert_true(lstat(file, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 100 && unlink(file) == 0);

    assert_int_equal(mkfifo(fifo, 0600), 0);
    int fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    snprintf(line, sizeof(line), "signal|--svg=%s", fifo);
    assert_int_equal(run(&program, daemon, line), 0);
    assert_true(read(fd, text, sizeof(text)) > 4 && strncmp(text, "<svg", 4) == 0);
    assert_true(lstat(fifo, &st) == 0 && S_ISFIFO(st.st_mode) && unlink(fifo) == 0);
    close(fd);
    assert_int_equal(symlink("/dev/full", link), 0);
    snprintf(line, sizeof(line), "signal|--svg=%s", link);
    assert_int_equal(run(&program, daemon, line), 1);
    assert_non_null(strstr(program.out, "No space left"));
    assert_int_equal(unlink(link), 0);
    fake_daemon_free(daemon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_status_and_words),
        cmocka_unit_test(verbs_that_fail),
        cmocka_unit_test(verb_that_ends_later),
        cmocka_unit_test(daemon_that_dies_in_mid_call),
        cmocka_unit_test(watch_prints_a_line_a_change),
        cmocka_unit_test(wait_ends_with_the_state),
        cmocka_unit_test(wait_outlasts_a_daemon_that_is_away),
        cmocka_unit_test(wait_without_a_daemon),
        cmocka_unit_test(long_verb_shows_its_steps),
        cmocka_unit_test(stranger_at_the_socket),
        cmocka_unit_test(lease_that_is_over_at_once),
        cmocka_unit_test(a_picture_goes_where_it_is_told_to),
    };

    return cmocka_run_group_tests_name("cli/program", tests, NULL, NULL);
}
