/* SPDX-License-Identifier: MIT */
/* The sequence as data: a row a step. The state diagram of ARCHITECTURE.md is drawn from this table; the decisions that
 * it names are in decide.c. */
#include "table_priv.h"

#define FAULT(name) MC_FAULT_##name
#define SCRIPT(id, st, nm, sc, dl, ...)                                                                                \
    [MC_STEP_##id] = {.step = MC_STEP_##id,                                                                            \
                      .state = MC_STATE_##st,                                                                          \
                      .name = nm,                                                                                      \
                      .kind = MC_ROW_SCRIPT,                                                                           \
                      .script = MC_SCRIPT_##sc,                                                                        \
                      .deadline_ms = dl,                                                                               \
                      __VA_ARGS__}
#define OTHER(id, st, nm, kd, dl, ...)                                                                                 \
    [MC_STEP_##id] = {                                                                                                 \
        .step = MC_STEP_##id, .state = MC_STATE_##st, .name = nm, .kind = MC_ROW_##kd, .deadline_ms = dl, __VA_ARGS__}
#define TO(id) MC_STEP_##id

/* A table reads by its columns. */
/* clang-format off */
const struct mc_bringup_row mc_bringup_table[MC_STEP_COUNT] = {
    /*     step           state     shown as             script        deadline */
    OTHER(FIND, SYNC, "sync.find", FIND, 360000, .late = FAULT(MODEM_SILENT), .next = TO(GREET), .muxed = TO(FIND_MUXED)),
    SCRIPT(FIND_MUXED, SYNC, "sync.channel", at, 2000, .next = TO(GREET), .late_next = TO(FIND), .decide_late = mc_after_find_muxed_late,
           .refused_next = TO(GREET)),
    SCRIPT(GREET, SYNC, "sync.greet", greet, 30000, .next = TO(FLOW), .decide = mc_after_greet),
    SCRIPT(FLOW, SETUP, "setup.flow", flow_read, 10000, .next = TO(SPEED), .decide = mc_after_flow,
           .refused_next = TO(SPEED), .decide_refused = mc_after_flow_refused),
    SCRIPT(FLOW_SET, SETUP, "setup.flow-set", flow_set, 10000, .next = TO(FLOW_VERIFY), .decide = mc_after_flow_set,
           .refused_next = TO(SPEED), .decide_refused = mc_after_flow_refused),
    SCRIPT(FLOW_VERIFY, SETUP, "setup.flow-verify", flow_verify, 3000, .next = TO(FIRMWARE), .decide = mc_after_flow_verify,
           .late_next = TO(FLOW_UNDO), .refused_next = TO(FIRMWARE), .decide_refused = mc_after_flow_verify_refused),
    SCRIPT(FLOW_UNDO, SETUP, "setup.flow-undo", flow_undo, 5000, .next = TO(SPEED), .decide = mc_after_flow_undo,
           .refused_next = TO(SPEED), .decide_refused = mc_after_flow_undo),
    SCRIPT(SPEED, SETUP, "setup.speed", speed_read, 10000, .next = TO(IDENTITY), .decide = mc_after_speed,
           .refused_next = TO(IDENTITY), .decide_refused = mc_after_speed),
    SCRIPT(SPEED_SET, SETUP, "setup.speed-set", speed_set, 10000, .next = TO(IDENTITY), .decide = mc_after_speed_set,
           .refused_next = TO(IDENTITY)),
    SCRIPT(IDENTITY, SETUP, "setup.identity", identity, 5000, .next = TO(FIRMWARE), .decide = mc_after_identity,
           .late_next = TO(SPEED_UNDO), .decide_late = mc_after_identity_late, .refused_next = TO(FIRMWARE),
           .decide_refused = mc_after_identity_refused),
    SCRIPT(SPEED_UNDO, SETUP, "setup.speed-undo", speed_undo, 5000, .next = TO(FIND), .decide = mc_after_speed_undo,
           .refused_next = TO(FIND), .decide_refused = mc_after_speed_undo),
    SCRIPT(FIRMWARE, SETUP, "setup.firmware", firmware, 20000, .next = TO(SIM), .decide = mc_after_firmware),
    SCRIPT(MUX_ASK, SETUP, "setup.mux-ask", mux_ask, 10000, .next = TO(MUX_SET), .refused_next = TO(SIM),
           .decide_refused = mc_after_mux_refused),
    SCRIPT(MUX_SET, SETUP, "setup.mux-set", mux_set, 1000, .next = TO(MUX_OPEN), .decide = mc_after_mux_set, .late_next = TO(MUX_OPEN),
           .refused_next = TO(SIM), .decide_refused = mc_after_mux_refused),
    OTHER(MUX_OPEN, SETUP, "setup.mux-open", MUX, 7000, .next = TO(SIM), .decide = mc_after_mux_open, .late_next = TO(MUX_UNDO),
          .refused_next = TO(FIND), .decide_refused = mc_after_mux_open_refused),
    SCRIPT(MUX_UNDO, SETUP, "setup.mux-undo", at, 2000, .next = TO(SIM), .decide = mc_after_mux_undo, .late_next = TO(FIND),
           .decide_late = mc_after_mux_undo_late, .refused_next = TO(SIM), .decide_refused = mc_after_mux_undo),
    SCRIPT(SIM, SIM, "sim.state", sim, 10000, .next = TO(SIM_IDENTITY), .decide = mc_after_sim, .decide_late = mc_after_sim_late),
    SCRIPT(SIM_TRIES, SIM, "sim.tries", sim_tries, 20000, .next = TO(SIM_UNLOCK), .decide = mc_after_sim_tries),
    SCRIPT(SIM_UNLOCK, SIM, "sim.unlock", sim_unlock, 10000, .next = TO(SIM_READY), .decide = mc_after_sim_unlock,
           .refused = FAULT(SIM_FAILURE)),
    OTHER(SIM_READY, SIM, "sim.ready", AWAIT, 15000, .script = MC_SCRIPT_sim_poll, .poll_ms = 1000,
          .satisfied = mc_sim_ready, .late = FAULT(SIM_BUSY), .refused = FAULT(SIM_FAILURE), .next = TO(SIM),
          .decide = mc_after_sim_ready, .decide_late = mc_after_sim_ready_late),
    SCRIPT(SIM_IDENTITY, SIM, "sim.identity", sim_identity, 30000, .next = TO(PDP), .decide = mc_after_sim_identity),
    SCRIPT(PDP, PDP, "pdp.compare", pdp, 30000, .next = TO(REGISTER), .decide = mc_after_pdp),
    SCRIPT(PDP_WRITE, PDP, "pdp.write", pdp_write, 75000, .next = TO(PDP_SIM), .decide = mc_after_pdp_write,
           .refused = FAULT(PDP_REFUSED), .refused_next = TO(PDP_RESTORE), .keep_fault = true),
    SCRIPT(PDP_RESTORE, PDP, "pdp.restore", radio_on, 36000, .next = TO(END)), /* comes behind a fault, which stands */
    OTHER(PDP_SIM, PDP, "pdp.sim", AWAIT, 20000, .script = MC_SCRIPT_sim_poll, .poll_ms = 5000, .satisfied = mc_sim_or_network,
          .late = FAULT(SIM_BUSY), .refused = FAULT(SIM_FAILURE), .next = TO(REGISTER_URCS), .decide = mc_after_pdp_sim),
    SCRIPT(REGISTER, REGISTER, "register.read", cereg, 10000, .next = TO(SIGNAL), .decide = mc_after_register),
    SCRIPT(REGISTER_RADIO, REGISTER, "register.radio", radio_check, 10000, .next = TO(REGISTER_URCS),
           .decide = mc_after_radio_check),
    SCRIPT(REGISTER_URCS, REGISTER, "register.urcs", cereg_urcs, 20000, .next = TO(REGISTER_WAIT)),
    OTHER(REGISTER_WAIT, REGISTER, "register.wait", AWAIT, 0, .script = MC_SCRIPT_cereg_poll, .poll_ms = 10000,
          .satisfied = mc_registered_or_denied, .late = FAULT(NOT_REGISTERED), .refused = FAULT(MODEM_REFUSED),
          .next = TO(SIGNAL), .decide = mc_after_register_wait, .decide_late = mc_after_register_late),
    SCRIPT(REGISTER_ATTACH, REGISTER, "register.attach", attach, 50000, .next = TO(REGISTER_URCS)),
    SCRIPT(SIGNAL, REGISTER, "register.signal", signal, 30000, .next = TO(DIAL), .decide = mc_after_signal),
    SCRIPT(DIAL, DIAL, "dial", dial, 55000, .next = TO(END), .decide = mc_after_dial, .late = FAULT(DIAL_TIMEOUT),
           .refused = FAULT(DIAL_REFUSED), .late_next = TO(DIAL_ABORT), .refused_next = TO(DIAL_HANGUP),
           .decide_refused = mc_after_dial_refused, .keep_fault = true),
    OTHER(DIAL_ABORT, HANGUP, "dial.abort", FIND, 30000, .late = FAULT(MODEM_SILENT), .next = TO(END), .muxed = TO(HANGUP_CHANNEL)),
    /* It may hold a call that nobody has: an escape without its ATH leaves one, and each dial is refused while it stands. */
    SCRIPT(DIAL_HANGUP, DIAL, "dial.hangup", hangup, 5000, .next = TO(END), .muxed = TO(HANGUP_CHANNEL)),
    SCRIPT(CHECK, SIM, "sim.check", check, 10000, .next = TO(REGISTER), .decide = mc_after_check, .late_next = TO(FIND),
           .decide_refused = mc_after_check_refused),

    OTHER(HANGUP_WAIT, HANGUP, "hangup.wait", AWAIT, 2000, .satisfied = mc_call_ended,
          .next = TO(HANGUP_ASK), .late_next = TO(HANGUP_ASK), .muxed = TO(HANGUP_CHANNEL)),
    SCRIPT(HANGUP_ASK, HANGUP, "hangup.ask", at, 2000, .next = TO(END), .late_next = TO(HANGUP_ESCAPE),
           .refused_next = TO(HANGUP_PROVE), .muxed = TO(HANGUP_CHANNEL)),
    OTHER(HANGUP_ESCAPE, HANGUP, "hangup.escape", ESCAPE, 5000, .late = FAULT(STUCK_IN_DATA), .next = TO(HANGUP_PROVE)),
    SCRIPT(HANGUP_PROVE, HANGUP, "hangup.prove", ath, 15000, .next = TO(END), .late_next = TO(HANGUP_LISTEN),
           .decide_late = mc_after_hangup_prove_late, .refused_next = TO(HANGUP_LISTEN)),
    /* The modem may take up to 20 s to say +PPPD: DISCONNECTED (seed: AT did not work after disconnect()). */
    OTHER(HANGUP_LISTEN, HANGUP, "hangup.listen", FIND, 30000, .late = FAULT(STUCK_IN_DATA), .next = TO(HANGUP_LAST)),
    SCRIPT(HANGUP_LAST, HANGUP, "hangup.last", hangup, 5000, .next = TO(END)),
    OTHER(HANGUP_CHANNEL, HANGUP, "hangup.channel", REDIAL, 7000, .next = TO(END), .late_next = TO(HANGUP_LISTEN)),
    OTHER(MUX_LEAVE, HANGUP, "mux.leave", UNMUX, 2000, .next = TO(MUX_LEFT), .late_next = TO(MUX_LEFT)),
    /* An ERROR may be for the last frame: who answers so is asked once more there. */
    SCRIPT(MUX_LEFT, HANGUP, "mux.left", at, 2000, .next = TO(END), .late_next = TO(HANGUP_LISTEN), .refused_next = TO(HANGUP_LISTEN)),
    OTHER(MUX_REDO, SYNC, "mux.redo", UNMUX, 2000, .next = TO(FIND), .late_next = TO(FIND)),

    SCRIPT(REATTACH, REGISTER, "remedy.reattach", reattach, 95000, .next = TO(CHECK)),
    SCRIPT(RADIO_CYCLE, REGISTER, "remedy.radio-cycle", radio_cycle, 65000, .next = TO(PDP_SIM),
           .decide = mc_after_radio_cycle, .refused = FAULT(RADIO_REFUSED)),
    SCRIPT(RADIO_OFF, REGISTER, "radio.off", radio_off, 30000, .next = TO(END), .decide = mc_after_radio_off,
           .refused = FAULT(RADIO_REFUSED)),
    SCRIPT(RADIO_ON, REGISTER, "radio.on", radio_on, 36000, .next = TO(PDP_SIM), .decide = mc_after_radio_cycle,
           .refused = FAULT(RADIO_REFUSED)),
    SCRIPT(RESET, SYNC, "remedy.reset", reset, 10000, .satisfied = mc_rebooted, .next = TO(RESET_WAIT), .decide = mc_after_reset),
    /* It says OK, and goes down up to 2 s later: who answers meanwhile is the one that was to be reset. */
    OTHER(RESET_WAIT, SYNC, "remedy.reset-wait", AWAIT, 5000, .satisfied = mc_rebooted, .next = TO(FIND), .late_next = TO(FIND)),
    SCRIPT(POWER_OFF, SYNC, "power.off", power_off, 10000, .satisfied = mc_went_off, .next = TO(END),
           .decide = mc_after_power_off),
    SCRIPT(SAMPLE, REGISTER, "sample", sample, 40000, .next = TO(END)),
    OTHER(PEEK_ESCAPE, REGISTER, "peek.escape", ESCAPE, 5000, .next = TO(PEEK_PROVE), .decide = mc_after_peek_escape),
    SCRIPT(PEEK_PROVE, REGISTER, "peek.prove", at, 2000, .next = TO(PEEK), .late = FAULT(STUCK_IN_DATA), .decide_late = mc_after_peek_unheard,
           .refused_next = TO(PEEK)),
    SCRIPT(PEEK, REGISTER, "peek", peek, 10000, .next = TO(PEEK_BACK), .late_next = TO(PEEK_BACK), .refused_next = TO(PEEK_BACK)),
    SCRIPT(PEEK_BACK, REGISTER, "peek.back", online, 5000, .next = TO(END), .decide = mc_after_peek_back, .late = FAULT(NO_CARRIER),
           .refused = FAULT(NO_CARRIER), .decide_late = mc_after_peek_lost, .decide_refused = mc_after_peek_refused),
    OTHER(END, ABSENT, "end", END, 0, .next = TO(END)),
};
/* clang-format on */
