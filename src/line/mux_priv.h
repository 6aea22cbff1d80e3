/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINE_MUX_PRIV_H
#define MICROCAT_LINE_MUX_PRIV_H

/* Shared by the multiplexer's files: mux.c (life, DLCs), mux_flow.c (who stops whom), mux_watch.c (what does not come),
 * mux_out.c (what goes first, and when), mux_control.c (DLCI 0's commands), mux_frame.c (frames). */

#include "mux_frame.h"
#include <microcat/base/buf.h>
#include <microcat/line/mux.h>

#define MUX_T1_MS 300 /* 27.010, 5.7.1: 100 ms is its default; a modem that is busy with the radio takes longer */
#define MUX_N2    3   /* SABMs, DISCs, MSCs in all: the last one's answer is waited for, and a second is over */

enum dlc_state { DLC_CLOSED, DLC_OPENING, DLC_OPEN, DLC_CLOSING };

struct dlc {
    struct mc_mux *mux;
    unsigned dlci;
    enum mc_mux_kind kind;
    enum dlc_state state;
    unsigned tries;     /* of the SABM, DISC or MSC under way */
    unsigned late_dms;  /* answers to DISCs that were said again: a closed DLC's is DM, and refuses no SABM behind it */
    struct mc_timer t1; /* its answer is late */
    struct mc_buf out;  /* for the modem */
    struct mc_buf held; /* of the modem, not taken yet */
    unsigned signals;   /* the modem's last MSC; FC stops `out` */
    struct mc_timer stopped; /* ... and something waits: the modem is asked, */
    unsigned asks;           /* ... so often since it said anything about it */
    bool ask_answered;       /* ... the last time */
    bool stop_told;          /* ... and the owner knows */
    bool wants_room;         /* a send was cut short: room() is owed */
    bool stops_modem;        /* our last MSC said FC */
    bool offers;             /* data() is being offered `held` */
};

enum mux_state { MUX_IDLE, MUX_STARTING, MUX_ON, MUX_LEAVING, MUX_OVER };

struct mc_mux {
    struct mc_timerq *queue;
    struct mc_mux_callbacks cb;
    void *ctx;
    enum mux_state state;
    enum mc_mux_end why;
    unsigned n1;
    int32_t baud;
    struct dlc dlcs[MC_MUX_DLCIS + 1];
    struct mux_reader reader;
    struct mc_mux_stats stats;

    struct mc_buf control;         /* whole frames, back to back */
    uint8_t unsent[MUX_FRAME_MAX]; /* a frame that the port did not take */
    size_t unsent_bytes;
    int64_t wire_free_at_us; /* when the wire will have carried what was written */
    bool all_stopped;        /* FCoff */
    bool said_cld;
    unsigned turn;         /* the DLC of data that goes next */
    unsigned tests_waited; /* TESTs since something was heard */
    bool echoes;           /* our TEST came back, and no answer to it since */
    bool answers_msc;      /* the modem has answered one */
    unsigned partial_of;   /* which frame of the reader's `partial` watches, and since when */
    int64_t partial_at_ms;
    unsigned partial_looks;
    int64_t heard_at_ms;
    int64_t adopted_due_ms; /* when the answer to an adopted one's TEST is due */
    unsigned held_up;       /* so often nobody listened meanwhile */
    struct mc_timer pace, silence, partial, leave, end;
};

/* mux.c */
void mc_mux_end_soon(struct mc_mux *mux, enum mc_mux_end why);
struct dlc *mc_mux_dlc(struct mc_mux *mux, unsigned dlci);
extern const struct mux_reader_events mc_mux_reader_events;

/* mux_flow.c */
void mc_mux_flow_init(struct dlc *dlc);
/** Nobody stops anybody, and nobody is asked. */
void mc_mux_flow_reset(struct dlc *dlc);
/** Our MSC, until it is answered. */
void mc_mux_say_signals(struct dlc *dlc);
void mc_mux_signals_late(struct dlc *dlc);
/** The modem has answered the MSC whose signals were @signals. */
void mc_mux_msc_answered(struct dlc *dlc, uint8_t signals);
/** Nothing more is to come on this DLC, or it may again. */
void mc_mux_stop_modem(struct dlc *dlc, bool on);
/** The modem's MSC. */
void mc_mux_signals_told(struct dlc *dlc, uint8_t signals);
/** Something waits on it: if the modem has stopped it, not for ever. */
void mc_mux_watch_stopped(struct dlc *dlc);

/* mux_watch.c */
void mc_mux_watch_init(struct mc_mux *mux);
/** Bytes were read: a frame that has begun has its limit. */
void mc_mux_watch_partial(struct mc_mux *mux);
/** @return whether this frame is the modem's. What is only its echo of ours is no sign of a multiplexer. */
bool mc_mux_hears(struct mc_mux *mux, const struct mux_frame *frame);
/** From now on silence is asked about by TEST. */
void mc_mux_watch_silence(struct mc_mux *mux);
/** Taken over from a daemon before us: asks at once, and twice at the most. */
void mc_mux_ask_adopted(struct mc_mux *mux);

/* mux_out.c */
void mc_mux_out_init(struct mc_mux *mux);
/** Queues a frame of DLCI 0 or one without information. @return false: there is no room for it, it is not sent. */
bool mc_mux_put(struct mc_mux *mux, unsigned dlci, uint8_t control, bool command, const uint8_t *info,
                size_t info_bytes);
/** Writes what may go now. */
void mc_mux_pump(struct mc_mux *mux);

/* mux_control.c */
void mc_mux_control_info(struct mc_mux *mux, const uint8_t *info, size_t len_bytes);
/** @return whether it could be queued. */
bool mc_mux_send_msc(struct mc_mux *mux, const struct dlc *dlc);
void mc_mux_send_cld(struct mc_mux *mux);
void mc_mux_send_test(struct mc_mux *mux);
/** Is this UIH's information our TEST, resp. the answer to it? */
bool mc_mux_is_test(const uint8_t *info, size_t len_bytes, bool answer);

#endif
