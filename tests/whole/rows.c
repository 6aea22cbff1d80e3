/* SPDX-License-Identifier: MIT */
#include "whole.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Rows wait rather than work: that many cost little, and few of the kernel's 128 inotify instances (3 a world). */
#define AT_ONCE 9

struct child {
    pid_t pid; /* 0: none */
    int said;  /* what it writes, in memory */
    size_t row;
};

static void (*row_run)(struct whole *w, size_t row);
static size_t row_mine;

static void run_mine(void **state)
{
    row_run(*state, row_mine);
}

/* A test program of its own, with the one row for a test. */
static void become_row(int said)
{
    const struct CMUnitTest tests[] = {WHOLE_TEST(run_mine)};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(said, STDOUT_FILENO);
    dup2(said, STDERR_FILENO);
    exit(cmocka_run_group_tests_name("row", tests, whole_world, NULL));
}

static void start(struct child *child, size_t row)
{
    child->row = row_mine = row;
    child->said = memfd_create("row", MFD_CLOEXEC);
    assert_true(child->said >= 0);
    fflush(NULL); /* or both would write what is still to be written */
    child->pid = fork();
    assert_true(child->pid >= 0);
    if (child->pid == 0)
        become_row(child->said);
}

static void tell(int said, const char *name)
{
    char *line = NULL;
    size_t bytes = 0;
    FILE *file = fdopen(dup(said), "r");

    rewind(file);
    while (getline(&line, &bytes, file) > 0)
        fprintf(stderr, "# %s: %s", name, line);
    free(line);
    fclose(file);
}

/* Waits for one to end; true: well. */
static bool await_one(struct child *children, const char *(*name)(size_t row))
{
    struct child *child = children;
    int status = 0;
    pid_t pid = waitpid(-1, &status, 0);
    bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;

    assert_true(pid > 0);
    while (child->pid != pid)
        child++;
    if (!good)
        tell(child->said, name(child->row));
    close(child->said);
    child->pid = 0;
    return good;
}

void whole_rows(size_t n, const char *(*name)(size_t row), void (*run)(struct whole *w, size_t row))
{
    struct child children[AT_ONCE] = {0};
    size_t running = 0, good = 0;

    row_run = run;
    for (size_t row = 0; row < n || running > 0;) {
        if (row < n && running < AT_ONCE) {
            struct child *child = children;

            while (child->pid)
                child++;
            start(child, row++);
            running++;
        } else {
            good += await_one(children, name);
            running--;
        }
    }
    assert_int_equal(good, n);
}
