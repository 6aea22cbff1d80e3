/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/host/privileged.h>
#include <microcat/host/resolv_text.h>
#include <microcat/io/loop.h>
#include <microcat/io/pathwatch.h>
#include <microcat/ppp/names_file.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_MS    200   /* whoever writes a file often writes it twice */
#define CALM_MS      10000 /* between two writings, once somebody seems to take our block out again and again */
#define RETRY_MS     30000 /* after one that failed; twice as long after each that follows */
#define RETRY_MAX_MS 300000

enum { SERVERS = 4, QUICK_MAX = 6 };

struct mc_names_file {
    struct mc_loop *loop;
    mc_resolv_reach_fn *reach;
    char *path, *owner;
    char *given_path; /* where our block lies, symlinks followed; NULL: nowhere that we know of */
    char ifname[16];
    char servers[SERVERS][46];
    size_t n_servers; /* 0: nothing is given */
    struct mc_pathwatch *watch;
    struct mc_timer look;
    unsigned quick; /* writings left before we calm down; one comes back in CALM_MS */
    int64_t quick_at_ms;
    int64_t retry_ms; /* 0: the last writing did not fail */
};

/* ---- the file ---- */

static int write_file(const struct mc_names_file *file, const char *path, bool give, bool *ret_wrote)
{
    const char *servers[SERVERS];
    const struct mc_names_block block = {.owner = file->owner,
                                         .ifname = file->ifname,
                                         .servers = servers,
                                         .n_servers = file->n_servers,
                                         .reach = file->reach};

    for (size_t i = 0; i < file->n_servers; i++)
        servers[i] = file->servers[i];
    return mc_privileged()->write_names(&block, path, give, ret_wrote);
}

/* Our block lies in one file: where the symlink was turned elsewhere meanwhile, it goes from the old one. */
static int put(struct mc_names_file *file, bool *ret_wrote)
{
    _cleanup_free_ char *path = mc_names_block_resolve(file->path);
    bool unused;

    *ret_wrote = false;
    if (path == NULL)
        return -errno;
    if (mc_names_block_is_resolved(path))
        return -EBUSY;
    if (file->given_path != NULL && strcmp(file->given_path, path) != 0)
        write_file(file, file->given_path, false, &unused);
    int r = write_file(file, path, true, ret_wrote);
    if (r >= 0) {
        free(file->given_path);
        file->given_path = MC_TAKE_PTR(path);
    }
    return r;
}

/* ---- looking after it ---- */

static int64_t may_write_in_ms(struct mc_names_file *file)
{
    int64_t now_ms = mc_timerq_now_ms(mc_loop_timers(file->loop)), since_ms = now_ms - file->quick_at_ms;

    if (since_ms >= CALM_MS) {
        int64_t more = since_ms / CALM_MS;

        file->quick = more > QUICK_MAX - file->quick ? QUICK_MAX : file->quick + (unsigned)more;
        file->quick_at_ms = now_ms;
    }
    return file->quick > 0 ? SETTLE_MS : CALM_MS;
}

static void on_look(void *ctx)
{
    struct mc_names_file *file = ctx;
    bool wrote;
    int r = file->n_servers > 0 ? put(file, &wrote) : 0;

    if (r < 0 && file->retry_ms == 0)
        mc_warn("%s: the servers of %s are not in it any more: %s", file->path, file->ifname, strerror(-r));
    else if (file->n_servers > 0 && wrote)
        mc_info("%s was written by somebody else, or the network changed: the servers of %s are in it again",
                file->path, file->ifname);
    if (file->n_servers > 0 && wrote && file->quick > 0)
        file->quick--;
    file->retry_ms = r >= 0 ? 0 : file->retry_ms == 0 ? RETRY_MS : 2 * file->retry_ms;
    if (file->retry_ms > RETRY_MAX_MS)
        file->retry_ms = RETRY_MAX_MS;
    if (r < 0)
        mc_timer_arm(&file->look, mc_loop_timers(file->loop), file->retry_ms);
}

void mc_names_file_look(struct mc_names_file *file)
{
    if (file->n_servers > 0 && (!mc_timer_armed(&file->look) || file->retry_ms > 0))
        mc_timer_arm(&file->look, mc_loop_timers(file->loop), may_write_in_ms(file));
}

static void on_path(void *ctx, bool vanished)
{
    mc_names_file_look(ctx);
}

/* ---- giving and taking ---- */

int mc_names_file_give(struct mc_names_file *file, const char *ifname, const char *const *servers, size_t n_servers)
{
    bool wrote;

    snprintf(file->ifname, sizeof(file->ifname), "%s", ifname);
    file->n_servers = n_servers < SERVERS ? n_servers : SERVERS;
    file->retry_ms = 0;
    for (size_t i = 0; i < file->n_servers; i++)
        snprintf(file->servers[i], sizeof(file->servers[i]), "%s", servers[i]);
    int r = 0;
    if (file->watch == NULL) /* before the first writing: what comes between is seen */
        r = mc_pathwatch_contents(file->loop, file->path, on_path, file, &file->watch);
    if (r == 0)
        r = put(file, &wrote);
    if (r < 0) {
        file->n_servers = 0;
        mc_pathwatch_free(MC_TAKE_PTR(file->watch));
    }
    return r;
}

int mc_names_file_take_back(struct mc_names_file *file)
{
    _cleanup_free_ char *path = mc_names_block_resolve(file->path);
    int r = path == NULL && errno != ENOENT ? -errno : 0, other = 0;
    bool wrote;

    file->n_servers = 0;
    mc_timer_disarm(&file->look);
    mc_pathwatch_free(MC_TAKE_PTR(file->watch));
    if (path != NULL)
        r = write_file(file, path, false, &wrote);
    if (file->given_path != NULL && (path == NULL || strcmp(path, file->given_path) != 0))
        other = write_file(file, file->given_path, false, &wrote);
    if (r >= 0 && other >= 0)
        free(MC_TAKE_PTR(file->given_path));
    return r < 0 || other < 0 ? (r < 0 ? r : other) : r + other > 0;
}

bool mc_names_file_is_networkmanager(const struct mc_names_file *file)
{
    _cleanup_free_ char *path = mc_names_block_resolve(file->path), *text = NULL;

    if (path == NULL || mc_names_block_read(path, &text) < 0)
        return false;
    return strstr(path, "/NetworkManager/") != NULL || strstr(text, "# Generated by NetworkManager\n") != NULL;
}

/* ---- life ---- */

struct mc_names_file *mc_names_file_new(struct mc_loop *loop, const struct mc_names_file_place *place)
{
    struct mc_names_file *file = calloc(1, sizeof(*file));

    if (file == NULL)
        return NULL;
    *file = (struct mc_names_file){.loop = loop,
                                   .reach = place->reach,
                                   .path = strdup(place->path),
                                   .owner = strdup(place->owner),
                                   .quick = QUICK_MAX,
                                   .quick_at_ms = mc_loop_clock_ms()};
    mc_timer_init(&file->look, "names file", on_look, file);
    if (file->path != NULL && file->owner != NULL)
        return file;
    mc_names_file_free(file);
    return NULL;
}

void mc_names_file_free(struct mc_names_file *file)
{
    if (file == NULL)
        return;
    mc_timer_disarm(&file->look);
    mc_pathwatch_free(file->watch);
    free(file->path);
    free(file->owner);
    free(file->given_path);
    free(file);
}
