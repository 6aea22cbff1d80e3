/* SPDX-License-Identifier: MIT */
/* Each decision between two rows of the sequence, on its own: what is given, where it leads, what it leaves behind. */
#include "given.h"
#include <table_priv.h>

/* A modem that is all right: what a row does not say is so. Time is 101000 (bench_new() begins at 1000). */
#define RIGHT                                                                                                          \
    "facts.imei=869850000000430; facts.iccid=8942310000000000012; facts.firmware=2374B05SIM767XM5A_M; "                \
    "facts.cpin=READY; facts.stat=5; facts.fun=1; facts.context_known=1; facts.context.cid=1; facts.context.type=IP; " \
    "facts.context.apn=soracom.io; facts.auth_known=1; facts.auth_same=1; facts.ifc_dce=2; facts.ifc_dte=2"
#define NOW_MS 101000

#define WRITTEN "facts.written=869850000000430/8942310000000000012 IP soracom.io"
#define LEARNED "facts.mux_of=869850000000430 2374B05SIM767XM5A_M"

enum setting_up { PLAIN, MUXED, MARKED /* the authentication that is wanted was written by us */ };

static const struct decision {
    enum mc_step (*decide)(struct mc_bringup *b);
    const char *given;
    enum mc_step to;
    enum mc_fault fault;
    const char *left; /* behind, in given()'s language */
    const char *note; /* NULL: none */
    enum setting_up how;
} decisions[] = {
    /* The first row of each is what the table names as the next step. */
    {mc_after_find_muxed_late, "", MC_STEP_FIND, .how = MUXED},
    {mc_after_greet, "", MC_STEP_FLOW},
    {mc_after_greet, "set.modem.multiplex=2; facts.flow=1", MC_STEP_SIM, .how = MUXED},
    {mc_after_greet, "set.modem.multiplex=1; facts.flow=1", MC_STEP_SIM, .how = MUXED},
    {mc_after_greet, "set.modem.multiplex=0; facts.flow=1", MC_STEP_MUX_REDO, .how = MUXED},
    {mc_after_greet, "set.modem.multiplex=2; facts.flow=0", MC_STEP_MUX_REDO, .how = MUXED},
    {mc_after_greet, "set.modem.multiplex=2; facts.flow=0; facts.flow_refused=1", MC_STEP_SIM, .how = MUXED},
    {mc_after_greet, "set.modem.multiplex=2; facts.flow=1; facts.baud=9600", MC_STEP_MUX_REDO, .how = MUXED},
    {mc_after_greet, "set.modem.multiplex=2; facts.flow=1; facts.baud=9600; facts.speed_refused=1", MC_STEP_SIM,
     .how = MUXED},

    {mc_after_flow, "set.modem.baud_rate=460800", MC_STEP_SPEED, 0, "facts.flow=1; bench.flow=1"},
    {mc_after_flow, "", MC_STEP_IDENTITY, 0, "facts.flow=1; bench.flow=1"},
    {mc_after_flow, "facts.ifc_dce=0", MC_STEP_FLOW_SET, 0, "facts.flow=0; bench.flow=-1"},
    {mc_after_flow, "facts.ifc_dte=0", MC_STEP_FLOW_SET, 0, "facts.flow=0; bench.flow=-1"},
    {mc_after_flow, "set.modem.flow=0", MC_STEP_FLOW_SET},
    {mc_after_flow, "set.modem.flow=0; facts.ifc_dce=0; facts.ifc_dte=0; facts.flow=1", MC_STEP_IDENTITY, 0,
     "facts.flow=0; bench.flow=0"},
    {mc_after_flow, "facts.flow_refused=1", MC_STEP_FLOW_SET},
    {mc_after_flow, "facts.flow_refused=1; facts.ifc_dce=0; facts.ifc_dte=0", MC_STEP_IDENTITY, 0,
     "facts.flow=0; bench.flow=0"},
    {mc_after_flow_refused, "last.detail=ERROR", MC_STEP_SPEED, 0, "facts.flow=0; bench.flow=0",
     "flow control left at none: ERROR"},
    {mc_after_flow_refused, "set.modem.flow=0; facts.flow=1; last.detail=ERROR", MC_STEP_SPEED, 0, "bench.flow=1",
     "flow control left at RTS/CTS: ERROR"},
    {mc_after_flow_refused, "facts.flow=1", MC_STEP_SPEED, 0, "bench.flow=1"},
    {mc_after_flow_set, "", MC_STEP_FLOW_VERIFY, 0, "facts.flow=1; bench.flow=1"},
    {mc_after_flow_set, "set.modem.flow=0; facts.flow=1", MC_STEP_FLOW_VERIFY, 0, "facts.flow=0; bench.flow=0"},
    {mc_after_flow_verify, "", MC_STEP_FIRMWARE},
    {mc_after_flow_verify, "set.modem.baud_rate=460800", MC_STEP_SPEED_SET},
    {mc_after_flow_verify_refused, "last.detail=ERROR", MC_STEP_FIRMWARE, .note = "does not say what it is: ERROR"},
    {mc_after_flow_verify_refused, "set.modem.baud_rate=460800; last.detail=ERROR", MC_STEP_SPEED_SET,
     .note = "does not say what it is: ERROR"},
    {mc_after_flow_undo, "facts.flow=1", MC_STEP_SPEED, 0, "facts.flow=0; facts.flow_refused=1; bench.flow=0",
     "flow control given up"},

    {mc_after_speed, "speed_before=9600", MC_STEP_IDENTITY, 0, "speed_before=0"},
    {mc_after_speed, "set.modem.baud_rate=460800", MC_STEP_SPEED_SET},
    {mc_after_speed, "set.modem.baud_rate=460800; facts.speed_refused=1", MC_STEP_IDENTITY},
    {mc_after_speed_set, "set.modem.baud_rate=460800", MC_STEP_IDENTITY, 0,
     "speed_before=115200; facts.baud=460800; bench.baud=460800"},
    {mc_after_identity, "", MC_STEP_FIRMWARE},
    {mc_after_identity, "speed_before=115200; facts.baud=460800", MC_STEP_FIRMWARE, 0, "speed_before=0",
     "line speed 115200 -> 460800"},
    {mc_after_identity_late, "speed_before=115200", MC_STEP_SPEED_UNDO},
    {mc_after_identity_late, "", MC_STEP_END, MC_FAULT_MODEM_SILENT, "result.detail=no answer to ATI"},
    {mc_after_identity_refused, "last.end=3", MC_STEP_FIRMWARE, .note = "does not say what it is"},
    {mc_after_identity_refused, "last.end=3; facts.model=X", MC_STEP_FIRMWARE, .note = "does not say what it is"},
    {mc_after_identity_refused, "last.end=3; speed_before=9600", MC_STEP_FIRMWARE, 0, "speed_before=0",
     "does not say what it is"},
    {mc_after_identity_refused, "last.end=1; speed_before=9600; facts.model=X", MC_STEP_FIRMWARE, 0, "speed_before=0",
     "does not say what it is"},
    {mc_after_identity_refused, "last.end=3; speed_before=9600; facts.model=X", MC_STEP_SPEED_UNDO},
    {mc_after_speed_undo, "speed_before=115200; facts.baud=460800", MC_STEP_FIND, 0,
     "facts.baud=115200; facts.speed_refused=1; bench.baud=115200",
     "460800 does not work on this line: back to 115200"},

    {mc_after_firmware, "", MC_STEP_SIM},
    {mc_after_firmware, "set.modem.multiplex=2", MC_STEP_MUX_SET},
    {mc_after_firmware, "set.modem.multiplex=2; facts.firmware=2364B", MC_STEP_MUX_SET},
    {mc_after_firmware, "set.modem.multiplex=2; facts.firmware=2363B", MC_STEP_MUX_ASK},
    {mc_after_firmware, "set.modem.multiplex=2; facts.firmware=23740B", MC_STEP_MUX_ASK},
    {mc_after_firmware, "set.modem.multiplex=2; facts.firmware=2374_B", MC_STEP_MUX_ASK},
    {mc_after_firmware, "set.modem.multiplex=2; facts.firmware=", MC_STEP_MUX_ASK},
    {mc_after_firmware, "set.modem.multiplex=2; facts.mux_why=refused; " LEARNED, MC_STEP_SIM},
    {mc_after_firmware, "set.modem.multiplex=2; facts.mux_why=refused; facts.mux_of=other", MC_STEP_MUX_SET},
    {mc_after_firmware, "set.modem.multiplex=1; facts.mux_why=refused; " LEARNED, MC_STEP_MUX_SET},
    {mc_after_firmware, "set.modem.multiplex=1; facts.firmware=2363B", MC_STEP_MUX_SET},
    {mc_after_firmware, "set.modem.multiplex=1; without_mux=1", MC_STEP_SIM},
    {mc_after_mux_refused, "last.detail=ERROR", MC_STEP_SIM, 0, "facts.mux_why=refused; " LEARNED,
     "no multiplexer (ERROR)"},
    {mc_after_mux_open, "facts.mux_why=refused; " LEARNED, MC_STEP_SIM, 0,
     "facts.mux_why=; facts.mux_of=; mux_unheard=1"},
    {mc_after_sim_late, "", MC_STEP_END, 0, "without_mux=0"},
    {mc_after_sim_late, "mux_unheard=1", MC_STEP_MUX_REDO, 0, "without_mux=1; mux_unheard=0",
     "answers nothing: the link's line is plain|mux-failed unsteady"},
    {mc_after_mux_open_refused, "", MC_STEP_FIND, 0, "without_mux=1; facts.mux_why=", "no memory for the multiplexer"},
    {mc_after_mux_set, "", MC_STEP_MUX_OPEN, 0, "mux_ok=1"},
    {mc_after_mux_undo, "mux_ok=1", MC_STEP_SIM, 0,
     "without_mux=1; facts.mux_why=", "no multiplexer answers: the link's line is plain|mux-failed no-answer"},
    {mc_after_mux_undo, "", MC_STEP_SIM, 0, "without_mux=1; facts.mux_why=",
     "AT+CMUX was not answered, or the modem started anew at it: the link's line is plain|mux-failed unsteady"},
    {mc_after_mux_undo, "mux_ok=1; mux_channel=1", MC_STEP_SIM, 0,
     "without_mux=1; facts.mux_why=", "does not open a channel: the link's line is plain|mux-failed no-channel"},
    {mc_after_mux_undo_late, "mux_ok=1", MC_STEP_FIND, 0, "without_mux=1; mux_pending=1; facts.mux_why="},

    {mc_after_sim, "mux_unheard=1", MC_STEP_SIM_IDENTITY, 0, "mux_unheard=0"},
    {mc_after_sim, "facts.cpin=SIM PIN; facts.pin_tries=3; facts.imsi=901310000000001", MC_STEP_SIM_TRIES, 0,
     "facts.pin_tries=?; facts.iccid=; facts.imsi="},
    {mc_after_sim, "facts.cpin=BUSY", MC_STEP_SIM_READY},
    {mc_after_sim, "facts.cpin=NOT READY", MC_STEP_SIM_READY},
    {mc_after_sim, "facts.cpin=SIM PUK", MC_STEP_END, MC_FAULT_SIM_PUK, "result.detail=AT+CPIN? says SIM PUK"},
    {mc_after_sim, "facts.cpin=PH-FSIM PIN", MC_STEP_END, MC_FAULT_SIM_LOCKED},
    {mc_after_sim_tries, "facts.pin_tries=2", MC_STEP_SIM_UNLOCK},
    {mc_after_sim_tries, "facts.pin_tries=1", MC_STEP_END, MC_FAULT_SIM_PIN_SPENT,
     "result.detail=the SIM wants its PIN, 1 tries left"},
    {mc_after_sim_tries, "facts.pin_tries=?", MC_STEP_END, MC_FAULT_SIM_PIN_SPENT,
     "result.detail=the SIM wants its PIN, and does not say how many tries are left"},
    {mc_after_sim_unlock, "facts.cpin=SIM PIN", MC_STEP_SIM_READY, 0, "unlocking=1; facts.cpin="},
    {mc_after_sim_ready, "unlocking=1", MC_STEP_SIM, 0, "unlocking=0"},
    {mc_after_sim_ready_late, "facts.cpin=BUSY", MC_STEP_END},
    {mc_after_sim_ready_late, "facts.cpin=SIM PIN", MC_STEP_END, MC_FAULT_SIM_PIN_WRONG,
     "result.detail=the modem took the PIN and still asks for it"},
    {mc_after_sim_identity, "", MC_STEP_PDP, 0, "bench.pin_results=+|"},
    {mc_after_sim_identity, "set.pdp.apn=", MC_STEP_END, MC_FAULT_APN_MISSING, "bench.pin_results=+|"},

    {mc_after_pdp, "facts.context_written=1", MC_STEP_REGISTER, 0, "facts.prepared=1; facts.context_written=0"},
    {mc_after_pdp, "facts.context.type=ip", MC_STEP_REGISTER},
    {mc_after_pdp, "facts.context.apn=soracom.io.mnc010.mcc440.gprs", MC_STEP_REGISTER},
    {mc_after_pdp, "facts.context.apn=soracom.io.mnc010.mcc440.gprs.x", MC_STEP_PDP_WRITE, .note = "differs"},
    {mc_after_pdp, "facts.context.apn=soracom.io.mnc010.gprs", MC_STEP_PDP_WRITE, .note = "differs"},
    {mc_after_pdp, "facts.context.apn=soracom.io.mncx.mcc440.gprs", MC_STEP_PDP_WRITE, .note = "differs"},
    {mc_after_pdp, "facts.context.apn=soracom.iox", MC_STEP_PDP_WRITE, .note = "differs"},
    {mc_after_pdp, "facts.context.apn=soracom", MC_STEP_PDP_WRITE, .note = "differs"},
    {mc_after_pdp, "facts.context.apn=Soracom.io", MC_STEP_PDP_WRITE, .note = "differs"},
    {mc_after_pdp, "facts.context.type=IPV6", MC_STEP_PDP_WRITE, 0, "facts.prepared=0; bench.attaches=1",
     "PDP context 1 differs: writing it"},
    {mc_after_pdp, "facts.context_known=0", MC_STEP_PDP_WRITE, .note = "differs"},
    {mc_after_pdp, "facts.auth_same=0", MC_STEP_PDP_WRITE, .note = "differs"},
    {mc_after_pdp, "facts.auth_same=0; facts.auth_known=0", MC_STEP_REGISTER, 0, "facts.prepared=1"},
    {mc_after_pdp, "facts.context.type=IPV6; radio_stays_off=1", MC_STEP_REGISTER, 0,
     "facts.prepared=0; bench.attaches=0"},
    {mc_after_pdp, "facts.context.type=IPV6; bench.attach_wait_ms=1", MC_STEP_END, 0, "result.wait_ms=1"},
    {mc_after_pdp, "facts.context.type=IPV6; " WRITTEN, MC_STEP_REGISTER, 0, "facts.read_as=IPV6 soracom.io",
     "PDP context 1 was written as wanted and reads as IPV6 soracom.io: left so"},
    {mc_after_pdp, "facts.context.apn=SORACOM.IO; " WRITTEN, MC_STEP_REGISTER, 0, "facts.read_as=IP SORACOM.IO",
     "reads as IP SORACOM.IO"},
    {mc_after_pdp, "facts.context.apn=else; " WRITTEN, MC_STEP_PDP_WRITE, 0, "facts.read_as=", "differs"},
    {mc_after_pdp, "facts.context.type=IPV6; facts.read_as=IPV6 soracom.io; " WRITTEN, MC_STEP_REGISTER},
    {mc_after_pdp, "facts.context.type=IPV6; facts.read_as=IP else; " WRITTEN, MC_STEP_PDP_WRITE, .note = "differs"},
    {mc_after_pdp, "facts.context.type=IPV6; facts.written=else", MC_STEP_PDP_WRITE, .note = "differs"},
    {mc_after_pdp, "facts.context.type=IPV6; facts.context_known=0; " WRITTEN, MC_STEP_PDP_WRITE, .note = "differs"},
    {mc_after_pdp, "facts.auth_same=0; facts.auth_reading=a", MC_STEP_REGISTER, 0, "facts.auth_read_as=a",
     "the authentication of context 1 was written as wanted and reads otherwise", MARKED},
    {mc_after_pdp, "facts.auth_same=0; facts.auth_reading=a; facts.auth_other_user=1", MC_STEP_PDP_WRITE, 0,
     "facts.auth_read_as=", "differs", MARKED},
    {mc_after_pdp, "facts.auth_same=0; facts.auth_reading=a; facts.auth_read_as=a", MC_STEP_REGISTER, .how = MARKED},
    {mc_after_pdp, "facts.auth_same=0; facts.auth_reading=a; facts.auth_read_as=b", MC_STEP_PDP_WRITE,
     .note = "differs", .how = MARKED},
    {mc_after_pdp_write,
     "facts.read_as=a; facts.auth_read_as=a; facts.context_known=0; facts.context.cid=9; facts.context.type=PPP; "
     "facts.context.apn=else; facts.auth_same=0; facts.prepared=0; urcs_fresh=1",
     MC_STEP_PDP_SIM, 0,
     WRITTEN "; facts.context_written=1; facts.read_as=; facts.auth_read_as=; facts.context_known=1; "
             "facts.context.cid=1; facts.context.type=IP; facts.context.apn=soracom.io; facts.auth_same=1; "
             "facts.prepared=1; urcs_fresh=0; facts.stat=2; facts.cpin="},
    {mc_after_radio_cycle, "urcs_fresh=1", MC_STEP_PDP_SIM, 0, "urcs_fresh=0; facts.stat=2; facts.cpin="},
    {mc_after_pdp_sim, "facts.prepared=1", MC_STEP_REGISTER_URCS},
    {mc_after_pdp_sim, "facts.prepared=0", MC_STEP_GREET},
    {mc_after_pdp_sim, "facts.prepared=1; facts.cpin=", MC_STEP_REGISTER_URCS, 0, "facts.cpin=READY"},
    {mc_after_pdp_sim, "facts.prepared=1; facts.stat=2", MC_STEP_REGISTER_URCS},
    {mc_after_pdp_sim, "facts.prepared=1; facts.cpin=SIM PIN", MC_STEP_SIM_TRIES, 0, "facts.cpin=SIM PIN"},
    {mc_after_pdp_sim, "facts.prepared=1; facts.cpin=SIM PUK; facts.stat=2", MC_STEP_END, MC_FAULT_SIM_PUK},

    {mc_after_register, "denied_at_ms=7; idle_at_ms=7", MC_STEP_SIGNAL, 0, "denied_at_ms=-1; idle_at_ms=-1"},
    {mc_after_register, "facts.stat=1", MC_STEP_SIGNAL},
    {mc_after_register, "facts.stat=2", MC_STEP_REGISTER_URCS},
    {mc_after_register, "facts.stat=0", MC_STEP_REGISTER_RADIO},
    {mc_after_register, "radio_stays_off=1", MC_STEP_RADIO_OFF},
    {mc_after_register, "radio_stays_off=1; facts.stat=2", MC_STEP_RADIO_OFF},
    {mc_after_register, "radio_stays_off=1; facts.stat=0", MC_STEP_REGISTER_RADIO},
    {mc_after_register, "look_once=1", MC_STEP_SIGNAL},
    {mc_after_register, "look_once=1; facts.stat=2", MC_STEP_END, MC_FAULT_NOT_REGISTERED,
     "result.detail=AT+CEREG still says 2"},
    {mc_after_register, "look_once=1; facts.stat=0", MC_STEP_END, MC_FAULT_NOT_REGISTERED},
    {mc_after_register, "look_once=1; radio_stays_off=1; facts.stat=0", MC_STEP_REGISTER_RADIO},
    {mc_after_radio_check, "", MC_STEP_REGISTER_URCS},
    {mc_after_radio_check, "facts.fun=4", MC_STEP_RADIO_ON, 0, "bench.attaches=1",
     "the radio was off (AT+CFUN? says 4): switching it on"},
    {mc_after_radio_check, "facts.fun=0", MC_STEP_RADIO_ON, 0, "bench.attaches=1", "AT+CFUN? says 0"},
    {mc_after_radio_check, "facts.fun=4; bench.attach_wait_ms=1", MC_STEP_END, 0, "result.wait_ms=1"},
    {mc_after_radio_check, "facts.fun=4; radio_stays_off=1", MC_STEP_END, 0, "bench.attaches=0"},
    {mc_after_radio_check, "facts.fun=1; radio_stays_off=1", MC_STEP_RADIO_OFF},
    {mc_after_register_wait, "", MC_STEP_SIGNAL},
    {mc_after_register_wait, "facts.stat=3", MC_STEP_END, MC_FAULT_REGISTRATION_DENIED,
     "result.detail=AT+CEREG says 3 for 20 s"},
    {mc_after_register_wait, "facts.stat=0; idle_at_ms=81000", MC_STEP_REGISTER_ATTACH, 0,
     "attach_tried=1; bench.attaches=1", "the modem is detached: attaching"},
    {mc_after_register_wait, "facts.stat=0; idle_at_ms=81000; facts.cpin=", MC_STEP_REGISTER_ATTACH,
     .note = "attaching"},
    {mc_after_register_wait, "facts.stat=0; idle_at_ms=81000; bench.attach_wait_ms=1", MC_STEP_END, 0,
     "attach_tried=1; result.wait_ms=1"},
    {mc_after_register_wait, "facts.stat=0; idle_at_ms=81000; facts.cpin=SIM PIN", MC_STEP_SIM_TRIES, 0,
     "attach_tried=0"},
    {mc_after_register_wait, "facts.stat=2; facts.cpin=SIM PIN", MC_STEP_SIM_TRIES},
    {mc_after_register_wait, "facts.stat=2", MC_STEP_SIM_IDENTITY, 0, "attach_tried=0; bench.attaches=0"},
    {mc_after_register_wait, "facts.stat=2; facts.cpin=SIM PUK", MC_STEP_END, MC_FAULT_SIM_PUK},
    {mc_after_register_late, "facts.stat=2", MC_STEP_END, MC_FAULT_NOT_REGISTERED,
     "result.detail=AT+CEREG still says 2"},
    {mc_after_register_late, "facts.stat=2; facts.was_registered=1", MC_STEP_END, MC_FAULT_REGISTRATION_LOST},
    {mc_after_register_late, "facts.stat=3; facts.was_registered=1", MC_STEP_END, MC_FAULT_REGISTRATION_DENIED},
    {mc_after_register_late, "facts.stat=6", MC_STEP_END, MC_FAULT_REGISTRATION_LIMITED},
    {mc_after_register_late, "facts.stat=7", MC_STEP_END, MC_FAULT_REGISTRATION_LIMITED},
    {mc_after_register_late, "facts.stat=8", MC_STEP_END, MC_FAULT_REGISTRATION_LIMITED},
    {mc_after_register_late, "facts.stat=9", MC_STEP_END, MC_FAULT_NOT_REGISTERED},
    {mc_after_register_late, "facts.stat=11; facts.was_registered=1", MC_STEP_END, MC_FAULT_REGISTRATION_LIMITED},
    {mc_after_register_late, "facts.stat=12", MC_STEP_END, MC_FAULT_NOT_REGISTERED},

    {mc_after_signal, "", MC_STEP_DIAL, 0, "facts.was_registered=1"},
    {mc_after_signal, "stop_before_dial=1; facts.cpin=SIM PUK", MC_STEP_END, 0, "facts.was_registered=1"},
    {mc_after_signal, "facts.cpin=SIM PUK", MC_STEP_END, MC_FAULT_SIM_PUK},
    {mc_after_signal, "facts.stat=2", MC_STEP_END, MC_FAULT_REGISTRATION_LOST,
     "result.detail=AT+CEREG says 2 before the dial"},
    {mc_after_signal, "bench.dial_wait_ms=1", MC_STEP_END, 0, "result.wait_ms=1"},
    {mc_after_dial, "call_ended=1", MC_STEP_END, 0, "call_ended=0; dialled_at_ms=101000; result.connected=1"},
    {mc_after_dial_refused, "last.final=2", MC_STEP_DIAL_HANGUP},
    {mc_after_dial_refused, "last.final=3; last.code=999", MC_STEP_DIAL_HANGUP},
    {mc_after_dial_refused, "last.final=3; last.code=127", MC_STEP_END},
    {mc_after_dial_refused, "last.final=4; last.code=127", MC_STEP_DIAL_HANGUP},
    {mc_after_dial_refused, "last.final=5", MC_STEP_END},
    {mc_after_check, "facts.prepared=1", MC_STEP_REGISTER},
    {mc_after_check, "facts.prepared=0", MC_STEP_GREET},
    {mc_after_check, "facts.prepared=1; facts.cpin=SIM PIN", MC_STEP_GREET, 0, "facts.prepared=0"},
    {mc_after_check, "facts.prepared=1; facts.cpin=BUSY", MC_STEP_GREET, 0, "facts.prepared=0"},
    {mc_after_check, "facts.prepared=1; facts.cpin=SIM PUK", MC_STEP_END, MC_FAULT_SIM_PUK, "facts.prepared=0"},
    {mc_after_check_refused, "facts.prepared=1", MC_STEP_END},
    {mc_after_check_refused, "facts.prepared=0", MC_STEP_GREET},

    {mc_after_reset, "facts.baud=460800; facts.flow=1; bench.baud=460800; set.modem.boot_time_ms=77",
     MC_STEP_RESET_WAIT, 0,
     "facts.baud=115200; bench.baud=115200; facts.flow=0; facts.cpin=; bench.flow=0; patience_ms=77", .how = MUXED},
    {mc_after_hangup_prove_late, "", MC_STEP_HANGUP_LISTEN},
    {mc_after_radio_off, "facts.rsrp_ddbm=-900", MC_STEP_END, 0, "facts.stat=0; facts.fun=4; facts.rsrp_ddbm=?"},
    {mc_after_power_off, "facts.baud=460800; bench.baud=460800", MC_STEP_END, 0,
     "facts.baud=115200; bench.baud=115200; bench.flow=0; facts.stat=?", .how = MUXED},

    {mc_after_peek_escape, "", MC_STEP_PEEK_PROVE},
    {mc_after_peek_unheard, "", MC_STEP_END, 0,
     "facts.escape_why=no-answer; facts.escape_of=869850000000430 2374B05SIM767XM5A_M",
     "does not bring the modem to command mode"},
    {mc_after_peek_back, "", MC_STEP_END, 0, "facts.escape_why="},
    {mc_after_peek_lost, "last.detail=ERROR", MC_STEP_END, 0, "facts.escape_why=no-answer", "(ERROR)"},
    {mc_after_peek_refused, "last.detail=ERROR", MC_STEP_END, 0, "facts.escape_why=refused", "(ERROR)"},
};

static struct bench *situation(const char *text, enum setting_up how)
{
    struct bench *b = bench_new("warm");
    bench_pass(b, NOW_MS - mc_timerq_now_ms(b->queue));
    given(b, RIGHT);
    given(b, text);
    if (how == MUXED)
        assert_int_equal(mc_line_mux_adopt(b->line, 256, 115200), 0);
    if (how == MARKED)
        mc_auth_mark(b->bringup, mc_wanted_auth(&b->settings), b->settings.pdp.user, b->settings.pdp.password,
                     b->bringup->facts.auth_written);
    return b;
}

static void each_decision(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(decisions); i++) {
        const struct decision *d = &decisions[i];
        _cleanup_bench_ struct bench *b = situation(d->given, d->how);
        char what[160];
        enum mc_step to = d->decide(b->bringup);
        snprintf(what, sizeof(what), "row %zu (%s)", i, d->given);
        if (to != d->to)
            fail_msg("%s: to %s, not %s", what, mc_bringup_table[to].name, mc_bringup_table[d->to].name);
        if (b->bringup->result.fault != d->fault)
            fail_msg("%s: %s (%s)", what, mc_fault_info(b->bringup->result.fault)->code, b->bringup->result.detail);
        if (d->note ? !strstr(b->notes, d->note) : *b->notes)
            fail_msg("%s: said '%s'", what, b->notes);
        expect(b, what, d->left);
    }
}

/* The way that the table names for a row that decides, by which the diagrams are drawn and which a walk that keeps a
 * fault takes, is the plain one of the decision's. */
static void holds(const char *name, enum mc_step (*decide)(struct mc_bringup *), enum mc_step to)
{
    for (size_t i = 0; decide && i < MC_LENGTH_OF(decisions); i++)
        if (decisions[i].decide == decide) {
            if (decisions[i].to != to)
                fail_msg("%s: the table says %s, the decision %s", name, mc_bringup_table[to].name,
                         mc_bringup_table[decisions[i].to].name);
            return;
        }
    if (decide)
        fail_msg("no row tests what %s decides", name);
}

static void the_table_names_the_plain_way(void **state)
{
    for (int step = MC_STEP_FIND; step < MC_STEP_COUNT; step++) {
        const struct mc_bringup_row *row = &mc_bringup_table[step];
        holds(row->name, row->decide, row->next);
        holds(row->name, row->decide_late, row->late_next);
        holds(row->name, row->decide_refused, row->refused_next);
    }
}

static void the_line_follows(void **state)
{
    static const struct {
        enum mc_step (*decide)(struct mc_bringup *b);
        enum setting_up how;
        enum mc_line_owner owner;
        bool carries;
    } rows[] = {
        {mc_after_dial, PLAIN, MC_LINE_OWNER_DATA, true},
        {mc_after_peek_back, PLAIN, MC_LINE_OWNER_DATA, true},
        {mc_after_peek_unheard, PLAIN, MC_LINE_OWNER_DATA, true},
        {mc_after_find_muxed_late, MUXED, MC_LINE_OWNER_AT, false},
        {mc_after_reset, MUXED, MC_LINE_OWNER_AT, false},
        {mc_after_power_off, MUXED, MC_LINE_OWNER_AT, false},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        _cleanup_bench_ struct bench *b = situation("", rows[i].how);
        rows[i].decide(b->bringup);
        if (mc_line_owner(b->line) != rows[i].owner || mc_line_carries(b->line) != rows[i].carries)
            fail_msg("row %zu: owner %d", i, (int)mc_line_owner(b->line));
    }
}

static void what_forbids_a_dial(void **state)
{
    _cleanup_bench_ struct bench *b = situation("", PLAIN);
    b->dial_fault = MC_FAULT_PPPD_MISSING;
    b->dial_wait_ms = 1;
    assert_int_equal(mc_after_signal(b->bringup), MC_STEP_END);
    assert_int_equal(b->bringup->result.fault, MC_FAULT_PPPD_MISSING);
    assert_string_equal(b->bringup->result.detail, mc_fault_info(MC_FAULT_PPPD_MISSING)->text);
    assert_int_equal(b->bringup->result.wait_ms, 0);
}

/* Another fault does not take the place of the first. */
static void the_first_fault_is_the_cause(void **state)
{
    _cleanup_bench_ struct bench *b = situation("facts.stat=3", PLAIN);
    mc_after_register_late(b->bringup);
    given(b, "facts.stat=2");
    mc_after_register_late(b->bringup);
    assert_int_equal(b->bringup->result.fault, MC_FAULT_REGISTRATION_DENIED);
    expect(b, "two faults", "result.detail=AT+CEREG still says 3");
}

static const struct {
    bool (*satisfied)(const struct mc_bringup *b);
    const char *given;
    bool is;
} waits[] = {
    {mc_sim_ready, "", true},
    {mc_sim_ready, "facts.cpin=", false},
    {mc_sim_ready, "facts.cpin=BUSY", false},
    {mc_sim_ready, "facts.cpin=NOT READY", false},
    {mc_sim_ready, "facts.cpin=SIM PIN", true},
    {mc_sim_ready, "facts.cpin=SIM PIN; unlocking=1", false},
    {mc_sim_ready, "facts.cpin=SIM PUK; unlocking=1", true},
    {mc_sim_or_network, "facts.cpin=", true},
    {mc_sim_or_network, "facts.stat=2", true},
    {mc_sim_or_network, "facts.cpin=; facts.stat=2", false},
    {mc_registered_or_denied, "", true},
    {mc_registered_or_denied, "facts.stat=2", false},
    {mc_registered_or_denied, "facts.stat=2; facts.cpin=", false},
    {mc_registered_or_denied, "facts.stat=2; facts.cpin=SIM PIN", true},
    {mc_registered_or_denied, "facts.stat=2; facts.cpin=SIM PUK", true},
    {mc_registered_or_denied, "facts.stat=3; denied_at_ms=81000", true},
    {mc_registered_or_denied, "facts.stat=3; denied_at_ms=81001", false},
    {mc_registered_or_denied, "facts.stat=3; denied_at_ms=0", true},
    {mc_registered_or_denied, "facts.stat=3; denied_at_ms=-1", false},
    {mc_registered_or_denied, "facts.stat=0; idle_at_ms=81000", true},
    {mc_registered_or_denied, "facts.stat=0; idle_at_ms=81001", false},
    {mc_registered_or_denied, "facts.stat=0; idle_at_ms=0", true},
    {mc_registered_or_denied, "facts.stat=0; idle_at_ms=-1", false},
    {mc_registered_or_denied, "facts.stat=0; idle_at_ms=81000; attach_tried=1", false},
    {mc_call_ended, "", false},
    {mc_call_ended, "call_ended=1", true},
    {mc_went_off, "", false},
    {mc_went_off, "said_off=1", true},
};

static void each_wait(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(waits); i++) {
        _cleanup_bench_ struct bench *b = situation(waits[i].given, PLAIN);
        if (waits[i].satisfied(b->bringup) != waits[i].is)
            fail_msg("row %zu (%s): not %d", i, waits[i].given, waits[i].is);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_decision),    cmocka_unit_test(the_table_names_the_plain_way),
        cmocka_unit_test(the_line_follows), cmocka_unit_test(what_forbids_a_dial),
        cmocka_unit_test(each_wait),        cmocka_unit_test(the_first_fault_is_the_cause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
