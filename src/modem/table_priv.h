/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TABLE_PRIV_H
#define MICROCAT_TABLE_PRIV_H

/* Shared by the sequence's table (bringup_table.c) and the decisions that it names (decide.c). */

#include "bringup_priv.h"

/* A row's `decide`, `decide_late` and `decide_refused`, named after the row. */
enum mc_step mc_after_find_muxed_late(struct mc_bringup *bringup);
enum mc_step mc_after_greet(struct mc_bringup *bringup);
enum mc_step mc_after_firmware(struct mc_bringup *bringup);
enum mc_step mc_after_mux_refused(struct mc_bringup *bringup);
enum mc_step mc_after_mux_set(struct mc_bringup *bringup);
enum mc_step mc_after_mux_open(struct mc_bringup *bringup);
enum mc_step mc_after_mux_open_refused(struct mc_bringup *bringup);
enum mc_step mc_after_mux_undo(struct mc_bringup *bringup);
enum mc_step mc_after_mux_undo_late(struct mc_bringup *bringup);
enum mc_step mc_after_flow(struct mc_bringup *bringup);
enum mc_step mc_after_flow_refused(struct mc_bringup *bringup);
enum mc_step mc_after_flow_set(struct mc_bringup *bringup);
enum mc_step mc_after_flow_undo(struct mc_bringup *bringup);
enum mc_step mc_after_speed(struct mc_bringup *bringup);
enum mc_step mc_after_flow_verify(struct mc_bringup *bringup);
enum mc_step mc_after_flow_verify_refused(struct mc_bringup *bringup);
enum mc_step mc_after_speed_set(struct mc_bringup *bringup);
enum mc_step mc_after_identity(struct mc_bringup *bringup);
enum mc_step mc_after_identity_late(struct mc_bringup *bringup);
enum mc_step mc_after_identity_refused(struct mc_bringup *bringup);
enum mc_step mc_after_speed_undo(struct mc_bringup *bringup);
enum mc_step mc_after_sim(struct mc_bringup *bringup);
enum mc_step mc_after_sim_late(struct mc_bringup *bringup);
enum mc_step mc_after_sim_tries(struct mc_bringup *bringup);
enum mc_step mc_after_sim_unlock(struct mc_bringup *bringup);
enum mc_step mc_after_sim_ready(struct mc_bringup *bringup);
enum mc_step mc_after_sim_ready_late(struct mc_bringup *bringup);
enum mc_step mc_after_sim_identity(struct mc_bringup *bringup);
enum mc_step mc_after_pdp(struct mc_bringup *bringup);
enum mc_step mc_after_pdp_write(struct mc_bringup *bringup);
enum mc_step mc_after_radio_cycle(struct mc_bringup *bringup);
enum mc_step mc_after_pdp_sim(struct mc_bringup *bringup);
enum mc_step mc_after_register(struct mc_bringup *bringup);
enum mc_step mc_after_radio_check(struct mc_bringup *bringup);
enum mc_step mc_after_signal(struct mc_bringup *bringup);
enum mc_step mc_after_dial(struct mc_bringup *bringup);
enum mc_step mc_after_dial_refused(struct mc_bringup *bringup);
enum mc_step mc_after_check(struct mc_bringup *bringup);
enum mc_step mc_after_check_refused(struct mc_bringup *bringup);
enum mc_step mc_after_reset(struct mc_bringup *bringup);
enum mc_step mc_after_hangup_prove_late(struct mc_bringup *bringup);
enum mc_step mc_after_radio_off(struct mc_bringup *bringup);
enum mc_step mc_after_power_off(struct mc_bringup *bringup);
enum mc_step mc_after_register_wait(struct mc_bringup *bringup);
enum mc_step mc_after_register_late(struct mc_bringup *bringup);
enum mc_step mc_after_peek_escape(struct mc_bringup *bringup);
enum mc_step mc_after_peek_unheard(struct mc_bringup *bringup);
enum mc_step mc_after_peek_back(struct mc_bringup *bringup);
enum mc_step mc_after_peek_lost(struct mc_bringup *bringup);
enum mc_step mc_after_peek_refused(struct mc_bringup *bringup);

/* A row's `satisfied`. */
bool mc_sim_ready(const struct mc_bringup *bringup);
bool mc_sim_or_network(const struct mc_bringup *bringup);
bool mc_registered_or_denied(const struct mc_bringup *bringup);
bool mc_call_ended(const struct mc_bringup *bringup);
bool mc_rebooted(const struct mc_bringup *bringup);
bool mc_went_off(const struct mc_bringup *bringup);

#endif
