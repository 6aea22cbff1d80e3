/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BRINGUP_PRIV_H
#define MICROCAT_BRINGUP_PRIV_H

/* Shared by the machine (bringup.c), its table and decisions (bringup_table.c, decide.c) and the scripts (scripts.c,
 * with takes.c and builds.c). */

#include <microcat/modem/bringup.h>
#include <microcat/modem/finder.h>

enum mc_told { MC_TOLD_ICCID = 1 << 0, MC_TOLD_IMSI = 1 << 1, MC_TOLD_CONTEXT = 1 << 2, MC_TOLD_AUTH = 1 << 3 };

struct mc_bringup {
    struct mc_timerq *queue;
    struct mc_line *line;
    const struct mc_settings *settings;
    struct mc_bringup_callbacks cb;
    void *ctx;
    struct mc_chat *chat;
    struct mc_at *chat_at; /* the engine that it talks on */
    struct mc_finder *finder;
    struct mc_facts facts;

    const struct mc_bringup_row *row; /* NULL: not walking */
    struct mc_timer deadline, poll, soon;
    int64_t patience_ms;
    int64_t dialled_at_ms;         /* -1 never */
    int64_t row_at_ms;             /* when the row under way began */
    uint8_t laps[MC_STEP_COUNT];   /* how often this walk came to a step since it last waited */
    uint8_t visits[MC_STEP_COUNT]; /* ... and in all */
    int64_t denied_at_ms;          /* since when CEREG says 3; -1: it does not */
    int64_t idle_at_ms;            /* since when it says 0, "not searching"; -1: it does not */
    bool attach_tried;             /* in this walk */
    uint64_t echoes_before;        /* the engine's count when FIND began */
    int32_t speed_before;          /* before SPEED_SET; 0: speed not touched */
    bool call_ended;
    bool prompt;      /* in this walk: a MicroPython prompt answered */
    bool said_off;    /* in this walk: that it goes off */
    bool rebooted;    /* in this walk: that it started, behind a reset */
    bool without_mux; /* in this walk: it failed, or the host had no memory for it */
    bool mux_unheard; /* it came up, and has answered nothing yet */
    bool mux_ok;      /* AT+CMUX was answered OK, and the modem was not seen to start anew since */
    bool mux_channel; /* the multiplexer answered, and did not open a channel */
    bool mux_pending; /* it failed: why, the finder will know */
    bool unlocking;   /* the modem took the PIN and may go on asking for it for a moment */
    bool wonders;     /* somebody does, whether the PDP context is active */
    bool asks_health; /* in this sample */
    bool stop_before_dial, look_once, radio_stays_off;
    bool joined;                /* the last line of two commands that was sent... */
    unsigned told;              /* ... and what its answer told, MC_TOLD_* */
    bool urcs_fresh;            /* AT+CEREG=2 was just accepted: what came before was not told */
    struct mc_chat_result last; /* of the last script */
    char iccid_before[24];      /* of the SIM for which the PDP context is written... */
    bool sim_went;              /* ... and that one was seen to go meanwhile */
    struct mc_bringup_result result;
};

/** Sets the fault with which the walk ends when `decide` returns; @return MC_STEP_END for `return
 * mc_bringup_fail(...)`. */
enum mc_step mc_bringup_fail(struct mc_bringup *bringup, enum mc_fault fault, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void mc_bringup_note(struct mc_bringup *bringup, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** CME codes that name a fault of their own; MC_FAULT_NONE: this one does not. */
enum mc_fault mc_cme_fault(int code);
/** A CME code that refuses a PIN without a word about the PIN: no card, a failure, busy. */
bool mc_cme_no_verdict(int code);
/**
 * What AT+CPIN? said, in the words that decisions know: capitals, and READY for what data has no need of (27.007, CPIN:
 * SIM PIN2 and SIM PUK2 are asked for by fixed dialling and charging alone), NOT INSERTED for SIM REMOVED.
 */
void mc_cpin_word(const char *said, char *ret_word, size_t size_bytes);
/** What CPIN said -> fault, MC_FAULT_NONE for READY and SIM PIN. */
enum mc_fault mc_cpin_fault(const char *state);

/** The finder is done with a modem whose multiplexer did not come: in the multiplexer it was, or elsewhere. */
void mc_bringup_mux_found(struct mc_bringup *b, bool in_cmux);
/** The modem started anew: was that at AT+CMUX? */
void mc_bringup_mux_rebooted(struct mc_bringup *b);

/* N1 of AT+CMUX at the speed of the line. */
unsigned mc_bringup_n1(const struct mc_bringup *b);

/* The authentication type (CGAUTH's 0, 1, 2) that the settings want written. */
int mc_wanted_auth(const struct mc_settings *settings);
/**
 * A mark that tells one authentication of this modem and SIM from another. It is kept on disk: of the password it has
 * 16 bits, enough to see that it was changed, and no way back to it.
 */
void mc_auth_mark(const struct mc_bringup *b, int type, const char *user, const char *password, char out[24]);

/* scripts.c: a const array each. */
#define MC_SCRIPTS(X)                                                                                                  \
    X(greet)                                                                                                           \
    X(flow_read)                                                                                                       \
    X(flow_set)                                                                                                        \
    X(flow_verify)                                                                                                     \
    X(flow_undo)                                                                                                       \
    X(speed_read)                                                                                                      \
    X(speed_set)                                                                                                       \
    X(identity)                                                                                                        \
    X(speed_undo)                                                                                                      \
    X(peek)                                                                                                            \
    X(online)                                                                                                          \
    X(mux_ask)                                                                                                         \
    X(mux_set)                                                                                                         \
    X(firmware)                                                                                                        \
    X(sim)                                                                                                             \
    X(sim_tries)                                                                                                       \
    X(sim_unlock)                                                                                                      \
    X(sim_poll)                                                                                                        \
    X(sim_identity)                                                                                                    \
    X(pdp)                                                                                                             \
    X(pdp_write)                                                                                                       \
    X(radio_on)                                                                                                        \
    X(radio_off)                                                                                                       \
    X(radio_check)                                                                                                     \
    X(radio_cycle)                                                                                                     \
    X(cereg)                                                                                                           \
    X(cereg_poll)                                                                                                      \
    X(attach)                                                                                                          \
    X(cereg_urcs)                                                                                                      \
    X(signal)                                                                                                          \
    X(dial)                                                                                                            \
    X(check)                                                                                                           \
    X(at)                                                                                                              \
    X(ath)                                                                                                             \
    X(hangup)                                                                                                          \
    X(reattach)                                                                                                        \
    X(reset)                                                                                                           \
    X(power_off)                                                                                                       \
    X(sample)
struct mc_script {
    const struct mc_chat_step *steps;
    size_t n;
};
enum mc_script_id {
    MC_SCRIPT_none,
#define X(name) MC_SCRIPT_##name,
    MC_SCRIPTS(X)
#undef X
        MC_SCRIPT_COUNT
};
extern const struct mc_script mc_scripts[MC_SCRIPT_COUNT];

#endif
