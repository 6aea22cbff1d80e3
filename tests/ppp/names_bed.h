/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_NAMES_BED_H
#define MICROCAT_TESTS_NAMES_BED_H

/*
 * A network and a directory of the test's own for those who take the link's DNS servers: a resolv.conf, a resolvconf,
 * no systemd-resolved. mcppp0 is the link, mceth0 Ethernet.
 */

#include <microcat/host/route.h>
#include <microcat/io/loop.h>
#include <microcat/io/pathwatch.h>
#include <microcat/ppp/names.h>

#include <errno.h>
#include <microcat/base/cleanup.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "netns.h"
#include "scratch.h"

#include <cmocka.h>

#include "turn_for.h"

#define METRIC   700
#define ETHERNET "nameserver 192.0.2.53\n"
#define OURS                                                                                                           \
    "# microcatd gw: the servers of mcppp0\nnameserver 100.127.0.53\nnameserver 100.127.1.53\n# microcatd gw: end\n"
#define SETTLE_MS 200 /* as in names.c */
#define RETRY_MS  60  /* there it is longer */

static int link_fd = -1, other_fd = -1;
static struct mc_loop *loop;
static char dir[SCRATCH_BYTES];
static struct mc_names *names;
static struct {
    int n;
    enum mc_names_where where;
    int result;
} told;

static inline void on_names(void *ctx, enum mc_names_where where, int result)
{
    told.n++;
    told.where = where;
    told.result = result;
}

static inline const char *read_file(const char *name)
{
    static char data[4096];
    FILE *file = fopen(scratch_path(dir, name), "re");
    size_t n = file != NULL ? fread(data, 1, sizeof(data) - 1, file) : 0;

    if (file != NULL)
        fclose(file);
    data[n] = '\0';
    return data;
}

static inline void write_file(const char *name, const char *text, mode_t mode)
{
    FILE *file = fopen(scratch_path(dir, name), "we");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(scratch_path(dir, name), mode), 0);
}

/* What is wanted comes with an event, or the test program's time limit ends it. */
static inline void turn_until(const char *name, const char *text)
{
    while (strcmp(read_file(name), text) != 0)
        assert_int_equal(mc_loop_turn(loop), 0);
}

static inline void turn_until_told(int n)
{
    while (told.n < n)
        assert_int_equal(mc_loop_turn(loop), 0);
}

static inline void set_flags(const char *ifname, bool up)
{
    struct ifreq request = {0};

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", ifname);
    assert_int_equal(netns_request(SIOCGIFFLAGS, &request), 0);
    if (up)
        request.ifr_flags |= IFF_UP;
    else
        request.ifr_flags = (short)(request.ifr_flags & ~IFF_UP);
    assert_int_equal(netns_request(SIOCSIFFLAGS, &request), 0);
}

static inline void make(const char *program)
{
    char conf[SCRATCH_BYTES + 32], path[SCRATCH_BYTES + 32];
    const struct mc_names_place place = {.owner = "gw", .resolv_conf = conf, .resolvconf = path, .retry_ms = RETRY_MS};

    snprintf(conf, sizeof(conf), "%s", scratch_path(dir, "resolv.conf"));
    snprintf(path, sizeof(path), "%s", scratch_path(dir, program));
    names = mc_names_new(loop, &place, on_names, NULL);
    assert_non_null(names);
}

static inline void give(void)
{
    static const char *const servers[] = {"100.127.0.53", "100.127.1.53"};
    const struct mc_names_gift gift = {
        .ifname = "mcppp0", .servers = servers, .n_servers = 2, .default_route = true, .metric = METRIC};

    assert_int_equal(mc_names_give(names, &gift), 0);
}

static inline bool leads(const char *address, const char *ifname)
{
    struct mc_route_way way;

    return mc_route_lookup(address, &way) == 0 && strcmp(way.ifname, ifname) == 0;
}

static inline int set_up(void **state)
{
    memset(&told, 0, sizeof(told));
    setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
    if (link_fd < 0 && test_network_enter() < 0)
        return 0;
    if (link_fd < 0)
        link_fd = netns_tun("mcppp0", "10.164.98.251");
    other_fd = netns_tun("mceth0", "192.0.2.2");
    mc_loop_new(&loop);
    return scratch_make(dir);
}

static inline int tear_down(void **state)
{
    mc_names_free(names);
    names = NULL;
    mc_loop_free(loop);
    scratch_remove(dir);
    close(other_fd);
    return 0;
}

/* ---- a resolvconf ---- */

/* As RESOLVCONF, but it keeps records, fails the first time, and adds slowly while there is a file SLOW. */
#define FAILS_ONCE                                                                                                     \
    "#!/bin/sh\n[ -e \"$0.once\" ] || { : >\"$0.once\"; exit 1; }\n"                                                   \
    "if [ $1 = -a ]; then echo busy >\"$0.log\"\nwhile [ -e \"$0.slow\" ]; do sleep 0.02; done\n"                      \
    "cat >\"$0.record\"\nelse rm -f \"$0.record\"; fi\necho \"done $1 $2\" >>\"$0.log\"\n"

static inline void turn_for(int64_t ms)
{
    turn_loop_for(loop, ms);
}

static inline bool has_record(void)
{
    return access(scratch_path(dir, "resolvconf.record"), F_OK) == 0;
}

#endif
