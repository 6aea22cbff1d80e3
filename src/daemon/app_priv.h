/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_APP_PRIV_H
#define MICROCAT_DAEMON_APP_PRIV_H

/*
 * The wiring: binds the link's requests to the real loop, port, pppd, network and files, and the bus to journal,
 * systemd and history. The one place that knows everybody; it decides nothing. app.c has the life, and a file each:
 * app_port.c (device, port), app_board.c (the board's lines), app_call.c (pppd, routes, DNS, probe), app_words.c
 * (journal, sd_notify, history), app_ctl.c (the socket's backend), app_lease.c (a lease's pty), app_state.c (what
 * outlives the process).
 */

#include <microcat/base/settings.h>
#include <microcat/ctl/server.h>
#include <microcat/daemon/call_note.h>
#include <microcat/daemon/config.h>
#include <microcat/daemon/options.h>
#include <microcat/daemon/recorder.h>
#include <microcat/daemon/state_store.h>
#include <microcat/io/child.h>
#include <microcat/io/device.h>
#include <microcat/io/loop.h>
#include <microcat/io/transport.h>
#include <microcat/link/link.h>
#include <microcat/ppp/default_routes.h>
#include <microcat/ppp/names.h>
#include <microcat/ppp/probe.h>
#include <microcat/ppp/supervisor.h>
#include <microcat/status/history.h>
#include <microcat/status/samples.h>
#include <microcat/status/trace.h>

struct app_board { /* a board line being worked */
    bool active;
    enum mc_board_line what;
    unsigned step;
    const struct mc_pulses *pulses; /* NULL: a command does it */
    int64_t since_ms;               /* the step's, on the loop's clock */
    unsigned too_long;              /* so often the line was held longer than it means what it should */
    struct mc_timer timer;
    struct mc_child *child;
};

#define APP_KEPT_FDS 4
struct app_kept {
    bool pending;  /* fetched from systemd, and nobody has taken it up yet */
    bool stored;   /* this call's descriptors lie there, or may */
    bool complete; /* all that the next daemon needs */
    int fds[APP_KEPT_FDS];
    struct mc_call_note call;
    struct mc_timer claim;
};

struct app {
    const struct mc_options *options;
    struct mc_config *config;
    struct mc_settings settings; /* shallow copy of the config's: the pointer that everybody holds stays the same */
    struct mc_loop *loop;
    struct mc_timerq *queue;
    struct mc_status status;
    struct mc_bus *bus;
    struct mc_history *history;
    struct mc_samples *samples;
    struct mc_trace *trace;
    struct mc_recorder *recorder;
    struct mc_state_store *store;
    struct mc_link *link;
    struct mc_ctl_backend backend;
    struct at_request *at_requests; /* app_ctl.c: AT commands of persons, not yet answered */
    struct app_lease *lease;        /* app_lease.c; NULL: none */
    struct mc_ctl_server *server;
    struct mc_signal sigterm, sigint, sighup, sigusr2;
    struct mc_timer watchdog;
    int exit_code;

    /* app_port.c */
    struct mc_device_watch *devices;
    struct mc_device device;
    struct mc_transport *port;
    struct mc_dsr_watch *dsr; /* of a bridge that keeps the contract */
    bool data_mode;
    enum mc_names_where names_told; /* the journal hears of a change, not with every call */
    int names_result;
    struct app_board board; /* app_board.c */

    /* app_call.c */
    struct mc_ppp *ppp;
    struct mc_ppp_link ppp_link;
    bool network_up;
    int64_t online_at_ms; /* when this call got its address; -1 not yet */
    struct mc_default_routes *routes;
    struct mc_names *names;
    struct mc_slaac *slaac; /* while IPV6CP is up */
    uint32_t vrf_table;     /* of VRF=; 0: the interface is in none */
    struct mc_probe *probe;
    unsigned probe_turn; /* which of the name servers is asked next */
    char runtime_dir[108];

    /* app_words.c */
    struct mc_observer words;

    /* app_keep.c */
    struct app_kept kept;
    bool leaving; /* ends without ending the call, and takes none of its bytes along: */
    struct mc_timer leave;
    int64_t leave_by_ms;

    /* app_state.c */
    struct mc_timer save;
    bool save_budgets, save_history;
    struct mc_timer save_samples; /* armed: there are new ones */
    char *saved_modem;            /* what its file holds */
};

int64_t app_wall_ms(void);
/** The instance's name: whose files, servers and sockets they are. */
const char *app_instance(const struct app *app);

/* app_port.c */
extern const struct mc_transport_events app_port_events;
int app_watch_device(struct app *app);
enum mc_fault app_open(void *ctx, char *detail, size_t detail_bytes);
void app_close(void *ctx);
void app_watch_dsr(struct app *app);
int app_write(void *ctx, const void *data, size_t len_bytes);
int app_set_baud(void *ctx, int32_t baud);
void app_lull(void *ctx, int64_t ms);
int app_set_flow(void *ctx, enum mc_flow flow);

/* app_board.c */
int app_powered(void *ctx);
void app_board(void *ctx, enum mc_board_line what);
void app_board_done(struct app *app);

/* app_call.c */
enum mc_fault app_call_check(void *ctx, char *detail, size_t detail_bytes);
enum mc_fault app_call(void *ctx, char *detail, size_t detail_bytes);
size_t app_to_call(void *ctx, const uint8_t *data, size_t len_bytes);
void app_call_stop(void *ctx);
void app_call_kill(void *ctx);
void app_call_free(struct app *app);
/** Bytes of the call so far, into the status. */
void app_call_count(struct app *app);
int app_call_adopt(struct app *app, const struct mc_ppp_leave *leave);

/* app_network.c */
/** Into VRF=, where one is configured; where that fails the link has no route. */
void app_join_vrf(struct app *app, const char *ifname);
void app_network(void *ctx, bool up);
/** IPCP's, the modem's or the router's name servers, or its NAT64 prefix, are others now. */
void app_servers_changed(struct app *app);
/** A default route came later than it was wanted. */
void app_on_routes(void *ctx);
/** Who took the DNS servers. */
void app_on_names(void *ctx, enum mc_names_where where, int result);
void app_traffic(void *ctx, uint64_t *ret_rx_bytes, uint64_t *ret_tx_bytes);
int app_probe(void *ctx);

/* app_words.c */
void app_words_start(struct app *app);
void app_trace(void *ctx, enum mc_line_channel channel, enum mc_at_direction direction, const char *text);
void app_data_mode(void *ctx, bool on);
void app_call_room(void *ctx);
size_t app_pending(void *ctx);

/* app_ctl.c */
int app_listen(struct app *app);
/* After the link's end: who still waits for an AT command's answer is told. */
void app_ctl_end(struct app *app);

/* app_lease.c */
void app_lease_begin(void *ctx, const struct mc_ctl_lease *wanted, const struct mc_ctl_lease_events *events,
                     void *events_ctx);
void app_lease_end(void *ctx, const void *events_ctx);
/** The link is gone: who holds a lease is told. */
void app_lease_done(struct app *app);

/* app_state.c */
void app_state_load(struct app *app);
void app_save(void *ctx);
void app_save_history(struct app *app);
/** Some time: a day of the signal is worth less than the flash's life. */
void app_save_samples(struct app *app);
/** Writes at once what waits to be written. */
void app_state_flush(struct app *app);
/** The process ends: writes everything. */
void app_state_end(struct app *app);
/** Notes the call, so that the next daemon can carry it on or clean up after a crash. @up: NULL when there is no
 * address yet. */
void app_state_call(struct app *app, const struct mc_ppp_link *up);
/** There is no call any more. */
void app_state_call_over(struct app *app);
/** 0, or -ENOENT: there was none, or it makes no sense (said, and kept aside). */
int app_state_call_load(struct app *app, struct mc_call_note *ret_call);
/** Kills the pppd and removes the routes that a daemon before us left behind. */
void app_state_sweep(struct app *app);

/* app_keep.c */
/** Nothing is kept so far. */
void app_keep_init(struct app *app);
void app_keep_fetch(struct app *app);
/** Leaves the call's descriptors with systemd; forgets them. */
void app_keep_store(struct app *app);
void app_keep_forget(struct app *app);
/** The device is there: takes up the call that was left, if there is one. */
bool app_keep_adopt(struct app *app);
/** Ends the loop when nothing of the call is half-way through this process any more, or soon. */
void app_keep_leave(struct app *app);
/** Bytes of the port were handed on. */
void app_keep_read(struct app *app);
/** It does not leave after all. @return false: it has left already. */
bool app_keep_stay(struct app *app);
void app_keep_done(struct app *app);

#endif
