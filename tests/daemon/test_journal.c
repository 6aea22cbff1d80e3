/* SPDX-License-Identifier: MIT */
/* The log's sink: lines on stderr, repetitions counted, and the very fields that the journal gets. */
#include <fcntl.h>
#include <sandbox.h>
#include <scratch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <microcat/daemon/journal.h>
#include <microcat/daemon/message_id.h>

static char text[65536];

/* Runs @body with stderr in a pipe, and leaves what it wrote in `text`. */
static void capture(void (*body)(void))
{
    int pipe_fds[2], old = dup(STDERR_FILENO);

    assert_int_equal(pipe(pipe_fds), 0);
    fcntl(pipe_fds[1], F_SETPIPE_SZ, 1 << 20); /* a flood shall fail the test, not hold it */
    dup2(pipe_fds[1], STDERR_FILENO);
    close(pipe_fds[1]);
    mc_journal_start("");
    body();
    mc_journal_stop();
    fflush(stderr);
    dup2(old, STDERR_FILENO);
    close(old);
    ssize_t n = read(pipe_fds[0], text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = '\0';
    close(pipe_fds[0]);
}

static void say_levels(void)
{
    mc_err("a");
    mc_warn("b %d", 2);
    mc_notice("c");
    mc_info("d");
    mc_debug("not said");
}

static void stderr_gets_lines_with_levels(void **state)
{
    capture(say_levels);
    assert_string_equal(text,
                        "microcatd: error: a\nmicrocatd: warning: b 2\nmicrocatd: notice: c\nmicrocatd: info: d\n");
}

static void repeat(void)
{
    for (int i = 0; i < 1234; i++)
        mc_info("again");
    mc_warn("again"); /* another level is another message */
    mc_warn("again");
    mc_info("other");
    mc_info("again");
}

static void repetitions_are_counted(void **state)
{
    capture(repeat);
    assert_string_equal(text, "microcatd: info: again\n"
                              "microcatd: info: (the last message came 10 more times)\n"
                              "microcatd: info: (the last message came 90 more times)\n"
                              "microcatd: info: (the last message came 900 more times)\n"
                              "microcatd: info: (the last message came 233 more times)\n"
                              "microcatd: warning: again\n"
                              "microcatd: warning: (the last message came 1 more times)\n"
                              "microcatd: info: other\n"
                              "microcatd: info: again\n");
}

static size_t lines_with(const char *word)
{
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, word)); p += strlen(word))
        n++;
    return n;
}

static void take_turns(void)
{
    for (int i = 0; i < 1000; i++) {
        mc_info("turn a");
        mc_warn("turn b");
        mc_info("turn c");
    }
}

/* A walk in circles says the same few lines in turns. */
static void lines_in_turns_are_counted(void **state)
{
    capture(take_turns);
    assert_int_equal(lines_with("\n"), 3 * (30 + 3)); /* thirty of each; 10, 90 and the rest told */
    assert_int_equal(lines_with("info: turn a\n"), 30);
    assert_int_equal(lines_with("(came 10 more times within a minute: turn b)"), 1);
    assert_int_equal(lines_with("(came 90 more times within a minute: turn b)"), 1);
    assert_int_equal(lines_with("(came 870 more times within a minute: turn b)"), 1);
}

static void different(void)
{
    for (int i = 0; i < 500; i++)
        mc_info("line %d", i % 100);
}

/* What comes now and then is written every time. */
static void lines_now_and_then_are_written(void **state)
{
    capture(different);
    assert_int_equal(lines_with("info: line "), 500);
    assert_int_equal(lines_with("more times"), 0);
}

static void say_fault(void)
{
    mc_journal_fault(MC_FAULT_NO_CARRIER, "");
    mc_journal_fault(MC_FAULT_SIM_ABSENT, "+CME ERROR: 10 to AT+CPIN?");
}

static void faults_are_said_with_code_and_text(void **state)
{
    char expected[512];
    const struct mc_fault_info *a = mc_fault_info(MC_FAULT_NO_CARRIER), *b = mc_fault_info(MC_FAULT_SIM_ABSENT);

    capture(say_fault);
    snprintf(expected, sizeof(expected),
             "microcatd: warning: fault %s: %s\nmicrocatd: warning: fault %s: %s (+CME ERROR: 10 to AT+CPIN?)\n",
             a->code, a->text, b->code, b->text);
    assert_string_equal(text, expected);
}

static void journal_is_known_by_its_inode(void **state)
{
    char stream[64];
    struct stat st;

    unsetenv("JOURNAL_STREAM");
    assert_false(mc_journal_is_there());
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    assert_true(mc_journal_is_there());
    setenv("JOURNAL_STREAM", "1:1", 1);
    assert_false(mc_journal_is_there());
    setenv("JOURNAL_STREAM", "nonsense", 1);
    assert_false(mc_journal_is_there());
    unsetenv("JOURNAL_STREAM");
}

/* In a child with a root of its own, where a socket stands in for the journal. Exit: 0 as expected, 77 not possible
 * here. */
static int journal_in_child(const char *dir)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket"};
    char stream[64];
    struct test_root back;
    struct stat st;

    if (test_root_enter(&back, dir) < 0)
        return 77;
    mkdir("/run", 0755);
    mkdir("/run/systemd", 0755);
    mkdir("/run/systemd/journal", 0755);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return 1;
    fstat(STDERR_FILENO, &st);
    snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    mc_journal_start("gw1");
    mc_journal_set_device("/dev/ttyACM0");
    mc_journal_set_state(MC_STATE_ONLINE);
    mc_journal_fault(MC_FAULT_NO_CARRIER, "seen");
    ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
    text[n > 0 ? n : 0] = '\0';

    char id[MC_MESSAGE_ID_BYTES], id_field[64];
    snprintf(id_field, sizeof(id_field), "MESSAGE_ID=%s\n", mc_message_id("no-carrier", id));
    const char *const fields[] = {"PRIORITY=4\n",
                                  "MICROCAT_INSTANCE=gw1\n",
                                  "MICROCAT_DEVICE=/dev/ttyACM0\n",
                                  "MICROCAT_STATE=online\n",
                                  "MICROCAT_FAULT=no-carrier\n",
                                  id_field,
                                  "MESSAGE=fault no-carrier: "};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (!strstr(text, fields[i]))
            return 2 + (int)i;
    return strstr(text, "CODE_FILE=") ? 20 : 0;
}

static void journal_gets_fields(void **state)
{
    char dir[SCRATCH_BYTES];
    int status;

    assert_int_equal(scratch_make(dir), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(journal_in_child(dir));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(scratch_remove(dir), 0);
    if (WEXITSTATUS(status) == 77)
        skip(); /* it has said why */
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* These may never change: catalogs that are installed, and queries that people have written, name them. */
static void message_ids_are_for_ever(void **state)
{
    char id[MC_MESSAGE_ID_BYTES], other[MC_MESSAGE_ID_BYTES];

    assert_string_equal(mc_message_id("no-carrier", id), "067d97ddb49586b189e3767331247429");
    assert_string_equal(mc_message_id("link-stale", id), "31d39faae2a58d9b837691ff78aab8ff");
    for (int i = 0; i < MC_FAULT_COUNT; i++) {
        mc_message_id(mc_fault_info((enum mc_fault)i)->code, id);
        assert_int_equal(strlen(id), 32);
        assert_int_equal(id[12], '8');
        assert_non_null(strchr("89ab", id[16]));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(id, mc_message_id(mc_fault_info((enum mc_fault)j)->code, other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stderr_gets_lines_with_levels),
        cmocka_unit_test(repetitions_are_counted),
        cmocka_unit_test(lines_in_turns_are_counted),
        cmocka_unit_test(lines_now_and_then_are_written),
        cmocka_unit_test(faults_are_said_with_code_and_text),
        cmocka_unit_test(journal_is_known_by_its_inode),
        cmocka_unit_test(journal_gets_fields),
        cmocka_unit_test(message_ids_are_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
