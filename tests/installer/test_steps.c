/* SPDX-License-Identifier: MIT */
/* Which tty a step asks, and what it is told: the board on USB and its prompt are the test's own. */
#include "../../src/installer/board.h"
#include "../../src/installer/files.h"
#include "../../src/installer/repl.h"
#include "../../src/installer/steps.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#define PROMPT "/dev/ttyACM7"
#define MODEM  "/dev/ttyACM8"

static struct {
    const char *serial; /* of the board that is found */
    bool modem_there;   /* on USB */
    char opened[64];    /* the last one */
    unsigned entered;   /* prompts: each ends what ran there */
    const char *looked_for;
} world;

struct repl {
    int nothing;
};
static struct repl the_one;

int files_load(const char *directory, struct files *ret_files)
{
    *ret_files = (struct files){0};
    return 0;
}

void files_free(struct files *files)
{
}

int board_find(struct mc_loop *loop, const char *path, struct mc_device *ret_device)
{
    *ret_device = (struct mc_device){0};
    snprintf(ret_device->path, sizeof(ret_device->path), "%s", path ? path : PROMPT);
    snprintf(ret_device->serial, sizeof(ret_device->serial), "%s", world.serial);
    return 0;
}

int board_wait_modem(struct mc_loop *loop, const char *serial, int64_t timeout_ms, struct mc_device *ret_device)
{
    return -ETIMEDOUT;
}

bool board_has_modem(struct mc_loop *loop, const char *serial, struct mc_device *ret_device)
{
    world.looked_for = serial;
    *ret_device = (struct mc_device){.path = MODEM};
    return world.modem_there;
}

int board_wait_back(struct mc_loop *loop, const char *path, int64_t timeout_ms)
{
    return -ETIMEDOUT;
}

int repl_open(struct mc_loop *loop, const char *path, struct repl **ret_repl)
{
    snprintf(world.opened, sizeof(world.opened), "%s", path);
    *ret_repl = &the_one;
    return 0;
}

void repl_close(struct repl *repl)
{
}

int repl_enter(struct repl *repl)
{
    world.entered++;
    return -ENODEV;
}

int repl_run(struct repl *repl, const char *code, int64_t timeout_ms, char *out, size_t out_bytes)
{
    return -ENODEV;
}

int repl_leave_with(struct repl *repl, const char *code)
{
    return 0;
}

int repl_ask(struct repl *repl, const char *text, const char *answer, int64_t timeout_ms)
{
    return 0;
}

int repl_break(struct repl *repl, int64_t ms)
{
    return 0;
}

int repl_dsr(struct repl *repl)
{
    return 1;
}

/* What it tells people is not for those who read this test's words. */
static int run_quietly(int (*verb)(struct job *job), struct job *job)
{
    int out = dup(STDOUT_FILENO), nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);

    fflush(stdout);
    dup2(nothing, STDOUT_FILENO);
    int r = verb(job);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    close(out);
    close(nothing);
    return r;
}

/* A bridge at work is asked by its modem's tty, however the board was named; its prompt stays alone. */
static void check_leaves_a_bridge_at_work_alone(void **state)
{
    static const struct {
        const char *device, *modem, *serial;
        bool modem_there;
        const char *opened;
    } rows[] = {
        {NULL, NULL, "E661", true, MODEM},
        {PROMPT, NULL, "E661", true, MODEM},
        {PROMPT, "/dev/null", "E661", true, "/dev/null"}, /* the one that was named goes before the one that is found */
        {NULL, "/dev/null", "E661", true, "/dev/null"},
        {PROMPT, "/dev/null", "", false, "/dev/null"},
        {NULL, NULL, "E661", false, PROMPT},
        {PROMPT, NULL, "E661", false, PROMPT},
        {PROMPT, "/dev/no-such", "E661", true, MODEM}, /* a slip is no reason to stop it */
        {PROMPT, "/dev/no-such", "E661", false, PROMPT},
        {PROMPT, NULL, "", true, PROMPT}, /* no USB device: the modem that is there is another board's */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct job job = {.device = rows[i].device, .modem = rows[i].modem};
        bool alone = strcmp(rows[i].opened, PROMPT) != 0;

        memset(&world, 0, sizeof(world));
        world.serial = rows[i].serial;
        world.modem_there = rows[i].modem_there;
        int r = run_quietly(job_check, &job);
        if (r != !alone || world.entered != !alone || strcmp(world.opened, rows[i].opened) != 0)
            fail_msg("row %zu: %d, opened %s, prompts entered: %u", i, r, world.opened, world.entered);
        if (world.looked_for)
            assert_string_equal(world.looked_for, rows[i].serial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(check_leaves_a_bridge_at_work_alone)};

    return cmocka_run_group_tests_name("installer/steps", tests, NULL, NULL);
}
