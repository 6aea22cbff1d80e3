/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_MUX_FRAME_H
#define MICROCAT_SIM_MUX_FRAME_H

/* Frames of 3GPP TS 27.010's basic option, out of bytes and into bytes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_MUX_N1_MAX    1500                 /* bytes of information that any frame may have */
#define SIM_MUX_FRAME_MAX (SIM_MUX_N1_MAX + 7) /* with flags, address, control, two bytes of length, FCS */

/* Control field without P/F (27.010, 5.2.1.3) */
enum { SIM_MUX_SABM = 0x2f, SIM_MUX_UA = 0x63, SIM_MUX_DM = 0x0f, SIM_MUX_DISC = 0x43, SIM_MUX_UIH = 0xef };
enum { SIM_MUX_FLAG = 0xf9, SIM_MUX_PF = 0x10, SIM_MUX_EA = 0x01, SIM_MUX_CR = 0x02 };

struct sim_mux_frame {
    uint8_t address, control; /* as on the wire, with EA, C/R and P/F */
    const uint8_t *info;      /* in the decoder, good until the next sim_mux_decode() */
    size_t len;
};

/** Annex B's FCS over @len bytes. */
uint8_t sim_mux_fcs(const uint8_t *data, size_t len);

/**
 * Writes @frame, at most SIM_MUX_FRAME_MAX bytes; @two_bytes spells its length so even when one would do.
 * @return its length on the wire.
 */
size_t sim_mux_encode(const struct sim_mux_frame *frame, bool two_bytes, uint8_t out[SIM_MUX_FRAME_MAX]);

/** Zeroed is ready. The basic option has no transparency, so a flag may stand in a frame: what looked like a frame and
 * is none is searched again from behind its flag, and no good frame behind noise is lost. */
struct sim_mux_decoder {
    uint8_t buf[SIM_MUX_FRAME_MAX];
    size_t len, done; /* bytes held; of those, the frame that was handed out */
    uint64_t bad;     /* frames whose FCS or closing flag was wrong */
};

/**
 * Takes bytes from *@data, moving it and *@len, until a frame is complete.
 * @return true with the frame; false when everything is taken.
 */
bool sim_mux_decode(struct sim_mux_decoder *decoder, const uint8_t **data, size_t *len, struct sim_mux_frame *ret);

#endif
