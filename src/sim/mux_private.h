/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_MUX_PRIVATE_H
#define MICROCAT_SIM_MUX_PRIVATE_H

#include "mux.h"

struct sim_mux_manner {
    uint8_t uih;              /* 0xef or 0xff */
    bool cr_control, cr_data; /* C/R of the modem's own UIH */
    bool two_bytes;           /* lengths of UIH so, also short ones */
    bool runs;                /* of flags, before frames and when idle */
    bool msc_at_once;         /* its own MSC right behind UA, else behind the host's */
    int close_downs;          /* CLDs until it leaves */
};

struct sim_dlc {
    bool open;
    bool stopped;  /* by the host's MSC */
    bool held;     /* by our MSC */
    bool carrier;  /* DV */
    bool msc_said; /* our first */
    int n1;
    struct mc_buf out, in; /* in: what came while held */
};

struct sim_mux {
    struct sim_mux_ops ops;
    void *ctx;
    const struct sim_mux_manner *manner;
    bool on, all_stopped, leaving;
    bool idle_said;
    int n1, turn, close_downs;
    struct sim_dlc dlcs[SIM_MUX_DLCIS + 1];
    struct mc_buf urgent; /* whole frames: everything but data */
    struct sim_mux_decoder decoder;
    struct sim_mux_faults faults;
    struct sim_mux_counters counters;
};

/* mux.c */
/** Queues a frame that goes before data. */
void sim_mux_say(struct sim_mux *mux, uint8_t address, uint8_t control, const uint8_t *info, size_t len);
void sim_mux_leave(struct sim_mux *mux);

/* mux_control.c */
void sim_mux_msc(struct sim_mux *mux, int dlci);
void sim_mux_control(struct sim_mux *mux, const uint8_t *data, size_t len);

/* mux_style.c */
const struct sim_mux_manner *sim_mux_manner(enum sim_mux_style style);

#endif
