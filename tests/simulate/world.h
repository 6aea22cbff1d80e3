/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SIMULATE_WORLD_H
#define TESTS_SIMULATE_WORLD_H

/*
 * A device's world under a virtual clock: the core (link, policy, modem, line, at) as the daemon runs it, the simulated
 * board, a model of pppd and of the host, a schedule of faults, and the rules that must hold whatever happens. All
 * chance comes from the seed, so a seed is a life that can be lived again.
 */

#include <board.h>
#include <microcat/link/link.h>
#include <microcat/ppp/relay.h>
#include <stdio.h>

#define SECOND_MS 1000LL
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

#define FAULTS_ACTIVE 12
#define WINDOW        128

struct world;

/* What runs in the daemon's place when somebody else's policy is lived through: it has the port and pppd to itself. */
struct guest {
    void (*start)(struct world *w);
    /** Its processes die; @keep: not those that a daemon could have kept. False: nothing of it died. */
    bool (*gone)(struct world *w, bool keep);
    void (*bytes)(struct world *w, const uint8_t *data, size_t len_bytes);
    void (*pppd_ended)(struct world *w);
};

/* pppd.c: what runs on the pty. */
struct pppd {
    bool running, up, stopping, stuck;
    enum mc_ppp_phase phase;
    struct mc_timer step, setup, echo, end, sign, silence, probe, bounce, found, retell;
    int64_t began_ms;
    enum mc_fault end_fault;
    const char *end_text;
    struct mc_relay_scan scan;
    enum mc_call_sign signs[4];
    char sign_text[4][64];
    unsigned n_signs, frames_left;
    bool probing, probe_good;
    bool wronged;          /* the link carried, and yet the last probe was lost */
    bool stopped_carrying; /* it was told to end while the link carried */
    int64_t counted_ms;    /* traffic is counted up to here */
    uint64_t rx, tx;
};

/* faults.c: one that is going on. */
struct active {
    struct world *world;
    const struct fault_row *row;
    struct mc_timer over;
};

struct window {
    int64_t at_ms[WINDOW];
    unsigned count; /* ever; the last WINDOW are kept */
};

/* rules.c */
/* No more AT commands than this in any RATE_MS, whatever the modem answers. */
#define RATE_COMMANDS 40
#define RATE_MS       10000

struct rules {
    struct window dials, attaches;
    struct {
        int64_t at_ms[RATE_COMMANDS];
        unsigned count;
        uint64_t heard;                               /* by the board */
    } commands;                                       /* when the newest were sent */
    int64_t radio_cycle_ms, reset_ms, power_cycle_ms; /* when last; -1 never */
    int64_t person_until_ms;                          /* what a person asked for is not limited */
    int64_t slept_ms, slept_before_ms;                /* suspended so far, and up to when the state was entered */
    struct {
        char key[40]; /* ICCID and PIN that were tried */
        bool refused;
    } pins[64];
    unsigned n_pins;
    uint64_t pin_wrong;
    int64_t network_changed_ms; /* registration or SIM last changed at the board */
    struct mc_timer watch;
};

/* world.c: one direction between board and host. What comes while it pauses comes at the pause's end, together. */
struct pipe {
    struct world *world;
    struct mc_timer over;
    int64_t most_ms;
    void (*out)(struct world *w, const uint8_t *data, size_t len);
    uint8_t bytes[8192];
    size_t n;
};

struct world {
    uint64_t seed, random;
    bool verbose, plain;
    struct mc_timerq *queue;
    struct mc_settings settings;
    struct sim_profile profile;
    struct sim_board *board;
    unsigned iccids;     /* SIMs used so far */
    char verb_text[240]; /* how the last verb ended */
    int verb_result;

    /* between board and host: a bridge that pauses, or a host with something else to do */
    bool pauses;
    struct pipe up, down;

    /* the daemon; link NULL: it does not run */
    struct mc_status status;
    struct mc_bus *bus;
    struct mc_observer observer;
    struct mc_link *link;
    struct mc_timer start, device, save_again;
    bool booting, told_present, pulled; /* the plug was out since the daemon was last told */
    bool kept;                          /* the call outlives the daemon: its descriptors are with systemd */
    int32_t kept_baud, kept_stat;
    unsigned kept_mux_n1;
    enum mc_flow kept_flow;
    bool unsaved; /* what was to be saved could not be written */
    bool open, network_up;
    bool chatty; /* traffic all the time, or a device that sends nothing */

    /* or NULL, and then there is never a link */
    const struct guest *guest;
    void *guest_ctx;

    /* the host */
    int64_t wall_ms, saved_wall_ms; /* wall clock minus queue clock; as it was when last saved */
    char budgets[MC_POLICY_TEXT_BYTES], facts[1024];
    bool disk_full, pppd_missing;
    bool tells_power; /* the board is a bridge that shows the modem's STATUS */
    bool has_power;
    enum mc_fault open_fault;
    struct mc_timer line;
    enum mc_board_line line_what;
    unsigned line_step;
    bool line_busy;
    struct pppd pppd;

    /* faults.c */
    struct mc_timer next_fault;
    bool storm;
    int64_t mean_ms; /* between two faults */
    struct active active[FAULTS_ACTIVE];

    bool names_dead;    /* the name servers answer nothing: so do networks that drop ICMP, and a peer with TCP alone */
    bool one_way;       /* whatever the host sends, nothing is sent to it */
    unsigned sentences; /* calls that carried and were ended as stale since the name servers died */
    struct rules rules;
    bool failed;
    char failure[320];
    bool was_online; /* since the last outage */
    uint64_t turns, faults, recoveries, recovery_sum_ms, recovery_max_ms, outages;
};

/* world.c */
struct world *world_new(uint64_t seed, bool verbose);
/** One without any chance in it: a registered board with the right settings, @presets on top, and the daemon's
 * defaults.
 */
struct world *world_plain(const char *presets);
/** One with its share of chance, all of it from @seed, on a warm board with @presets on top. @guest may be NULL. */
struct world *world_judged(uint64_t seed, const char *presets, const struct guest *guest, void *guest_ctx);
void world_set(struct world *w, const char *section, const char *key, const char *value);
void world_verb(struct world *w, enum mc_verb verb);
void world_free(struct world *w);
/** Lets @ms pass, or less when a rule is broken. */
void world_pass(struct world *w, int64_t ms);
void world_say(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Breaks off: @fmt says which rule does not hold. The first one counts. */
void world_fail(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
uint32_t world_random(struct world *w);
/** Evenly from @least to @most. */
int64_t world_between(struct world *w, int64_t least, int64_t most);
/** From @least to @most, every order of magnitude as likely as the other. */
int64_t world_spread(struct world *w, int64_t least, int64_t most);
bool world_chance(struct world *w, unsigned percent);
/** The host says it: by way of the bridge. */
void world_write(struct world *w, const void *data, size_t len);
void world_inject(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int world_board(struct world *w, const char *key);
/** @keep: its call goes on without it, and the next one takes it up. */
void world_daemon_kill(struct world *w, int64_t down_ms, bool keep);
void world_daemon_stop(struct world *w, int64_t down_ms);
void world_plug(struct world *w, bool plugged);
static inline int64_t world_now(const struct world *w)
{
    return mc_timerq_now_ms(w->queue);
}

/* requests.c */
extern const struct mc_link_requests world_requests;
void requests_init(struct world *w);
void requests_stop(struct world *w);

/* pppd.c */
void pppd_init(struct world *w);
void pppd_start(struct world *w);
size_t pppd_from_modem(struct world *w, const uint8_t *data, size_t len);
void pppd_stop(struct world *w);
/** Killed: by the link, with the daemon, or by somebody. */
void pppd_end(struct world *w, int64_t delay_ms, enum mc_fault fault, const char *text);
void pppd_vanish(struct world *w);
/** A new daemon has taken the call up: the plugin tells it what it knows. */
void pppd_taken_over(struct world *w);
void pppd_peer_changed(struct world *w, enum sim_peer_state state);
void pppd_stick(struct world *w, bool stuck);
void pppd_traffic(struct world *w, uint64_t *ret_rx, uint64_t *ret_tx);
int pppd_probe(struct world *w);

/* faults.c */
void faults_init(struct world *w);
/** The rows of the table; NULL behind the last. */
const char *faults_name(size_t row);
unsigned faults_weight(size_t row);
/** How long @row lasts at least and at most; 0: it is over at once. */
void faults_lasts(size_t row, int64_t *ret_least_ms, int64_t *ret_most_ms);
/** Begins and ends one by hand; what chance there is in it comes from @random alone. */
void faults_strike(struct world *w, size_t row, uint64_t random);
void faults_over(struct world *w, size_t row);
/** Faults begin to come. */
void faults_storm(struct world *w);
/** None comes any more, and what is broken is mended, as far as a person can. */
void faults_mend(struct world *w);

/* rules.c */
void rules_init(struct world *w);
void rules_sent(struct world *w, const char *text);
void rules_board_line(struct world *w, enum mc_board_line what);
void rules_event(struct world *w, const struct mc_event *event);
/** Budgets were lost in a way that nobody can help (a clock that jumped over a restart, a full disk). */
void rules_amnesty(struct world *w);
void rules_forget_pins(struct world *w);
void rules_person(struct world *w);
/** Was the configured PIN tried on the SIM that is in? */
bool rules_pin_tried(struct world *w);

#endif
