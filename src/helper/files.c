/* SPDX-License-Identifier: MIT */
/* The modem's tty, and the configuration. */
#include "server_priv.h"

#include <microcat/base/log.h>

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* ---- the tty ---- */

int helper_tty_holder(struct helper_job *job)
{
    struct mc_port_holder holder;
    int r =
        helper_tty_is_modem(job->settings, job->in->path.text) ? mc_port_holder(job->in->path.text, &holder) : -EPERM;

    if (r < 0)
        return r;
    for (char *at = holder.name; *at != '\0'; at++) /* a process calls itself what it likes */
        if (*at < ' ' || *at > '~')
            *at = '?';
    job->out->process.pid = holder.pid;
    mc_helper_text(job->out->process.text, sizeof(job->out->process.text), holder.name);
    return 0;
}

/* An access control list, as setxattr(2) takes it (linux/posix_acl_xattr.h): what the file's mode says, and one more
 * user. */
struct acl_entry {
    uint16_t tag, permissions;
    uint32_t id;
};
struct acl {
    uint32_t version;
    struct acl_entry entries[5];
};
_Static_assert(sizeof(struct acl) == 4 + 5 * 8, "no gaps");

enum { ACL_VERSION = 2, USER_OBJ = 0x01, USER = 0x02, GROUP_OBJ = 0x04, MASK = 0x10, OTHER = 0x20, READ_WRITE = 6 };
#define NOBODY UINT32_MAX

static struct acl_entry entry(unsigned tag, unsigned permissions, uint32_t id)
{
    return (struct acl_entry){htole16((uint16_t)tag), htole16((uint16_t)permissions), htole32(id)};
}

/* As logind does it for who sits at a seat: others keep what they have, and udev makes the node anew with each plug. */
int helper_grant_tty(struct helper_job *job)
{
    const char *path = job->in->path.text;
    struct stat st;

    if (!helper_tty_is_modem(job->settings, path) || stat(path, &st) < 0)
        return -EPERM;
    const struct acl acl = {
        .version = htole32(ACL_VERSION),
        .entries = {entry(USER_OBJ, (st.st_mode >> 6) & 7, NOBODY), entry(USER, READ_WRITE, job->server->place.client),
                    entry(GROUP_OBJ, (st.st_mode >> 3) & 7, NOBODY),
                    entry(MASK, READ_WRITE | ((st.st_mode >> 3) & 7), NOBODY), entry(OTHER, st.st_mode & 7, NOBODY)}};
    if (setxattr(path, "system.posix_acl_access", &acl, sizeof(acl), 0) < 0)
        return -errno;
    mc_info("user %u may open %s", (unsigned)job->server->place.client, path);
    return 0;
}

/* ---- the configuration ---- */

/* A plain name of a drop-in, as the reader takes them. */
static bool is_drop_in(const char *name)
{
    size_t len = strlen(name);

    return strchr(name, '/') == NULL && name[0] != '.' && len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

/* No link out of root's folder would be ours to follow, were it not that root alone can put one there. */
int helper_open_config(struct helper_job *job)
{
    const char *name = job->in->path.text, *config = job->server->place.config;
    _cleanup_free_ char *path = NULL;
    struct stat st;

    if (*name != '\0' && !is_drop_in(name))
        return -EPERM;
    if (asprintf(&path, *name != '\0' ? "%s.d/%s" : "%s", config, name) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EPERM;
    job->out_fds[0] = MC_TAKE_FD(fd);
    return 0;
}
