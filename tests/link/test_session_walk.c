/* SPDX-License-Identifier: MIT */
/* Walks of the session, and what its line tells, on the simulated board. */
#include "session_bench.h"

#define UP       "event:plugged open walk:up:sync.find +60000 "
#define MET      UP "forget "
#define REST     "event:plugged open stop-before-dial:1 walk:up:sync.find +60000 forget "
#define MUX      "Modem.Multiplex=yes "
#define MUX_AUTO "Modem.Multiplex=auto"
#define MUTE     "event:plugged open inject:mute_on brief forget "

static const struct bench_row rows[] = {
    /* clang-format off */
    /* the way up */
    {"to a call", NULL, UP "show",
     "open|baud 115200|21 flow 1|62 pin 8942310000000000012 right|93 call-check|dial?|493 data-mode 1|done up none connected, now none|"
     "60000 met, present, open, met, use none, step end, line data|"},
    {"... step by step", NULL, "steps event:plugged open walk:up:sync.find +60000",
     "open|sync.find|baud 115200|5 sync.greet|10 setup.flow|16 setup.flow-set|21 flow 1|setup.flow-verify|35 setup.firmware|43 sim.state|"
     "50 sim.identity|62 pin 8942310000000000012 right|pdp.compare|75 register.read|81 register.signal|93 call-check|dial?|dial|493 data-mode 1|"
     "done up none connected, now none|"},
    {"one that is greeted was found", NULL, "event:plugged open walk:up:sync.greet +40 show",
     "open|16 flow 1|40 met, present, open, met, use up, step sim.state, line command|"},
    {"... and one that is checked was met", NULL, REST "event:doubted walk:up:sim.check +0 show",
     "met, present, open, met, use up, step sim.check, line command|"},
    {"... by no other step", NULL, REST "event:doubted walk:up:sim.state +0 show", "lost, present, open, use up, step sim.state, line unknown|"},
    {"no further than the dial", NULL, "event:plugged open stop-before-dial:1 walk:up:sync.find +60000 show",
     "open|baud 115200|21 flow 1|62 pin 8942310000000000012 right|93 done up none, now none|"
     "60000 met, present, open, met, use none, step end, line command|"},
    {"... and then on", NULL, REST "stop-before-dial:0 walk:up:sim.check +60000 show",
     "60026 call-check|dial?|60426 data-mode 1|done up none connected, now none|120000 met, present, open, met, use none, step end, line data|"},
    {"no further than the radio", NULL,
     "event:plugged open radio-stays-off:1 walk:up:sync.find +60000 steps radio-stays-off:0 forget walk:up:sim.check +60000",
     "sim.check|60006 register.read|60013 register.radio|60020 attach?|note: the radio was off (AT+CF|radio.on|60227 pdp.sim|"
     "60228 urc +CEREG: 2|64728 urc +CEREG: 5,\"1698\",\"25D8644\",7|register.urcs|register.wait|register.signal|64741 call-check|dial?|dial|"
     "65141 data-mode 1|done up none connected, now none|"},
    {"no pppd, no dial", NULL, "event:plugged open no-pppd walk:up:sync.find +60000 show",
     "open|baud 115200|21 flow 1|62 pin 8942310000000000012 right|93 call-check|done up pppd-missing, now none|"
     "60000 met, present, open, met, use none, step end, line command|"},
    {"the budget of dials", NULL, "event:plugged open dial-wait:5000 walk:up:sync.find +60000 show",
     "open|baud 115200|21 flow 1|62 pin 8942310000000000012 right|93 call-check|dial?|done up none, now none|"
     "60000 met, present, open, met, use none, step end, line command|"},
    {"it is not registered: waited for", NULL, REST "inject:deregister_2 +1000 forget walk:hangup:register.read +60000 show",
     "121000 met, present, open, met, use hangup, step register.wait, line command|"},
    {"... or only looked at", NULL, REST "inject:deregister_2 +1000 forget look-once:1 walk:hangup:register.read +60000 show",
     "61007 done hangup not-registered, now none|121000 met, present, open, met, use none, step end, line command|"},
    {"... and the walk behind that waits, once more", NULL, REST "inject:deregister_2 +1000 look-once:1 walk:hangup:register.read +60000 forget walk:hangup:register.read +60000 show",
     "181000 met, present, open, met, use hangup, step register.wait, line command|"},
    {"... though the look was called off", NULL, REST "inject:deregister_2 +1000 look-once:1 walk:hangup:register.read cancel forget walk:hangup:register.read +60000 show",
     "121000 met, present, open, met, use hangup, step register.wait, line command|"},
    {"... or nobody answered it any more", NULL, REST "inject:deregister_2 +1000 look-once:1 walk:hangup:register.read no-answers forget walk:hangup:register.read +60000 show",
     "121000 met, present, open, met, use hangup, step register.wait, line command|"},
    {"... or the port was given up", NULL,
     REST "inject:deregister_2 +1000 look-once:1 walk:hangup:register.read drop:closed open event:answered forget walk:hangup:register.read +60000 show",
     "121000 met, present, open, met, use hangup, step register.wait, line command|"},
    {"... or a line of the board was worked", NULL,
     REST "inject:deregister_2 +1000 look-once:1 walk:hangup:register.read board:power-on worked:-5 forget walk:hangup:register.read +60000 show",
     "121000 met, present, open, met, use hangup, step register.wait, line command|"},
    {"called off", NULL, "event:plugged open walk:up:sync.find +100 cancel show +60000",
     "open|baud 115200|21 flow 1|62 pin 8942310000000000012 right|93 call-check|dial?|"
     "100 met, present, open, met, use none, step end, line command|493 urc CONNECT|"},
    /* patience */
    {"one that may be starting gets its time", "Modem.BootTime=50", MUTE "walk:up:sync.find +200000", "63400 done up modem-silent, now none|"},
    {"... one that was met does not", "Modem.BootTime=50", REST "event:doubted inject:mute_on brief forget walk:up:sync.find +200000",
     "73050 done up modem-silent, now none|"},
    {"... one that is waking does", "Modem.BootTime=50",
     "event:plugged open event:went-off event:worked inject:mute_on brief forget walk:up:sync.find +200000",
     "63400 done up modem-silent, now none|"},
    /* the card */
    {"its PIN", "SIM.PIN=1234", "event:plugged open inject:pin-lock_1234 walk:up:sync.find +60000",
     "open|baud 115200|1 urc  SIM PIN|22 flow 1|67 pin? 8942310000000000012 3|469 urc +CPIN: READY|487 pin 8942310000000000012 right|"
     "4970 urc +CEREG: 5,\"1698\",\"25D8644\",7|4983 call-check|dial?|5383 data-mode 1|done up none connected, now none|"},
    {"... is the wrong one", "SIM.PIN=4321", "event:plugged open inject:pin-lock_1234 walk:up:sync.find +60000",
     "open|baud 115200|1 urc  SIM PIN|22 flow 1|67 pin? 8942310000000000012 3|468 pin 8942310000000000012 wrong|done up sim-pin-wrong, now none|"},
    {"... may not be tried", "SIM.PIN=1234", "pin-spent event:plugged open inject:pin-lock_1234 walk:up:sync.find +60000",
     "open|baud 115200|1 urc  SIM PIN|22 flow 1|67 pin? 8942310000000000012 3|done up sim-pin-spent, now none|"},
    {"another context", "PDP.APN=other.example", "event:plugged open walk:up:sync.find +60000",
     "open|baud 115200|21 flow 1|62 pin 8942310000000000012 right|75 attach?|note: PDP context 1 differs: w|1012 urc +CEREG: 2|"
     "5513 urc +CEREG: 5,\"1698\",\"25D8644\",7|5525 call-check|dial?|5925 data-mode 1|done up none connected, now none|"},
    /* the end of a call */
    {"its end is seen: asked at once", NULL, MET "steps take-back call-ended walk:hangup:hangup.wait +5000",
     "data-mode 0|hangup.wait|hangup.ask|60600 hangup.escape|62700 hangup.prove|62710 done hangup none, now none|"},
    {"... is not: it is waited for", NULL, MET "steps take-back walk:hangup:hangup.wait +5000",
     "data-mode 0|hangup.wait|62000 hangup.ask|62600 hangup.escape|64700 hangup.prove|64710 done hangup none, now none|"},
    {"the late answer of one that was called off", NULL, "brief event:plugged open walk:up:sync.find +100 cancel forget +1000 show",
     "493 urc CONNECT|1100 lost, present, open, use none, step end, line unknown|"},
    /* what the modem says */
    {"it starts anew", NULL, REST "inject:reboot +60000", "72001 urc QCRDY reboot|72502 urc +CPIN: READY|74501 urc SMS DONE|"},
    /* the multiplexer */
    {"a call in it", MUX, UP "show",
     "open|baud 115200|21 flow 1|53 data-mode 1|74 pin 8942310000000000012 right|96 call-check|dial?|496 done up none connected, now none|"
     "60000 met, present, open, met, use none, step end, line mux, muxed|"},
    {"... and AT beside it", MUX, MET "show at:AT+CSQ +1000",
     "met, present, open, met, use none, step end, line mux, muxed|60005 urc +CSQ: 22,99|60007 answer OK OK|"},
    {"... whose channel the modem closes", MUX, MET "inject:mux-drop_2 +1000 show",
     "data-closed|61000 met, present, open, met, use none, step end, line mux, muxed|"},
    {"... whose late answer leaves AT as it is", MUX, "steps brief event:plugged open walk:up:sync.find +400 show cancel +1000 show",
     "open|sync.find|5 sync.greet|10 setup.flow|16 setup.flow-set|21 flow 1|setup.flow-verify|35 setup.firmware|43 setup.mux-set|"
     "49 setup.mux-open|53 sim.state|61 sim.identity|74 pin 8942310000000000012 right|pdp.compare|88 register.read|96 register.signal|"
     "call-check|dial?|dial|400 met, present, open, met, use up, step dial, line mux, muxed|496 urc CONNECT|"
     "1400 met, present, open, met, use none, step end, line mux, muxed|"},
    {"... that falls silent", MUX, MET "inject:mux-silent_on +120000 show",
     "75000 data-mode 0|mux-lost, state lost: The modem's multiplexer does not answer any more.|"
     "180000 lost, present, open, use none, step end, line unknown|"},
    {"... and is not used any more", MUX_AUTO,
     "brief " REST "show distrust:silent inject:reboot event:rebooted walk:up:sync.find +60000 forget show mux-why",
     "met, present, open, met, use none, step end, line command|why \"silent\"|"},
    /* clang-format on */
};

static void walks(void **state)
{
    session_rows(rows, MC_LENGTH_OF(rows), "warm");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
