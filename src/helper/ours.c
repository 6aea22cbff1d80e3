/* SPDX-License-Identifier: MIT */
/* What is ours: by notes that root owns, pppd's own pid file, and the kernel. */
#include "server_priv.h"

#include <microcat/base/parse.h>
#include <microcat/io/atomic_file.h>
#include <microcat/io/device.h>
#include <microcat/io/port.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

enum { NOTE_BYTES = 4096, CONFIG_NOTE_BYTES = 65536 };

/* ---- notes ---- */

static char *note_path(const struct mc_helper_server *server, const char *what)
{
    char *path;

    return asprintf(&path, "%s/%s.%s", server->place.notes, server->place.instance, what) < 0 ? NULL : path;
}

static int note(const struct mc_helper_server *server, const char *what, const char *text)
{
    _cleanup_free_ char *path = note_path(server, what);

    return path != NULL ? mc_file_replace(path, text, strlen(text), 0600) : -ENOMEM;
}

/* The caller's; NULL: nothing is noted. */
static char *noted_up_to(const struct mc_helper_server *server, const char *what, size_t limit_bytes)
{
    _cleanup_free_ char *path = note_path(server, what);
    char *text = NULL;

    return path != NULL && mc_file_read(path, limit_bytes, &text, NULL) == 0 ? text : NULL;
}

static char *noted(const struct mc_helper_server *server, const char *what)
{
    return noted_up_to(server, what, NOTE_BYTES);
}

int helper_note_pppd(const struct mc_helper_server *server, pid_t pid)
{
    struct mc_process process;
    char text[64];
    int r = mc_process_read(pid, &process);

    if (r < 0)
        return r;
    snprintf(text, sizeof(text), "%d %s\n", (int)pid, process.start);
    return note(server, "pppd", text);
}

/* A name that a daemon started anew finds again. */
void helper_plugin_socket(const struct mc_helper_server *server, char *out, size_t out_bytes)
{
    snprintf(out, out_bytes, "%s/pppd-%s.sock", server->place.runtime_dir, server->place.instance);
}

/* ---- a pppd that no helper has started: of a microcatd before there were helpers, which an upgrade carries on ---- */

static void closedirp(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

static bool is_roots(const char *pid)
{
    _cleanup_free_ char *path = NULL, *text = NULL;
    const char *uid;

    if (asprintf(&path, "/proc/%s/status", pid) < 0) {
        path = NULL;
        return false;
    }
    FILE *file = fopen(path, "re");
    text = calloc(1, NOTE_BYTES);
    if (file != NULL && text != NULL)
        text[fread(text, 1, NOTE_BYTES - 1, file)] = '\0';
    if (file != NULL)
        fclose(file);
    uid = text != NULL ? strstr(text, "\nUid:\t") : NULL;
    return uid != NULL && strncmp(uid, "\nUid:\t0\t0\t", 10) == 0; /* pppd may be setuid: it is the first that counts */
}

/* Older daemons listened beside their own socket. */
static bool is_our_socket(const struct mc_helper_server *server, const char *path)
{
    const char *own = server->settings != NULL ? server->settings->control.socket : "/", *slash = strrchr(own, '/');
    char socket[200];

    helper_plugin_socket(server, socket, sizeof(socket));
    if (strcmp(path, socket) == 0)
        return true;
    snprintf(socket, sizeof(socket), "%.*s/pppd-%s.sock", (int)(slash - own), own, server->place.instance);
    return strcmp(path, socket) == 0;
}

/* "pppd\0...\0microcat-socket\0SOCKET\0": only root could start it so, with a plugin of a folder of its own. */
static bool speaks_to_us(const struct mc_helper_server *server, const char *pid)
{
    static const char option[] = "microcat-socket";
    char path[64], line[NOTE_BYTES];
    size_t len = 0;

    snprintf(path, sizeof(path), "/proc/%.20s/cmdline", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    len = fread(line, 1, sizeof(line) - 1, file);
    fclose(file);
    line[len] = '\0';
    if (strcmp(line, "pppd") != 0)
        return false;
    for (const char *word = line; word < line + len; word += strlen(word) + 1) {
        const char *value = word + sizeof(option);
        if (strcmp(word, option) == 0 && value < line + len)
            return is_our_socket(server, value);
    }
    return false;
}

static int note_found(const struct mc_helper_server *server)
{
    _cleanup_(closedirp) DIR *proc = opendir("/proc");
    int64_t pid;

    for (struct dirent *entry; proc != NULL && (entry = readdir(proc)) != NULL;)
        if (mc_parse_int(entry->d_name, 2, INT_MAX, &pid) == 0 && speaks_to_us(server, entry->d_name) &&
            is_roots(entry->d_name))
            return helper_note_pppd(server, (pid_t)pid);
    return -ESRCH;
}

static bool lives(int pid, const char *start)
{
    struct mc_process now;

    return mc_process_read(pid, &now) == 0 && strcmp(now.start, start) == 0 && now.state != 'Z';
}

static bool read_note(const struct mc_helper_server *server, int *ret_pid, char start[24])
{
    _cleanup_free_ char *text = noted(server, "pppd");

    return text != NULL && sscanf(text, "%d %23s", ret_pid, start) == 2 && *ret_pid > 1;
}

/* The process that was noted, whether it lives or not; but one that lives and nobody has noted before one that is dead:
 * a host may have gone back to a microcatd without a helper for a while. */
static bool noted_pppd(const struct mc_helper_server *server, int *ret_pid, char start[24])
{
    bool known = read_note(server, ret_pid, start);

    if ((!known || !lives(*ret_pid, start)) && note_found(server) == 0)
        known = read_note(server, ret_pid, start);
    return known;
}

int helper_note_pty(const struct mc_helper_server *server, uint64_t device)
{
    char text[32];

    snprintf(text, sizeof(text), "%llu\n", (unsigned long long)device);
    return note(server, "pty", text);
}

uint64_t helper_noted_pty(const struct mc_helper_server *server)
{
    _cleanup_free_ char *text = noted(server, "pty");
    unsigned long long device = 0;

    return text != NULL && sscanf(text, "%llu", &device) == 1 ? device : 0;
}

char *helper_noted_names(const struct mc_helper_server *server)
{
    char *path = noted(server, "names");

    if (path != NULL)
        path[strcspn(path, "\n")] = '\0';
    return path;
}

int helper_note_names(const struct mc_helper_server *server, const char *path)
{
    return note(server, "names", path);
}

/* A secret lies in it: for root alone, as all notes, in a folder where nobody else writes. */
int helper_note_config(const struct mc_helper_server *server, const char *text)
{
    return note(server, "config", text);
}

char *helper_noted_config(const struct mc_helper_server *server)
{
    return noted_up_to(server, "config", CONFIG_NOTE_BYTES);
}

/* ---- pppd and its interface ---- */

int helper_pppd(const struct mc_helper_server *server, pid_t *ret_pid)
{
    char start[24];
    int pid;

    if (!noted_pppd(server, &pid, start))
        return -ESRCH;
    _cleanup_close_ int pidfd = mc_process_pidfd(pid);
    if (pidfd < 0 || !lives(pid, start))
        return -ESRCH;
    *ret_pid = pid;
    return MC_TAKE_FD(pidfd);
}

void helper_link(const struct mc_helper_server *server, char *out, size_t out_bytes)
{
    snprintf(out, out_bytes, "microcat-%.60s", server->place.instance);
}

/* A pid file of pppd's, written as soon as it has the interface; root alone may write there. "PID\n", and of a link
 * "IFNAME\n" behind it. */
static bool read_pid_file(const struct mc_helper_server *server, const char *name, int *ret_pid, char ret_ifname[16])
{
    for (const char *const *folder = server->place.pid_files; *folder != NULL; folder++) {
        _cleanup_free_ char *path = NULL, *text = NULL;

        if (asprintf(&path, "%s/%s.pid", *folder, name) < 0) {
            path = NULL;
            continue;
        }
        ret_ifname[0] = '\0';
        if (mc_file_read(path, NOTE_BYTES, &text, NULL) == 0 && sscanf(text, "%d %15s", ret_pid, ret_ifname) >= 1)
            return true;
    }
    return false;
}

/* Of a pppd that was started without a name for its link there is IFNAME.pid, unless another's, in another network
 * namespace, has taken its place. */
static int interface_by_its_file(const struct mc_helper_server *server, int pid, char out[16])
{
    struct if_nameindex *all = if_nameindex();
    int found, r = -ENODEV;
    char unused[16];

    if (all == NULL)
        return -errno;
    for (const struct if_nameindex *one = all; one->if_index != 0 && r < 0; one++) {
        if (!read_pid_file(server, one->if_name, &found, unused) || found != pid)
            continue;
        snprintf(out, IF_NAMESIZE, "%s", one->if_name);
        r = 0;
    }
    if_freenameindex(all);
    return r;
}

/* Of a pppd that lives: with the other its interface went, and a pid file that a killed one left names an interface
 * which is somebody else's by now. */
int helper_interface(const struct mc_helper_server *server, const struct mc_settings *settings, char out[16])
{
    const char *wanted = settings != NULL ? settings->ppp.interface : "";
    char link[64 + 16] = "ppp-";
    int found, r;
    pid_t pid;
    _cleanup_close_ int alive = helper_pppd(server, &pid);

    if (alive < 0)
        return -ENODEV;
    helper_link(server, link + 4, sizeof(link) - 4);
    if (read_pid_file(server, link, &found, out) && found == pid)
        r = *out != '\0' && if_nametoindex(out) != 0 ? 0 : -ENODEV;
    else
        r = interface_by_its_file(server, pid, out);
    return r == 0 && *wanted != '\0' && strcmp(wanted, out) != 0 ? -ENODEV : r;
}

/* ---- the modem's tty ---- */

static void read_id(const char *folder, const char *name, char out[8])
{
    char path[PATH_MAX];
    FILE *file;

    out[0] = '\0';
    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
        return;
    file = fopen(path, "re");
    if (file == NULL)
        return;
    if (fscanf(file, "%7s", out) != 1)
        out[0] = '\0';
    fclose(file);
}

/* The USB device that a tty belongs to stands one to three steps above it. */
static bool is_usb_of(const struct stat *st, const char *usb_ids)
{
    static const char *const above[] = {"..", "../..", "../../.."};
    char device[64], folder[96], vendor[8], product[8];

    snprintf(device, sizeof(device), "/sys/dev/char/%u:%u/device", major(st->st_rdev), minor(st->st_rdev));
    for (size_t i = 0; i < MC_LENGTH_OF(above); i++) {
        snprintf(folder, sizeof(folder), "%s/%s", device, above[i]);
        read_id(folder, "idVendor", vendor);
        read_id(folder, "idProduct", product);
        if (mc_device_match_ids(usb_ids, vendor, product))
            return true;
    }
    return false;
}

/* Root alone puts names in /dev that lead to a tty; by "..", or another process's descriptors, a name leaves it. */
static bool is_in_dev(int fd)
{
    char real[PATH_MAX];

    return mc_port_real(fd, real, sizeof(real)) && strncmp(real, "/dev/", 5) == 0;
}

/* Who asks may turn the name elsewhere at any moment: it is followed here, once, and never again. */
int helper_open_modem(const struct mc_settings *settings, const char *path)
{
    struct stat named, configured;

    if (strncmp(path, "/dev/", 5) != 0 || strstr(path, "/../") != NULL)
        return -EPERM;
    _cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &named) < 0 || !is_in_dev(fd) || !mc_port_is_tty(&named))
        return -EPERM;
    const bool is_modem = strcmp(settings->modem.device, "auto") == 0
                              ? is_usb_of(&named, settings->modem.usb_ids)
                              : stat(settings->modem.device, &configured) == 0 && S_ISCHR(configured.st_mode) &&
                                    configured.st_rdev == named.st_rdev && configured.st_dev == named.st_dev;
    return is_modem ? MC_TAKE_FD(fd) : -EPERM;
}
