/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SCRIPTS_PRIV_H
#define MICROCAT_SCRIPTS_PRIV_H

/* Shared by the scripts (scripts.c), what takes their answers (takes.c) and what builds their commands (builds.c). The
 * context of each is the struct mc_bringup; what they return stands at struct mc_chat_step. */

#include "bringup_priv.h"

int mc_take_ifc(void *ctx, const struct mc_at_answer *answer);
int mc_take_ipr(void *ctx, const struct mc_at_answer *answer);
int mc_take_ati(void *ctx, const struct mc_at_answer *answer);
int mc_take_firmware(void *ctx, const struct mc_at_answer *answer);
int mc_take_imei(void *ctx, const struct mc_at_answer *answer);
int mc_take_cpin(void *ctx, const struct mc_at_answer *answer);
int mc_take_cpin_ready(void *ctx, const struct mc_at_answer *answer);
int mc_refused_cpin(void *ctx, const struct mc_at_answer *answer);
int mc_take_spic(void *ctx, const struct mc_at_answer *answer);
int mc_take_iccid(void *ctx, const struct mc_at_answer *answer);
int mc_take_imsi(void *ctx, const struct mc_at_answer *answer);
int mc_take_card(void *ctx, const struct mc_at_answer *answer);
int mc_take_cgdcont(void *ctx, const struct mc_at_answer *answer);
int mc_take_cgauth(void *ctx, const struct mc_at_answer *answer);
int mc_take_pdp(void *ctx, const struct mc_at_answer *answer);
int mc_take_cereg(void *ctx, const struct mc_at_answer *answer);
int mc_take_cereg_urcs(void *ctx, const struct mc_at_answer *answer);
int mc_take_cfun(void *ctx, const struct mc_at_answer *answer);
int mc_take_cpsi(void *ctx, const struct mc_at_answer *answer);
int mc_take_csq(void *ctx, const struct mc_at_answer *answer);
int mc_take_contrdp(void *ctx, const struct mc_at_answer *answer);
int mc_take_cbc(void *ctx, const struct mc_at_answer *answer);
int mc_take_temperature(void *ctx, const struct mc_at_answer *answer);

int mc_build_echo(void *ctx, char *out, size_t out_bytes);
int mc_build_ifc(void *ctx, char *out, size_t out_bytes);
int mc_build_ipr(void *ctx, char *out, size_t out_bytes);
int mc_build_cmux(void *ctx, char *out, size_t out_bytes);
int mc_build_ipr_back(void *ctx, char *out, size_t out_bytes);
int mc_build_cgmr(void *ctx, char *out, size_t out_bytes);
int mc_build_cgsn(void *ctx, char *out, size_t out_bytes);
int mc_build_card(void *ctx, char *out, size_t out_bytes);
int mc_build_iccid(void *ctx, char *out, size_t out_bytes);
int mc_build_cimi(void *ctx, char *out, size_t out_bytes);
int mc_build_pdp(void *ctx, char *out, size_t out_bytes);
int mc_build_cgdcont_read(void *ctx, char *out, size_t out_bytes);
int mc_build_cgauth_read(void *ctx, char *out, size_t out_bytes);
int mc_build_pin(void *ctx, char *out, size_t out_bytes);
int mc_build_cgdcont(void *ctx, char *out, size_t out_bytes);
int mc_build_cgauth(void *ctx, char *out, size_t out_bytes);
int mc_build_cereg_urcs(void *ctx, char *out, size_t out_bytes);
int mc_build_cereg_read(void *ctx, char *out, size_t out_bytes);
int mc_build_cpsi(void *ctx, char *out, size_t out_bytes);
int mc_build_cbc(void *ctx, char *out, size_t out_bytes);
int mc_build_temperature(void *ctx, char *out, size_t out_bytes);
int mc_build_news(void *ctx, char *out, size_t out_bytes);
int mc_build_context(void *ctx, char *out, size_t out_bytes);
int mc_take_active(void *ctx, const struct mc_at_answer *answer);
int mc_build_csq(void *ctx, char *out, size_t out_bytes);
int mc_build_contrdp(void *ctx, char *out, size_t out_bytes);
int mc_build_dial(void *ctx, char *out, size_t out_bytes);

#endif
