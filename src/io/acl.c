/* SPDX-License-Identifier: MIT */
#include <endian.h>
#include <errno.h>
#include <microcat/io/acl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* As setxattr(2) takes it: linux/posix_acl_xattr.h. */
struct entry {
    uint16_t tag, permissions;
    uint32_t id;
};
struct list {
    uint32_t version;
    struct entry entries[5];
};
_Static_assert(sizeof(struct list) == 4 + 5 * 8, "no gaps");

enum { VERSION = 2, USER_OBJ = 0x01, USER = 0x02, GROUP_OBJ = 0x04, GROUP = 0x08, MASK = 0x10, OTHER = 0x20 };
enum { READ_WRITE = 6 };
#define NOBODY UINT32_MAX

static struct entry entry(unsigned tag, unsigned permissions, uint32_t id)
{
    return (struct entry){htole16((uint16_t)tag), htole16((uint16_t)(permissions & 7)), htole32(id)};
}

/* What the owning group may: of a file that has a list already its mode tells the mask. */
static unsigned of_group(const char *path, mode_t mode)
{
    struct {
        uint32_t version;
        struct entry entries[32];
    } now;
    ssize_t n = getxattr(path, "system.posix_acl_access", &now, sizeof(now));

    for (size_t i = 0; n > 4 && i < ((size_t)n - 4) / sizeof(now.entries[0]); i++)
        if (le16toh(now.entries[i].tag) == GROUP_OBJ)
            return le16toh(now.entries[i].permissions);
    return mode >> 3;
}

int mc_acl_admit(const char *path, bool group, uint32_t id)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return -errno;
    const unsigned group_may = of_group(path, st.st_mode);
    const struct entry owner = entry(USER_OBJ, st.st_mode >> 6, NOBODY), owners = entry(GROUP_OBJ, group_may, NOBODY),
                       admitted = entry(group ? GROUP : USER, READ_WRITE, id);
    /* In the order of the tags. */
    const struct list list = {.version = htole32(VERSION),
                              .entries = {owner, group ? owners : admitted, group ? admitted : owners,
                                          entry(MASK, READ_WRITE | group_may, NOBODY),
                                          entry(OTHER, st.st_mode, NOBODY)}};
    return setxattr(path, "system.posix_acl_access", &list, sizeof(list), 0) < 0 ? -errno : 0;
}
