/* SPDX-License-Identifier: MIT */
#include <endian.h>
#include <errno.h>
#include <microcat/io/acl.h>
#include <stddef.h>
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
#define NAME   "system.posix_acl_access"

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
    ssize_t n = getxattr(path, NAME, &now, sizeof(now));

    for (size_t i = 0; n > 4 && i < ((size_t)n - 4) / sizeof(now.entries[0]); i++)
        if (le16toh(now.entries[i].tag) == GROUP_OBJ)
            return le16toh(now.entries[i].permissions);
    return mode >> 3;
}

static int put(const char *path, const struct list *list, size_t n_entries)
{
    return setxattr(path, NAME, list, 4 + n_entries * sizeof(list->entries[0]), 0) < 0 ? -errno : 0;
}

int mc_acl_mode_and(const char *path, mode_t mode, bool group, uint32_t id)
{
    const unsigned group_may = mode >> 3 & 7;
    const struct entry owner = entry(USER_OBJ, mode >> 6, NOBODY), owners = entry(GROUP_OBJ, group_may, NOBODY),
                       admitted = entry(group ? GROUP : USER, READ_WRITE, id);
    /* In the order of the tags. */
    const struct list list = {.version = htole32(VERSION),
                              .entries = {owner, group ? owners : admitted, group ? admitted : owners,
                                          entry(MASK, READ_WRITE | group_may, NOBODY), entry(OTHER, mode, NOBODY)}};

    return put(path, &list, 5);
}

int mc_acl_admit(const char *path, bool group, uint32_t id)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return -errno;
    return mc_acl_mode_and(path, (st.st_mode & ~(mode_t)070) | (of_group(path, st.st_mode) & 7) << 3, group, id);
}

/* Where a list is, chmod(2) sets its mask, and what the owning group may stays. A list that says no more than a mode
 * becomes one: the kernel keeps none, and no removexattr(2), which the unit does not allow, has to take it away. */
int mc_acl_mode(const char *path, mode_t mode)
{
    const struct list list = {.version = htole32(VERSION),
                              .entries = {entry(USER_OBJ, mode >> 6, NOBODY), entry(GROUP_OBJ, mode >> 3, NOBODY),
                                          entry(OTHER, mode, NOBODY)}};

    if (getxattr(path, NAME, NULL, 0) > 0)
        return put(path, &list, 3);
    return chmod(path, mode) < 0 ? -errno : 0;
}
