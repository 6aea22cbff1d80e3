/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_MUX_H
#define MICROCAT_SIM_MUX_H

/*
 * The modem's end of 3GPP TS 27.010, basic option: DLCI 0 for control and DLCIs 1 to SIM_MUX_DLCIS for whoever opens
 * them. Pure: bytes in by sim_mux_input(), bytes out by sim_mux_fill(), whenever the wire has room; no clock, no I/O.
 */

#include "mux_frame.h"
#include <microcat/base/buf.h>

#define SIM_MUX_DLCIS      4
#define SIM_MUX_N1_DEFAULT 64    /* 27.010, 5.7.2 gives 31; SIMCom's guide 64 */
#define SIM_MUX_QUEUE      16384 /* bytes for the host that a DLC takes readily; see sim_mux_room() */
#define SIM_MUX_IN_FLIGHT  4096  /* bytes that a host may still send on a DLC that was stopped */

struct sim_mux;

/** How a family of modems spells its frames; mux_style.c has the table. */
enum sim_mux_style { SIM_MUX_SIM7670, SIM_MUX_SIM7670G, SIM_MUX_A7670, SIM_MUX_SIM7600 };

struct sim_mux_ops {
    void (*opened)(void *ctx, int dlci); /* also when it was open: it begins anew */
    void (*closed)(void *ctx, int dlci);
    void (*data)(void *ctx, int dlci, const uint8_t *data, size_t len);
    /** The host has closed the multiplexer. What answers it still waits for sim_mux_fill(); then sim_mux_stop(). */
    void (*left)(void *ctx);
    /** There is something to fill the wire with. */
    void (*kick)(void *ctx);
    uint32_t (*random)(void *ctx);
};

/** Faults. They stay over sim_mux_start(); a silence ends with sim_mux_stop(), as a reset cures it. */
struct sim_mux_faults {
    bool silent; /* hears nothing, says nothing */
    bool noisy;  /* garbage between the frames, whole ones with a wrong FCS among it */
    int lost_ua; /* so many UAs are not sent; -1 none ever */
};

struct sim_mux_counters {
    uint64_t frames_in, frames_out, bad; /* bad: FCS, closing flag */
    uint64_t strays;                     /* for a DLC that is not open */
    uint64_t too_long;                   /* longer than N1: dropped */
    uint64_t overruns;                   /* bytes on a stopped DLC beyond SIM_MUX_IN_FLIGHT: dropped */
    uint64_t carried;                    /* bytes of information on DLCI 1 and up, both ways */
};

struct sim_mux *sim_mux_new(const struct sim_mux_ops *ops, void *ctx);
void sim_mux_free(struct sim_mux *mux);

/** Begins with every DLC closed. */
void sim_mux_start(struct sim_mux *mux, enum sim_mux_style style, int n1);
/** Ends at once, whatever waits. No callback comes. */
void sim_mux_stop(struct sim_mux *mux);
bool sim_mux_on(const struct sim_mux *mux);
int sim_mux_n1(const struct sim_mux *mux);

/** Takes bytes of the host. @return how many; less than @len when the host left the multiplexer among them. */
size_t sim_mux_input(struct sim_mux *mux, const uint8_t *data, size_t len);

/** Gives @wire the next that is to be said: what DLCI 0 and the frames without information have, else one frame of the
 * DLC whose turn it is. @return false when there is nothing. */
bool sim_mux_fill(struct sim_mux *mux, struct mc_buf *wire);

/** Opens DLCI @dlci (0: the control channel) without the host's asking, as one that was open since long. */
void sim_mux_force(struct sim_mux *mux, int dlci);
bool sim_mux_is_open(const struct sim_mux *mux, int dlci);
/** 0, -ENOTCONN (not open), -ENOBUFS. */
int sim_mux_send(struct sim_mux *mux, int dlci, const void *data, size_t len);
size_t sim_mux_room(const struct sim_mux *mux, int dlci);
/** Does a call run on it? Said by MSC's DV. */
void sim_mux_carrier(struct sim_mux *mux, int dlci, bool on);
/** Stops the host on this DLC by MSC's FC, or lets it go on. What it had on its way meanwhile is kept. */
void sim_mux_hold(struct sim_mux *mux, int dlci, bool on);
/** The modem gives up a DLC by itself, with DISC or DM. -ENOTCONN. */
int sim_mux_drop(struct sim_mux *mux, int dlci, bool dm);
/** The next sim_mux_fill() that finds nothing sends a run of flags, if the style has those. */
void sim_mux_idle(struct sim_mux *mux);

struct sim_mux_faults *sim_mux_faults(struct sim_mux *mux);
const struct sim_mux_counters *sim_mux_counters(const struct sim_mux *mux);

#endif
