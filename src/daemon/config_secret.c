/* SPDX-License-Identifier: MIT */
/* Where secrets come from, and who else can read them there. */
#include "config_load.h"

#include <grp.h>
#include <microcat/base/cleanup.h>
#include <string.h>
#include <unistd.h>

#define CREDENTIAL_MAX_BYTES 1024 /* more than any value may have: then the row says what is allowed */

static const struct {
    const char *file, *section, *key;
} credentials[] = {
    {"sim.pin", "SIM", "PIN"},
    {"pdp.password", "PDP", "Password"},
};

/* Root's, our own, or the one of the user that microcatd may run as. */
static bool is_trusted_group(gid_t gid)
{
    const struct group *group;

    if (gid == 0 || gid == getegid())
        return true;
    group = getgrnam("microcatd");
    return group && group->gr_gid == gid;
}

void mc_config_check_readers(struct mc_config_load_job *job, const char *path, const struct stat *st)
{
    const struct group *group;
    char who[80] = "everybody";

    if (!(st->st_mode & S_IROTH)) {
        if (!(st->st_mode & S_IRGRP) || is_trusted_group(st->st_gid))
            return;
        group = getgrgid(st->st_gid);
        if (group)
            snprintf(who, sizeof(who), "the group %s", group->gr_name);
        else
            snprintf(who, sizeof(who), "the group %u", (unsigned)st->st_gid);
    }
    mc_config_complain(
        job, MC_LOG_ERR, -EPERM,
        "%s: holds a PIN or a password and can be read by %s, so it is refused; mend it with: chmod 0600 "
        "%s",
        path, who, path);
}

/* A text without an end in it, without the newline that an editor left behind it. */
static bool is_text(char *data, size_t len)
{
    if (len > 0 && data[len - 1] == '\n')
        len--;
    if (len > 0 && data[len - 1] == '\r')
        len--;
    data[len] = '\0';
    return strlen(data) == len;
}

static void set_credential(struct mc_config_load_job *job, const char *path, const struct mc_config_row *row,
                           const char *text)
{
    char allowed[256];
    int r = mc_config_row_set(row, &job->config->settings, text);

    if (r == 0)
        r = mc_config_origin_set(job->config, row, "%s", path);
    if (r == -ENOMEM) {
        mc_config_complain(job, MC_LOG_ERR, r, "%s: out of memory", path);
    } else if (r < 0) {
        mc_config_row_allowed(row, allowed, sizeof(allowed));
        mc_config_complain(job, MC_LOG_ERR, r, "%s: what is in it is not allowed as [%s] %s=: it must be %s", path,
                           mc_strtab_name(&mc_config_section_names, (int)row->section), row->key, allowed);
    }
}

static void take_credential(struct mc_config_load_job *job, const char *path, const struct mc_config_row *row)
{
    struct stat st;
    char *data = NULL;
    size_t len = 0;
    int r = mc_config_slurp(path, CREDENTIAL_MAX_BYTES, &data, &len, &st);

    if (r == -ENOENT) /* not given */
        return;
    if (r < 0) {
        mc_config_complain(job, MC_LOG_ERR, r, "%s: cannot be read: %s", path, strerror(-r));
        return;
    }
    if (len > CREDENTIAL_MAX_BYTES)
        mc_config_complain(job, MC_LOG_ERR, -EFBIG, "%s: is larger than %d bytes: this is no %s", path,
                           CREDENTIAL_MAX_BYTES, row->key);
    else if (!is_text(data, len))
        mc_config_complain(job, MC_LOG_ERR, -EINVAL, "%s: has a NUL byte in it", path);
    else if (!*data)
        mc_config_complain(job, MC_LOG_ERR, -EINVAL, "%s: is empty", path);
    else
        set_credential(job, path, row, data);
    explicit_bzero(data, len);
    free(data);
    mc_config_check_readers(job, path, &st);
}

void mc_config_take_credentials(struct mc_config_load_job *job)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");

    if (!folder || *folder != '/')
        return;
    for (size_t i = 0; i < MC_LENGTH_OF(credentials); i++) {
        _cleanup_free_ char *path = NULL;

        if (asprintf(&path, "%s/%s", folder, credentials[i].file) < 0) {
            path = NULL;
            mc_config_complain(job, MC_LOG_ERR, -ENOMEM, "%s: out of memory", folder);
            return;
        }
        take_credential(job, path, mc_config_row_find(credentials[i].section, credentials[i].key));
    }
}
