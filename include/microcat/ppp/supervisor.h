/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_SUPERVISOR_H
#define MICROCAT_PPP_SUPERVISOR_H

/*
 * One PPP call: a pty, a pppd on it, the plugin's socket, the relay between.
 *
 * All callbacks come from the loop, never from inside a call into this module; on_exit is the last one, and
 * mc_ppp_free() is allowed from any of them (the memory then goes in the loop's next turn). Every call ends in on_exit:
 * within settings.ppp.setup_timeout_ms and a few seconds when no address comes, within about 10 s after mc_ppp_stop(),
 * at once after mc_ppp_kill(); 5 s later than that when pppd hangs in the kernel, and then it is left alone.
 */

#include <microcat/base/fault.h>
#include <microcat/base/phase.h>
#include <microcat/base/settings.h>
#include <microcat/ppp/relay.h>
#include <sys/types.h>

struct mc_loop; /* io/loop.h */

struct mc_ppp;

/** What the network gave; strings are "" where it gave nothing. */
struct mc_ppp_link {
    char ifname[16];
    int unit;
    int mtu;
    char local[46], remote[46];
    char dns[2][46];              /* without the bogus pair, see mc_dns_usable() */
    char local6[46], remote6[46]; /* link-local addresses of IPV6CP; "" without IPv6 */
};

struct mc_ppp_end {
    enum mc_fault fault;         /* MC_FAULT_NONE when mc_ppp_stop() asked for it */
    char text[160];              /* what was seen */
    int status;                  /* pppd's exit status, -1 by signal or not started */
    int signal;                  /* 0 none */
    uint64_t rx_bytes, tx_bytes; /* of the interface, as pppd counted; 0 when it did not say */
    uint32_t seconds;
};

struct mc_ppp_events { /* each may be NULL but to_modem and on_exit */
    void (*on_phase)(void *ctx, enum mc_ppp_phase phase);
    /** PAP or CHAP, as soon as the peer asks for it. */
    void (*on_auth)(void *ctx, const char *protocol);
    /** The interface is there, as a rule before it has an address; once for each name. */
    void (*on_interface)(void *ctx, const char *ifname);
    /** An address is there, or something in it changed; never twice the same. Borrowed. */
    void (*on_up)(void *ctx, const struct mc_ppp_link *link);
    /** The address is gone; once for each time up, also when pppd died over it. */
    void (*on_down)(void *ctx);
    /** Bytes for the modem. Returns how many were taken; fewer means: no more until mc_ppp_resume(). */
    size_t (*to_modem)(void *ctx, const uint8_t *data, size_t len_bytes);
    /** mc_ppp_from_modem() can take bytes again. */
    void (*on_room)(void *ctx);
    /** The modem spoke between the frames. The call goes on until it is stopped or pppd notices. */
    void (*on_sign)(void *ctx, enum mc_relay_sign sign, const char *line);
    /** pppd has said that the network refused user or password, and is about to end. */
    void (*on_refused)(void *ctx, const char *line);
    void (*on_exit)(void *ctx, const struct mc_ppp_end *end);
};

/** Where things are; NULL takes the built-in place. Borrowed for the call. */
struct mc_ppp_place {
    const char *plugin;      /* the plugin's .so */
    const char *runtime_dir; /* for the plugin's socket: "/run/microcatd" */
    const char *instance;    /* makes the socket's name unique among daemons; NULL: our pid */
    int64_t term_ms;         /* how long pppd may take to end when asked; 0: 9 s */
    int64_t check_ms;        /* how often to look whether somebody stopped it; 0: 5 s until it is up, then 15 s */
};

/** Why a call could not be started. */
struct mc_ppp_failure {
    enum mc_fault fault;
    char text[160]; /* what was refused, by whom: "no pty for pppd: /dev/ptmx: Permission denied" */
};

/**
 * Starts a call. 0, or -errno with the fault that it is in @ret_failure: PPPD_MISSING or PPPD_UNUSABLE when pppd was
 * refused
 * (-ENOENT, -EACCES, -ENOEXEC, ...), else HOST_REFUSED (-EMFILE, -ENOSPC, -EAGAIN, ...). On error nothing is called
 * back.
 * @settings are read during the call only (user and password are kept, in memory that is wiped).
 */
int mc_ppp_start(struct mc_loop *loop, const struct mc_settings *settings, const struct mc_ppp_place *place,
                 const struct mc_ppp_events *events, void *ctx, struct mc_ppp **ret_ppp,
                 struct mc_ppp_failure *ret_failure);
/** Could a call be started? As far as that can be told without starting one. 0 or -errno, as above. */
int mc_ppp_check(const struct mc_settings *settings, struct mc_ppp_failure *ret_failure);

/** Bytes from the modem. Returns how many were taken; fewer means: wait for on_room. */
size_t mc_ppp_from_modem(struct mc_ppp *ppp, const uint8_t *data, size_t len_bytes);
/** to_modem can take bytes again. */
void mc_ppp_resume(struct mc_ppp *ppp);
/** mc_relay_hold() of its relay. */
size_t mc_ppp_hold(struct mc_ppp *ppp, bool holds);

/** The link has an IPv6 address that reaches further than to the peer. Until this is said, or IPv4 is there, a call
 * counts as one without an address and ends after setup_timeout_ms: IPV6CP gives but link-local ones. */
void mc_ppp_reachable(struct mc_ppp *ppp);

/** Ends the call in order: LCP terminate (SIGTERM, and SIGCONT in case it was stopped), SIGKILL when that takes too
 * long. */
void mc_ppp_stop(struct mc_ppp *ppp);
/** Ends it now (SIGKILL): the line is gone, nobody would hear the LCP terminate. */
void mc_ppp_kill(struct mc_ppp *ppp);
/** Forgets the call: kills what still runs; nothing is called back any more. NULL is harmless. */
void mc_ppp_free(struct mc_ppp *ppp);

pid_t mc_ppp_pid(const struct mc_ppp *ppp);
enum mc_ppp_phase mc_ppp_phase(const struct mc_ppp *ppp);
const struct mc_relay_counters *mc_ppp_counters(const struct mc_ppp *ppp);

/*
 * Carrying a call over a restart of the daemon: what the old process leaves in systemd's fd store, the new one takes
 * up. The socket's path must be the same: the plugin connects there again by itself and repeats what it knows (phase,
 * addresses).
 */
struct mc_ppp_leave {
    int master_fd; /* the pty */
    int slave_fd;  /* keeps the pty's state between two pppd accesses; -1 when not kept */
    int pidfd;     /* of pppd; need not be its parent's */
    pid_t pid;
    struct mc_ppp_link link; /* what on_up told last; ifname "" when there is none */
    char socket[108];        /* where the plugin looks for us; "": where @place says */
};
/** Lends the descriptors for the fd store; they stay the call's. -ESTALE when pppd has ended. */
int mc_ppp_lend(const struct mc_ppp *ppp, struct mc_ppp_leave *ret_leave);
/** Lets go of the call without ending it: frees the object, closes our copies, leaves pppd running. */
void mc_ppp_abandon(struct mc_ppp *ppp);
/** Takes a call up again; the descriptors become the call's. When the interface still is as leave->link says, the call
 * is up at once; else when the plugin has come back (it looks every 10 s). Its exit status cannot be learnt from a
 * pidfd that is not our child's: then the plugin's exit message gives it, else it counts as died. */
int mc_ppp_adopt(struct mc_loop *loop, const struct mc_settings *settings, const struct mc_ppp_place *place,
                 const struct mc_ppp_leave *leave, const struct mc_ppp_events *events, void *ctx,
                 struct mc_ppp **ret_ppp);

#endif
