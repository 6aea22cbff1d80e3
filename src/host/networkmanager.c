/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/host/networkmanager.h>
#include <microcat/io/atomic_file.h>

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUN_FOLDER "/run/NetworkManager/conf.d"
#define INSTALLED  "/etc/NetworkManager"
#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:@-"

/* Everybody looks for names in /run/NetworkManager/resolv.conf: a folder that is made here must let them, whatever our
 * umask. */
static int make_folder(const char *path)
{
    if (mkdir(path, 0755) < 0)
        return errno == EEXIST ? 0 : -errno;
    return chmod(path, 0755) < 0 ? -errno : 0;
}

static int make_folders(const char *folder)
{
    _cleanup_free_ char *copy = strdup(folder);
    int r;

    if (copy == NULL)
        return -ENOMEM;
    r = make_folder(dirname(copy));
    return r < 0 ? r : make_folder(folder);
}

static char *file_of(const char *folder, const char *owner)
{
    char *path;
    return asprintf(&path, "%s/microcatd-%s.conf", folder != NULL ? folder : RUN_FOLDER, owner) < 0 ? NULL : path;
}

int mc_networkmanager_hands_off(const char *folder, const char *owner, const char *ifname)
{
    _cleanup_free_ char *path = file_of(folder, owner), *text = NULL;
    int r;

    if (folder == NULL && access(INSTALLED, F_OK) < 0)
        return 0;
    if (*ifname == '\0' || ifname[strspn(ifname, NAME_CHARS)] != '\0')
        return -EINVAL;
    if (path == NULL || asprintf(&text,
                                 "# by microcatd, as long as it has this interface\n"
                                 "[keyfile]\nunmanaged-devices+=interface-name:=%s\n"
                                 "[device-microcatd-%s]\nmatch-device=interface-name:=%s\nmanaged=0\n",
                                 ifname, owner, ifname) < 0) {
        text = NULL;
        return -ENOMEM;
    }
    r = make_folders(folder != NULL ? folder : RUN_FOLDER);
    return r < 0 ? r : mc_file_replace(path, text, strlen(text), 0644);
}

void mc_networkmanager_forget(const char *folder, const char *owner)
{
    _cleanup_free_ char *path = file_of(folder, owner);

    if (path != NULL)
        unlink(path);
}
