/* SPDX-License-Identifier: MIT */
/* The key of the machine: from its machine-id, or a file where there is none that lasts; and the same every time. */
#include <errno.h>
#include <linux/magic.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch.h"
#include <microcat/base/log.h>
#include <microcat/daemon/pin_key.h>

static char dir[SCRATCH_BYTES];
static char said[4096];
static struct mc_state_store *store;

/* The machine: these two stand before the libraries' own. */
static struct {
    int error;
    long file_system;
    uint8_t byte;
} machine;

int sd_id128_get_machine_app_specific(sd_id128_t app_id, sd_id128_t *ret)
{
    if (machine.error < 0)
        return machine.error;
    memset(ret->bytes, machine.byte, sizeof(ret->bytes));
    ret->bytes[0] ^= app_id.bytes[0];
    return 0;
}

int statfs(const char *path, struct statfs *ret)
{
    assert_string_equal(path, "/etc/machine-id");
    *ret = (struct statfs){.f_type = machine.file_system};
    return 0;
}

static void hear(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields,
                 const char *message)
{
    strcat(strcat(said, message), "\n");
}

static int begin(void **state)
{
    assert_int_equal(scratch_make(dir), 0);
    *said = '\0';
    mc_log_set_sink(hear, NULL);
    machine.error = 0;
    machine.file_system = EXT4_SUPER_MAGIC;
    machine.byte = 0x5a;
    store = mc_state_store_new(scratch_path(dir, "state"), NULL);
    return store ? 0 : -1;
}

static int end(void **state)
{
    mc_state_store_free(store);
    mc_log_set_sink(NULL, NULL);
    return scratch_remove(dir);
}

static bool is_machines(const uint8_t key[MC_SIPHASH_KEY_BYTES])
{
    for (size_t i = 1; i < MC_SIPHASH_KEY_BYTES; i++)
        if (key[i] != machine.byte)
            return false;
    return true;
}

static void a_machine_id_leaves_no_file(void **state)
{
    uint8_t key[MC_SIPHASH_KEY_BYTES];

    assert_int_equal(mc_pin_key(store, key), 0);
    assert_true(is_machines(key));
    assert_int_equal(access(scratch_path(dir, "state-key"), F_OK), -1);
    assert_string_equal(said, "");
}

static const struct {
    const char *name;
    int error;
    long file_system;
} without[] = {
    {"no file", -ENOENT, EXT4_SUPER_MAGIC},
    {"empty", -ENOMEDIUM, EXT4_SUPER_MAGIC},
    {"nonsense", -EUCLEAN, EXT4_SUPER_MAGIC},
    {"of this boot only", 0, TMPFS_MAGIC},
};

static void without_one_a_file_beside_the_folder_is_the_key(void **state)
{
    for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
        uint8_t key[MC_SIPHASH_KEY_BYTES] = {0}, again[MC_SIPHASH_KEY_BYTES] = {0};
        struct stat st;

        machine.error = without[i].error;
        machine.file_system = without[i].file_system;
        *said = '\0';
        assert_int_equal(mc_pin_key(store, key), 0);
        assert_false(is_machines(key));
        assert_non_null(strstr(said, "machine-id"));
        assert_non_null(strstr(said, scratch_path(dir, "state-key/pin")));
        assert_int_equal(stat(scratch_path(dir, "state-key/pin"), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        assert_int_equal(stat(scratch_path(dir, "state-key"), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
        machine.error = 0; /* one that comes later changes nothing */
        machine.file_system = EXT4_SUPER_MAGIC;
        assert_int_equal(mc_pin_key(store, again), 0);
        assert_memory_equal(key, again, sizeof(key));
        unlink(scratch_path(dir, "state-key/pin"));
    }
}

static void keys_are_random(void **state)
{
    uint8_t a[MC_SIPHASH_KEY_BYTES], b[MC_SIPHASH_KEY_BYTES];

    machine.error = -ENOENT;
    assert_int_equal(mc_pin_key(store, a), 0);
    unlink(scratch_path(dir, "state-key/pin"));
    assert_int_equal(mc_pin_key(store, b), 0);
    assert_memory_not_equal(a, b, sizeof(a));
}

/* A damaged file is no key. */
static void a_damaged_file_is_said_and_replaced(void **state)
{
    static const char *const damaged[] = {"", "00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeefg\n",
                                          "00112233445566778899aabbccddeeff00\n",
                                          "00112233445566778899aabbccddee\n\n\n"};
    uint8_t key[MC_SIPHASH_KEY_BYTES];

    assert_int_equal(mkdir(scratch_path(dir, "state-key"), 0700), 0);
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        scratch_write(dir, "state-key/pin", damaged[i], 0600);
        *said = '\0';
        machine.error = 0;
        assert_int_equal(mc_pin_key(store, key), 0);
        assert_true(is_machines(key));
        assert_non_null(strstr(said, "it is damaged"));
        machine.error = -ENOENT;
        assert_int_equal(mc_pin_key(store, key), 0);
        *said = '\0';
        assert_int_equal(mc_pin_key(store, key), 0);
        assert_string_equal(said, "");
    }
    scratch_write(dir, "state-key/pin", "00112233445566778899aabbccddeeff\n", 0600);
    assert_int_equal(mc_pin_key(store, key), 0);
    assert_int_equal(key[0], 0x00);
    assert_int_equal(key[1], 0x11);
    assert_int_equal(key[15], 0xff);
}

static void nowhere_to_keep_one_is_said(void **state)
{
    uint8_t key[MC_SIPHASH_KEY_BYTES];

    scratch_write(dir, "state-key", "a file in the folder's place", 0600);
    machine.error = -ENOENT;
    assert_true(mc_pin_key(store, key) < 0);
    assert_non_null(strstr(said, "tells it to who can read the state folder"));
}

/* The unit's second folder, and an instance without one. */
static void lies_where_systemd_says(void **state)
{
    char both[128];
    uint8_t key[MC_SIPHASH_KEY_BYTES];

    machine.error = -ENOENT;
    snprintf(both, sizeof(both), "%s:%s", scratch_path(dir, "a"), scratch_path(dir, "b"));
    setenv("STATE_DIRECTORY", both, 1);
    struct mc_state_store *unit = mc_state_store_new(NULL, "gw1");
    unsetenv("STATE_DIRECTORY");
    assert_int_equal(mc_pin_key(unit, key), 0);
    assert_int_equal(access(scratch_path(dir, "b/pin"), F_OK), 0);
    mc_state_store_free(unit);
    struct mc_state_store *instance = mc_state_store_new(scratch_path(dir, "state"), "gw1");
    assert_int_equal(mc_pin_key(instance, key), 0);
    assert_int_equal(access(scratch_path(dir, "state-key/gw1.pin"), F_OK), 0);
    mc_state_store_free(instance);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_machine_id_leaves_no_file),
        TEST(without_one_a_file_beside_the_folder_is_the_key),
        TEST(keys_are_random),
        TEST(a_damaged_file_is_said_and_replaced),
        TEST(nowhere_to_keep_one_is_said),
        TEST(lies_where_systemd_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
