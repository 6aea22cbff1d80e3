/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_HDLC_H
#define MICROCAT_SIM_HDLC_H

/* PPP in HDLC-like framing (RFC 1662): flag 7E, escape 7D, FCS-16. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_HDLC_FRAME_MAX 2048                         /* unescaped, with FCS */
#define SIM_HDLC_WIRE_MAX  (2 * SIM_HDLC_FRAME_MAX + 2) /* as sent */

#define SIM_HDLC_ESCAPE_ALL UINT32_MAX

#define SIM_PPP_IP   0x0021
#define SIM_PPP_IPV6 0x0057
#define SIM_PPP_IPCP 0x8021
#define SIM_PPP_LCP  0xc021
#define SIM_PPP_PAP  0xc023
#define SIM_PPP_CHAP 0xc223

uint16_t sim_fcs16(const uint8_t *data, size_t len_bytes);

/**
 * Frames @len_bytes (address, control and protocol included) with FCS and flags; of the control characters those in
 * @accm are escaped (SIM_HDLC_ESCAPE_ALL before anything is negotiated, and in LCP always).
 * @out takes SIM_HDLC_WIRE_MAX bytes. Returns the length, 0 when the frame is too long.
 */
size_t sim_hdlc_encode(uint8_t *out, const uint8_t *frame, size_t len_bytes, uint32_t accm);

/** A frame with a good FCS, which is cut off. */
typedef void sim_hdlc_frame_fn(void *ctx, const uint8_t *frame, size_t len_bytes);
struct sim_hdlc {
    size_t len;
    bool escaped, overlong;
    uint64_t bad; /* frames with a wrong FCS, too short or too long */
    uint8_t frame[SIM_HDLC_FRAME_MAX];
};
void sim_hdlc_feed(struct sim_hdlc *in, const uint8_t *data, size_t len_bytes, sim_hdlc_frame_fn *fn, void *ctx);

/** Protocol of a frame, ACFC and PFC allowed for; *ret_payload the offset behind it. -1 too short. */
int sim_ppp_protocol(const uint8_t *frame, size_t len_bytes, size_t *ret_payload);

#endif
