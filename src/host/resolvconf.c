/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/host/resolvconf.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/*
 * $0 is the program, $1 and $2 are records. The script's words are ours, what varies comes as arguments. The records
 * are for everybody to read; our umask is not. openresolv complains of a record that is not there; Debian's does not,
 * and knows no option for it.
 *
 * Behind the others' stands what is called ppp* and has a metric: behind Ethernet and WLAN. First stands tun0*: before
 * them, and behind a local resolver.
 */
#define BEHIND "ppp."
#define FIRST  "tun0."
#define DELETE "umask 022; \"$0\" -d \"$1\" 2>/dev/null || :"

static const struct {
    const char *script, *first, *second; /* what the records' names begin with */
} rows[MC_RECORD_COUNT] = {
    [MC_RECORD_ADD_BEHIND] = {"umask 022; exec \"$0\" -a \"$1\"", BEHIND, NULL},
    [MC_RECORD_ADD_FIRST] = {"umask 022; unset IF_METRIC; exec \"$0\" -a \"$1\"", FIRST, NULL},
    [MC_RECORD_DELETE_BEHIND] = {DELETE, BEHIND, NULL},
    [MC_RECORD_DELETE_FIRST] = {DELETE, FIRST, NULL},
    /* The last words: nobody reads what it says, and a pipe without a reader would end it. */
    [MC_RECORD_DELETE_BOTH] = {"umask 022; exec >/dev/null 2>&1; \"$0\" -d \"$1\"; \"$0\" -d \"$2\"", BEHIND, FIRST},
};

void mc_resolvconf_command(struct mc_resolvconf_command *command, const char *path, const char *owner,
                           enum mc_errand_record record, uint32_t metric)
{
    const char *first = rows[record].first, *second = rows[record].second;

    *command = (struct mc_resolvconf_command){.argv = {"sh", "-c", rows[record].script, path},
                                              .envp = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"}};
    snprintf(command->metric, sizeof(command->metric), "IF_METRIC=%u", metric);
    command->envp[2] = command->metric;
    snprintf(command->labels[0], sizeof(command->labels[0]), "%s%s", first, owner);
    command->argv[4] = command->labels[0];
    if (second == NULL)
        return;
    snprintf(command->labels[1], sizeof(command->labels[1]), "%s%s", second, owner);
    command->argv[5] = command->labels[1];
}

void mc_resolvconf_add(char *text, size_t text_bytes, const char *server)
{
    size_t len = strlen(text);

    snprintf(text + len, text_bytes - len, "nameserver %s\n", server);
}

int mc_resolvconf_text_fd(const char *text)
{
    int ends[2];
    size_t len = strlen(text);

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    ssize_t n = write(ends[1], text, len);
    close(ends[1]);
    if (n == (ssize_t)len)
        return ends[0];
    close(ends[0]);
    return -EIO;
}
