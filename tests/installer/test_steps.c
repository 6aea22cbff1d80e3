/* SPDX-License-Identifier: MIT */
/* Which tty a step asks, and what it is told: the board on USB and its prompt are the test's own. */
#include "../../src/installer/board.h"
#include "../../src/installer/files.h"
#include "../../src/installer/repl.h"
#include "../../src/installer/steps.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <microcat/io/port.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PROMPT    "/dev/ttyACM7"
#define MODEM     "/dev/ttyACM8"
#define BOOT_BAUD 115200

static struct {
    const char *serial; /* of the board that is found */
    bool modem_there;   /* on USB */
    char opened[64];    /* the last one */
    unsigned entered;   /* prompts: each ends what ran there */
    const char *looked_for;
    uint32_t modem_baud, baud, cannot; /* the modem's, 0: it is off or dead; the tty's; what the tty refuses */
    bool rubbish;                      /* stands in the modem's line */
    int dsr;
    unsigned keys; /* pressed; the first one switches a modem that is off on */
    int64_t now_ms;
    const char *raises; /* what each snippet on the board raises; NULL: the board has been pulled */
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
    return world.raises ? 0 : -ENODEV;
}

int repl_run(struct repl *repl, const char *code, int64_t timeout_ms, char *out, size_t out_bytes)
{
    snprintf(out, out_bytes, "%s", world.raises ? world.raises : "");
    return world.raises ? -EREMOTEIO : -ENODEV;
}

int repl_leave_with(struct repl *repl, const char *code)
{
    return 0;
}

int repl_set_baud(struct repl *repl, uint32_t baud)
{
    if (baud == world.cannot)
        return -EINVAL;
    world.baud = baud;
    return 0;
}

int repl_ask(struct repl *repl, const char *text, const char *answer, int64_t timeout_ms)
{
    bool answers = world.baud == world.modem_baud && !world.rubbish;

    world.rubbish = world.baud != world.modem_baud;
    world.now_ms += answers ? 1 : timeout_ms;
    return answers ? 0 : -ETIMEDOUT;
}

int repl_break(struct repl *repl, int64_t ms)
{
    world.now_ms += ms;
    world.keys++;
    world.modem_baud = world.dsr == 0 && world.modem_baud == 0 ? BOOT_BAUD : 0;
    return 0;
}

int repl_dsr(struct repl *repl)
{
    return world.dsr;
}

int mc_port_holder(const char *path, struct mc_port_holder *ret_holder)
{
    return -ENOENT;
}

int64_t mc_loop_clock_ms(void)
{
    return world.now_ms;
}

/* What it tells people is not for those who read this test's words: @said has the end of it. */
static int run_quietly(int (*verb)(struct job *job), struct job *job, char *said, size_t said_bytes)
{
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), file = memfd_create("said", MFD_CLOEXEC);

    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    int r = verb(job);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    ssize_t n = pread(file, said, said_bytes - 1, 0);
    said[n > 0 ? n : 0] = '\0';
    close(out);
    close(err);
    close(file);
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
        char said[1024];
        bool alone = strcmp(rows[i].opened, PROMPT) != 0;

        memset(&world, 0, sizeof(world));
        world.serial = rows[i].serial;
        world.modem_there = rows[i].modem_there;
        world.modem_baud = BOOT_BAUD;
        int r = run_quietly(job_check, &job, said, sizeof(said));
        if (r != !alone || world.entered != !alone || strcmp(world.opened, rows[i].opened) != 0)
            fail_msg("row %zu: %d, opened %s, prompts entered: %u", i, r, world.opened, world.entered);
        if (world.looked_for)
            assert_string_equal(world.looked_for, rows[i].serial);
    }
}

/* No key is pressed on a modem that answers at any of its speeds: it would switch it off. */
static void every_speed_is_asked_before_a_key_is_pressed(void **state)
{
    static const struct {
        uint32_t baud;
        int dsr;
        uint32_t cannot;
        unsigned keys;
        int result;
        int64_t within_ms;
    } rows[] = {
        {115200, 1, 0, 0, 0, 1000},
        {115200, 0, 0, 0, 0, 1000},
        {460800, 1, 0, 0, 0, 5000}, /* microcatd's */
        {460800, 0, 0, 0, 0, 5000}, /* a board without that wire */
        {460800, -EOPNOTSUPP, 0, 0, 0, 5000},
        {230400, 0, 0, 0, 0, 10000},
        {57600, 0, 0, 0, 0, 10000},
        {38400, 0, 0, 0, 0, 10000},
        {19200, 0, 0, 0, 0, 10000},
        {9600, 0, 0, 0, 0, 10000},
        {230400, 0, 460800, 0, 0, 10000}, /* a tty that cannot do one of them */
        {460800, 1, 460800, 0, 1, 60000},
        {0, 0, 0, 1, 0, 15000}, /* off: it comes */
        {0, 1, 0, 0, 1, 60000}, /* on, and dead: the key would do no good */
        {0, -EOPNOTSUPP, 0, 0, 1, 60000},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct job job = {0};
        char said[1024];

        memset(&world, 0, sizeof(world));
        world.serial = "E661";
        world.modem_there = true;
        world.modem_baud = rows[i].baud;
        world.dsr = rows[i].dsr;
        world.cannot = rows[i].cannot;
        int r = run_quietly(job_check, &job, said, sizeof(said));
        if (r != rows[i].result || world.keys != rows[i].keys || world.now_ms > rows[i].within_ms)
            fail_msg("row %zu: %d, keys pressed: %u, after %lld ms", i, r, world.keys, (long long)world.now_ms);
    }
}

/* Only a board that is full is told to be; any other error is told as it is. */
static void a_full_board_is_told_from_other_errors(void **state)
{
    static const struct {
        const char *raises;
        bool full;
    } rows[] = {
        {"OSError: [Errno 28] ENOSPC", true},
        {"OSError: [Errno 28]", true},
        {"OSError: ENOSPC", true},
        {"OSError: [Errno 5] EIO", false},
        {"ValueError: 28", false},
        {"MemoryError: memory allocation failed, allocating 1280 bytes", false},
        {"OSError: [Errno 128]", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct job job = {0};
        char said[1024];

        memset(&world, 0, sizeof(world));
        world.serial = "E661";
        world.raises = rows[i].raises;
        int r = run_quietly(job_remove, &job, said, sizeof(said));
        if (r != 1 || (strstr(said, "no room") != NULL) != rows[i].full ||
            (!rows[i].full && !strstr(said, rows[i].raises)))
            fail_msg("row %zu: %d, %s", i, r, said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(check_leaves_a_bridge_at_work_alone),
                                       cmocka_unit_test(every_speed_is_asked_before_a_key_is_pressed),
                                       cmocka_unit_test(a_full_board_is_told_from_other_errors)};

    return cmocka_run_group_tests_name("installer/steps", tests, NULL, NULL);
}
