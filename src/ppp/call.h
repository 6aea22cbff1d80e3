/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_CALL_H
#define MICROCAT_PPP_CALL_H

/* What supervisor_start.c (the beginning), supervisor.c (the process and its end) and call.c (what the plugin and the
 * log say about the call) share. */

#include <microcat/io/child.h>
#include <microcat/ppp/exitcode.h>
#include <microcat/ppp/plugin_server.h>
#include <microcat/ppp/supervisor.h>

struct mc_ppp {
    struct mc_loop *loop;
    struct mc_ppp_events events;
    void *ctx;
    struct mc_child *child; /* NULL once it has ended */
    struct mc_relay *relay;
    struct mc_plugin_server *server;
    int master_fd, slave_fd;
    char socket_path[108];
    char *password; /* only to keep it out of log lines */
    int64_t setup_ms, term_ms, check_ms;
    struct mc_timer setup, check, burial, standing, undead;
    unsigned depth; /* of callbacks going on */
    bool buried, ended, kill_asked, was_stopped;
    enum mc_ppp_phase phase;
    struct mc_ppp_link link, told; /* as it is, as it was told to on_up */
    struct mc_ppp_link left;       /* by the daemon from which the call was taken over */
    char interface[16];            /* as it was told; "" not yet */
    bool has_v4, has_v6, is_up, was_up;
    struct mc_exit_view view;
    int told_status;    /* exit status by the plugin's word, -1 none */
    char complaint[96]; /* the last line in which pppd said what was wrong */
    struct mc_ppp_end end;
};

/* supervisor.c */
extern const struct mc_child_events mc_call_child_events;
extern const struct mc_relay_events mc_call_relay_events;
/** Timers, none of them armed. */
void mc_call_init(struct mc_ppp *ppp);
/** Its process runs: its deadlines begin. */
void mc_call_begin(struct mc_ppp *ppp);
/** Frees all of a call but its process. */
void mc_call_release(struct mc_ppp *ppp);

/* call.c */
/** The call was taken over, and its interface stands: what is known of it. */
void mc_call_stands(struct mc_ppp *ppp, const struct mc_ppp_link *link);
/** A message from the plugin. */
void mc_call_message(void *ctx, const struct mc_plugin_msg *msg);
/** A line of pppd's log. */
void mc_call_log_line(struct mc_ppp *ppp, const char *line);
/** Tells a phase that is new. */
void mc_call_phase(struct mc_ppp *ppp, enum mc_ppp_phase phase);
/** No address is left: tells it when one was told. */
void mc_call_down(struct mc_ppp *ppp);

#endif
