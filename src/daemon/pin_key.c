/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/magic.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/base/parse.h>
#include <microcat/daemon/pin_key.h>
#include <microcat/io/atomic_file.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <systemd/sd-id128.h>

#define HEX_BYTES (2 * MC_SIPHASH_KEY_BYTES)

/* What is kept depends on it: never another one. */
static const sd_id128_t application = {
    .bytes = {0xaa, 0xa7, 0x2c, 0x71, 0x21, 0x54, 0x4a, 0x1f, 0xa9, 0xa8, 0xbf, 0x44, 0x32, 0xb7, 0x14, 0x7a}};

/* systemd lays a file in memory over /etc/machine-id where it cannot write one: that one lasts as long as the boot. */
static bool machine_id_lasts(void)
{
    struct statfs fs;

    return statfs("/etc/machine-id", &fs) == 0 && fs.f_type != TMPFS_MAGIC && fs.f_type != RAMFS_MAGIC;
}

static int key_of_machine(uint8_t ret_key[MC_SIPHASH_KEY_BYTES])
{
    sd_id128_t id;
    int r = machine_id_lasts() ? sd_id128_get_machine_app_specific(application, &id) : -ENOMEDIUM;

    if (r < 0)
        return r;
    memcpy(ret_key, id.bytes, sizeof(id.bytes));
    explicit_bzero(&id, sizeof(id));
    return 0;
}

/* 32 hex digits and a newline, and nothing else. */
static int parse_key(const char *text, size_t len_bytes, uint8_t ret_key[MC_SIPHASH_KEY_BYTES])
{
    if (len_bytes != HEX_BYTES + 1 || text[HEX_BYTES] != '\n')
        return -EBADMSG;
    for (size_t i = 0; i < MC_SIPHASH_KEY_BYTES; i++) {
        const char pair[] = {text[2 * i], text[2 * i + 1], '\0'};
        uint64_t byte;
        if (mc_parse_hex(pair, 0xff, &byte) < 0)
            return -EBADMSG;
        ret_key[i] = (uint8_t)byte;
    }
    return 0;
}

static int key_of_file(const char *path, uint8_t ret_key[MC_SIPHASH_KEY_BYTES])
{
    char *text = NULL;
    size_t len;
    int r = mc_file_read(path, HEX_BYTES + 1, &text, &len);

    if (r < 0)
        return r == -EFBIG ? -EBADMSG : r;
    r = parse_key(text, len, ret_key);
    explicit_bzero(text, len);
    free(text);
    return r;
}

static int make_key(const char *path, uint8_t ret_key[MC_SIPHASH_KEY_BYTES])
{
    _cleanup_free_ char *folder = strndup(path, (size_t)(strrchr(path, '/') - path));
    char text[HEX_BYTES + 2];

    if (!folder)
        return -ENOMEM;
    if (getrandom(ret_key, MC_SIPHASH_KEY_BYTES, 0) != MC_SIPHASH_KEY_BYTES)
        return -EIO;
    for (size_t i = 0; i < MC_SIPHASH_KEY_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", ret_key[i]);
    text[HEX_BYTES] = '\n';
    mkdir(folder, 0700); /* where it fails, the write says so */
    int r = mc_file_write(path, text, HEX_BYTES + 1, 0600);
    explicit_bzero(text, sizeof(text));
    return r;
}

int mc_pin_key(struct mc_state_store *store, uint8_t ret_key[MC_SIPHASH_KEY_BYTES])
{
    _cleanup_free_ char *path = mc_state_store_beside(store, "pin");

    if (!path)
        return -ENOMEM;
    int kept = key_of_file(path, ret_key);
    if (kept == 0)
        return 0;
    if (kept != -ENOENT)
        mc_warn("%s: no key can be read there: %s", path, kept == -EBADMSG ? "it is damaged" : strerror(-kept));
    int r = key_of_machine(ret_key);
    if (r == 0)
        return 0;
    const char *why = r == -ENOMEDIUM || r == -ENOENT ? "no machine-id that lasts" : "no machine-id that can be read";
    r = kept == -ENOENT || kept == -EBADMSG ? make_key(path, ret_key) : kept;
    if (r < 0)
        mc_warn("%s, and no key can be kept as %s: %s; which PIN was tried is remembered in a form that tells it to "
                "who can read the state folder",
                why, path, strerror(-r));
    else
        mc_notice("%s: the key under which tried PINs are remembered is kept as %s", why, path);
    return r;
}
