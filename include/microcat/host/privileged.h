/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_PRIVILEGED_H
#define MICROCAT_HOST_PRIVILEGED_H

/*
 * The one seam for what only root may do to this host: pppd and other programs started and signalled, routes, VRF,
 * kernel settings, name servers, raw sockets, a look into other people's processes. Whoever needs it asks
 * mc_privileged(); nobody else in the process does it (tests/lint holds us to it).
 *
 * One implementation a process, like the log: `direct` does it here and now, with this process's own rights. Another
 * may ask a process that has them; it may take no more of the arguments than it trusts.
 *
 * Every call returns soon (5 s at most) and starts nothing that calls back but the child's events. 0 or -errno unless
 * said.
 */

#include <microcat/host/names_block.h>
#include <microcat/host/route.h>
#include <microcat/io/child.h>
#include <microcat/io/port.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum mc_errand_kind {
    MC_ERRAND_PPPD,
    MC_ERRAND_BOARD,      /* Reset='s or Power='s command */
    MC_ERRAND_RESOLVCONF, /* Debian's, or openresolv */
    MC_ERRAND_COUNT
};

/* What resolvconf is asked for: a record behind the others' or before them, in or out. */
enum mc_errand_record {
    MC_RECORD_ADD_BEHIND,
    MC_RECORD_ADD_FIRST,
    MC_RECORD_DELETE_BEHIND,
    MC_RECORD_DELETE_FIRST,
    MC_RECORD_DELETE_BOTH,
    MC_RECORD_COUNT
};

/** What a process is started for, in words that need no trust; the spec beside it says how this process would do it. */
struct mc_errand {
    enum mc_errand_kind kind;
    int tty_fd;                   /* pppd: the slave of its pty; borrowed */
    const char *word;             /* board: "reset", "on", "off" */
    enum mc_errand_record record; /* resolvconf */
    const char *servers;          /* resolvconf, to add: "nameserver ADDRESS" lines */
};

struct mc_privileged_ops {
    /* ---- processes ---- */

    /** Could @path be started, as far as that can be told without starting it? */
    int (*check_program)(const char *path);
    /** A pty for pppd: mc_pty_open(). */
    int (*open_pty)(int *ret_master_fd, int *ret_slave_fd, char *name, size_t name_bytes);
    /** mc_pty_lend(). */
    int (*lend_pty)(uid_t uid, int *ret_master_fd, int *ret_slave_fd, char *name, size_t name_bytes);
    /** mc_child_spawn(); whatever is done to the child later needs no more thought. */
    int (*spawn)(struct mc_loop *loop, const struct mc_errand *errand, const struct mc_child_spec *spec,
                 const struct mc_child_events *events, void *ctx, struct mc_child **ret_child);
    /** mc_child_adopt(), for the pppd of a daemon before this one. */
    int (*adopt)(struct mc_loop *loop, int pidfd, pid_t pid, const char *name, const struct mc_child_events *events,
                 void *ctx, struct mc_child **ret_child);
    /** Kills (SIGKILL) that pppd, which nobody has adopted. */
    int (*kill_kept)(int pidfd);
    /** Kills @pid, if it still is the process that began at @start (mc_process). 1: it was; 0: it is gone. */
    int (*kill_orphan)(pid_t pid, const char *start);

    /* ---- the network ---- */

    /** mc_route_add(), mc_route_remove(), mc_route_sweep(). */
    int (*add_route)(const char *ifname, enum mc_route_family family, uint32_t metric, uint32_t table);
    int (*remove_route)(const char *ifname, enum mc_route_family family, uint32_t metric, uint32_t table);
    int (*sweep_routes)(const char *ifname);
    /** mc_route_add_server(), mc_route_remove_server(). */
    int (*add_server_route)(const char *ifname, const char *server, uint32_t metric, uint32_t table);
    int (*remove_server_route)(const char *ifname, const char *server, uint32_t metric, uint32_t table);
    /** mc_vrf_join(). */
    int (*join_vrf)(const char *ifname, const char *vrf, uint32_t *ret_table);
    /** mc_router_accept(), mc_router_ask(). */
    int (*accept_router)(const char *ifname);
    int (*ask_router)(const char *ifname);
    /** mc_probe_socket(). */
    int (*open_probe)(enum mc_probe_kind kind, int family, const char *ifname, bool *ret_raw);

    /* ---- names ---- */

    /** systemd-resolved's servers of the link, and back. NULL: whoever may do this can ask resolved himself
     * (dns.h), and need not wait for it here. */
    int (*set_resolved)(const char *ifname, const char *const *servers, size_t n_servers, bool default_route);
    int (*revert_resolved)(const char *ifname);
    /** mc_names_block_write(). */
    int (*write_names)(const struct mc_names_block *block, const char *path, bool give, bool *ret_wrote);
    /** mc_networkmanager_hands_off(), mc_networkmanager_forget(). */
    int (*networkmanager_hands_off)(const char *folder, const char *owner, const char *ifname);
    void (*networkmanager_forget)(const char *folder, const char *owner);

    /* ---- the device ---- */

    /** mc_port_holder(). */
    int (*tty_holder)(const char *path, struct mc_port_holder *ret_holder);

    /** mc_port_holder() found nobody, and yet we may not open @path: may we now? 0, or -errno. */
    int (*grant_tty)(const char *path);
    /** Was the last failure that of who does it, and not the host's? Less than 0, or 0. */
    int (*trouble)(void);
    /** In words, where there was one; until the next call. */
    const char *(*trouble_text)(void);

    /** Another process does it: pppd gets user and password there, and is root, which we are not. */
    bool apart;
};

/** Who does it for this process: `direct`, until another is put in its place. */
const struct mc_privileged_ops *mc_privileged(void);
/** From now on @ops (static) does it; NULL: `direct` again. */
void mc_privileged_use(const struct mc_privileged_ops *ops);
/** With this process's own rights. */
extern const struct mc_privileged_ops mc_privileged_direct;

#endif
