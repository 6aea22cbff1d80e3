/* SPDX-License-Identifier: MIT */
/* The modem's tty, and the configuration. */
#include "server_priv.h"

#include <microcat/base/log.h>
#include <microcat/daemon/config.h>
#include <microcat/io/acl.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- the tty ---- */

int helper_tty_holder(struct helper_job *job)
{
    _cleanup_close_ int tty = helper_open_modem(job->settings, job->in->path.text);
    struct mc_port_holder holder;
    int r = tty < 0 ? tty : mc_port_holder_fd(tty, &holder);

    if (r < 0)
        return r;
    for (char *at = holder.name; *at != '\0'; at++) /* a process calls itself what it likes */
        if (*at < ' ' || *at > '~')
            *at = '?';
    job->out->process.pid = holder.pid;
    mc_helper_text(job->out->process.text, sizeof(job->out->process.text), holder.name);
    return 0;
}

/* As logind does it for who sits at a seat: others keep what they have, and udev makes the node anew with each plug. */
int helper_grant_tty(struct helper_job *job)
{
    const char *path = job->in->path.text;
    _cleanup_close_ int tty = helper_open_modem(job->settings, path);
    char link[32]; /* an O_PATH descriptor takes no list but by this name, which nobody else turns */

    if (tty < 0)
        return tty;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", tty);
    int r = mc_acl_admit(link, false, job->server->place.client);
    if (r < 0)
        return r;
    mc_info("user %u may open %s", (unsigned)job->server->place.client, path);
    return 0;
}

/* ---- the configuration ---- */

/* No link out of root's folder would be ours to follow, were it not that root alone can put one there. */
int helper_open_config(struct helper_job *job)
{
    const char *name = job->in->path.text, *config = job->server->place.config;
    _cleanup_free_ char *path = NULL;
    struct stat st;

    if (*name != '\0' && !mc_config_is_drop_in(name))
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
