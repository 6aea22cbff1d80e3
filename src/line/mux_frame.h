/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINE_MUX_FRAME_H
#define MICROCAT_LINE_MUX_FRAME_H

/* Frames of 27.010's basic option: one is written, and bytes of any fragmentation are read for them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUX_FLAG 0xf9
#define MUX_PF   0x10
enum mux_control { MUX_UI = 0x03, MUX_DM = 0x0f, MUX_SABM = 0x2f, MUX_DISC = 0x43, MUX_UA = 0x63, MUX_UIH = 0xef };

#define MUX_INFO_MAX      2048 /* longer than any N1 of the series: what says it is longer is no frame */
#define MUX_HEAD_AND_TAIL 7    /* flag, address, control, length (two), FCS, flag */
#define MUX_FRAME_MAX     (MUX_INFO_MAX + MUX_HEAD_AND_TAIL)

/** 27.010, 5.2.1.6: over @len bytes of the head (of UI frames, the information too). */
uint8_t mc_mux_fcs(const uint8_t *data, size_t len_bytes);

/** Writes a frame; @command: the C/R bit of who opened the multiplexer. @out holds MUX_FRAME_MAX. @return its length.
 */
size_t mc_mux_frame_put(uint8_t *out, unsigned dlci, uint8_t control, bool command, const uint8_t *info,
                        size_t info_bytes);

struct mux_frame {
    unsigned dlci;
    uint8_t control; /* without P/F */
    const uint8_t *info;
    size_t info_bytes;
};

struct mux_reader_events {
    void (*frame)(void *ctx, const struct mux_frame *frame);
    void (*stray)(void *ctx, const uint8_t *data, size_t len_bytes);
};

/** Zero is its start. */
struct mux_reader {
    uint8_t held[MUX_FRAME_MAX]; /* a frame that has begun */
    size_t len;
    unsigned begun; /* counts: another frame begins at held[0] than before */
    size_t hush;    /* so many bytes from here on are a broken frame's: nobody is told of them as strays */
    uint64_t bad_frames, false_flags, stray_bytes;
};

void mc_mux_read(struct mux_reader *reader, const struct mux_reader_events *events, void *ctx, const uint8_t *data,
                 size_t len_bytes);
/** A frame has begun, and has so many bytes in all (until its length is there: at least so many); 0: none has. */
size_t mc_mux_reader_waits(const struct mux_reader *reader);
/** It will not come: what was held is searched again behind the flag that began it. */
void mc_mux_reader_late(struct mux_reader *reader, const struct mux_reader_events *events, void *ctx);

#endif
