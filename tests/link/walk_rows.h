/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LINK_WALK_ROWS_H
#define TESTS_LINK_WALK_ROWS_H

/* What test_walk.c plays: words of its own, and what is asked for. */

#define QUIET_STEP(name) "publish \"" name "\" \"\"|"

/* ---- amid a walk ---- */

static const struct bench_row step_rows[] = {
    /* clang-format off */
    {"a step is told, and its state entered", NULL, "begins:sim.state", "-> sim|step sim.state in sim to sim|" QUIET_STEP("sim.state")},
    {"... quietly while what was held may go on", NULL, "quiet begins:sim.state show", QUIET_STEP("sim.state") "pause none, quiet, cycles 0, dials 0|"},
    {"... until it has moved on", NULL, "quiet begins:pdp.compare show",
     "-> pdp|step pdp.compare in pdp to pdp|" QUIET_STEP("pdp.compare") "pause none, cycles 0, dials 0|"},
    {"... and a dial is never quiet", NULL, "quiet held:held begins:register.wait begins:dial show",
     QUIET_STEP("register.wait") "-> dial|step dial in dial to dial|" QUIET_STEP("dial") "pause none, cycles 0, dials 0|"},
    {"a fault that `disconnect` met is over when the modem answers again", NULL, "stays-stopped begins:sync.find begins:sync.greet begins:sync.greet",
     "-> sync|step sync.find in sync to sync|" QUIET_STEP("sync.find") "clear-fault|-> sync|step sync.greet in sync to sync|" QUIET_STEP("sync.greet")
     "-> sync|step sync.greet in sync to sync|" QUIET_STEP("sync.greet")},
    {"... as it is asked before a dial", NULL, "quiet stays-stopped begins:sim.check", "clear-fault|" QUIET_STEP("sim.check")},
    {"one that answers though it was switched off was switched on by hand", NULL, "quiet wish:off begins:sync.find begins:sync.greet begins:setup.flow",
     QUIET_STEP("sync.find") "by-hand|" QUIET_STEP("sync.greet") QUIET_STEP("setup.flow")},
    {"a reset is over when it answers again", NULL, "quiet verb:reset waited:23999 begins:sync.find begins:sync.greet",
     QUIET_STEP("sync.find") "told 0 The modem was reset: attach, PDP context and call were cut. It answers again after 23 s; an attach and a dial follow.|"
     QUIET_STEP("sync.greet")},
    {"... and no dial follows where none is wanted", NULL, "quiet verb:reset wish:command waited:24000 begins:sync.greet",
     "told 0 The modem was reset: attach, PDP context and call were cut. It answers again after 24 s; "
     "an attach follows, and nothing is dialled until `connect`.|" QUIET_STEP("sync.greet")},
    {"... another verb is not", NULL, "quiet verb:connect begins:sync.greet", QUIET_STEP("sync.greet")},
    {"a modem that is greeted was heard", NULL, "quiet held:held begins:sync.find show begins:sync.greet begins:sim.state show",
     QUIET_STEP("sync.find") "pause none, quiet, cycles 0, dials 0|" QUIET_STEP("sync.greet") QUIET_STEP("sim.state") "pause none, quiet, heard, cycles 0, dials 0|"},
    {"... by that walk, not by the next", NULL, "quiet held:held begins:sync.greet walk:sync.find show",
     QUIET_STEP("sync.greet") "stop-before-dial 0|radio-stays-off 0|walk up sync.find|pause none, quiet, cycles 0, dials 0|"},
    {"a registration begins: who waits for command mode does not wait for it", NULL, "quiet held:held waited-for step:register.wait begins:register.wait +0",
     QUIET_STEP("register.wait") "go-down|"},
    {"... and who comes in the same moment", NULL, "quiet held:held step:register.wait begins:register.wait waited-for +0", QUIET_STEP("register.wait") "go-down|"},
    {"... nobody does", NULL, "quiet held:held step:register.wait begins:register.wait +0 waited-for +60000", QUIET_STEP("register.wait")},
    {"... or it was over at once", NULL, "quiet held:held waited-for begins:register.wait step:register.signal +0", QUIET_STEP("register.wait")},
    {"a look begins: a daemon that leaves does not ask it anything", NULL, "quiet held:held leaves begins:peek.prove begins:peek +0",
     QUIET_STEP("peek.prove") QUIET_STEP("peek") "leave|"},
    {"... nobody leaves", NULL, "quiet held:held begins:peek +0", QUIET_STEP("peek")},
    {"... or what begins is short", NULL, "quiet held:held waited-for begins:register.read step:register.wait +0", QUIET_STEP("register.read")},
    {"a note is told as it is", NULL, "note", "note 50 % of it|"},
    {"the multiplexer is asked for unless it rests", NULL, "mux mux-rests mux no-mux", "mux 1|mux 0|mux-failed no-answer|"},
    {"a PIN is remembered before it is tried", "SIM.PIN=1234", "pin",
     "may 1234 be tried on 8981, 3 left|1234 is tried on 8981, 3 left|save|none|"},
    {"... and not tried where policy says so", "SIM.PIN=1234", "pin:sim-pin-wrong pin", "may 1234 be tried on 8981, 3 left|sim-pin-wrong|"},
    {"... which may be news", "SIM.PIN=1234", "pin:sim-pin-wrong pin-news pin", "may 1234 be tried on 8981, 3 left|save|sim-pin-wrong|"},
    {"one that was right is forgotten", "SIM.PIN=1234", "right pin-news right", "right on 8981|right on 8981|save|"},
    {"one that was wrong is not", "SIM.PIN=1234", "wrong pin-news wrong", "1234 is wrong on 8981|1234 is wrong on 8981|save|"},
    {"an attach is charged, and saved", NULL, "attach show", "attach|save|0 ms|pause none, cycles 1, dials 0|"},
    {"... not one that has to wait", NULL, "by-person budget:60000 attach show", "attach by a person|60000 ms|pause none, cycles 0, dials 0|"},
    {"a dial is charged, and saved while the modem works on it", NULL, "dial show +19 +1 +1000", "dial|0 ms|pause none, cycles 0, dials 1|20 save|"},
    {"... not one that has to wait", NULL, "by-person budget:1 dial show +1000", "dial by a person|1 ms|pause none, cycles 0, dials 0|"},
    /* clang-format on */
};

/* ---- the end of one ---- */

#define DONE "publish \"\" \"\"|"

static const struct bench_row end_rows[] = {
    /* clang-format off */
    {"a walk ended well: what next", NULL, "rechecks use:up done show", DONE "session answered|next up|pause none, cycles 0, dials 0|"},
    {"... a dial, with a call", NULL, "connected rests:5 use:up done", DONE "session answered|start-call|"},
    {"... or with a budget that has to be waited for", NULL, "rests:1 use:up done",
     DONE "session answered|wait 1 redial (this hour's budget of attempts is spent)|"},
    {"... which a verb does not wait for", NULL, "verb:radio-on waited-for rests:3600000 use:up done", DONE "session answered|next up|"},
    {"... nor who wants no call", NULL, "wish:command rests:3600000 use:up done", DONE "session answered|next up|"},
    {"... a sample, which was quiet", NULL, "quiet use:sample done show", DONE "session answered|next sample|pause none, cycles 0, dials 0|"},
    {"... another is quiet still", NULL, "quiet use:up done show", DONE "session answered|next up|pause none, quiet, cycles 0, dials 0|"},
    {"a sample beside a call is nothing but a sample", NULL, "call:up with:modem-refused use:sample done", DONE "next sample|"},
    {"... even if it is not answered", NULL, "call:up with:modem-silent use:sample done", DONE "give-up|next sample|"},
    {"... and at rest it may find a fault", NULL, "with:modem-refused use:sample done", DONE "rechecked modem-refused|failed modem-refused (detail)|"},
    {"a walk up beside a call is more", NULL, "call:up with:modem-refused use:up done", DONE "rechecked modem-refused|failed modem-refused (detail)|"},
    {"it was to go off and did not, whoever waits for what by now", NULL, "wish:off use:verb with:modem-refused done",
     DONE "not-off|rechecked modem-refused|failed modem-refused (detail)|"},
    {"... another walk says nothing of that", NULL, "wish:off use:up with:modem-refused done", DONE "rechecked modem-refused|failed modem-refused (detail)|"},
    {"... nor another verb's", NULL, "wish:radio-off use:verb with:modem-refused done", DONE "rechecked modem-refused|failed modem-refused (detail)|"},
    {"a registration that fails is nothing to who waits for command mode", NULL, "rechecks waited-for with:not-registered use:up done show",
     DONE "next up|pause none, cycles 0, dials 0|"},
    {"... who does not is told", NULL, "with:not-registered use:up done", DONE "rechecked not-registered|failed not-registered (detail)|"},
    {"... another fault is", NULL, "waited-for with:sim-absent use:up done", DONE "rechecked sim-absent|failed sim-absent (detail)|"},
    {"... nor is what a verb has a walk of its own for", NULL, "waited-for with:not-registered use:verb done",
     DONE "rechecked not-registered|failed not-registered (detail)|"},
    {"a look during a call is its own affair", NULL, "call:up use:peek done with:modem-silent done", DONE "peeked none|" DONE "give-up|peeked modem-silent|"},
    {"silence: nobody waits for an answer, and the modem is doubted", NULL, "with:modem-silent use:up done",
     DONE "give-up|session doubted|rechecked modem-silent|failed modem-silent (detail)|"},
    {"... stuck in data, too", NULL, "with:stuck-in-data use:up done", DONE "session doubted|rechecked stuck-in-data|failed stuck-in-data (detail)|"},
    {"... what was looked at again is told there", NULL, "rechecked with:modem-silent use:up done", DONE "give-up|session doubted|rechecked modem-silent|"},
    {"silent because it is off, as it said", NULL, "said-off with:modem-silent use:up done",
     DONE "give-up|session doubted|rechecked modem-off|failed modem-off (detail)|"},
    {"... which does not explain data", NULL, "said-off with:stuck-in-data use:up done", DONE "session doubted|rechecked stuck-in-data|failed stuck-in-data (detail)|"},
    {"... nor what was answered", NULL, "said-off with:modem-refused use:up done", DONE "rechecked modem-refused|failed modem-refused (detail)|"},
    {"silent because it is off, as the bridge says", NULL, "powered:0 with:modem-silent use:up done",
     DONE "give-up|session doubted|rechecked modem-off|failed modem-off (detail)|"},
    {"... which explains data", NULL, "powered:0 with:stuck-in-data use:up done", DONE "session doubted|rechecked modem-off|failed modem-off (detail)|"},
    {"... not what was answered", NULL, "powered:0 with:modem-refused use:up done", DONE "rechecked modem-refused|failed modem-refused (detail)|"},
    {"... and it has power", NULL, "powered:1 with:modem-silent use:up done", DONE "give-up|session doubted|rechecked modem-silent|failed modem-silent (detail)|"},
    {"microcatd ends: in command mode, that is all", NULL, "stopping use:hangup done +0", DONE "shutdown|"},
    {"... or as near as it gets", NULL, "stopping use:hangup with:modem-silent done +0", DONE "give-up|shutdown|"},
    {"... out of the multiplexer", NULL, "stopping muxed use:hangup done +0", DONE "stop-before-dial 1|radio-stays-off 0|walk hangup mux.leave|"},
    {"... which is left to itself when it does not answer", NULL, "stopping muxed use:hangup with:mux-silent done +0", DONE "shutdown|"},
    {"... a multiplexer is no reason to hang up", NULL, "muxed use:hangup done", DONE "session answered|next hangup|"},
    /* clang-format on */
};

/* ---- the beginning of one, and of a rest ---- */

#define SAMPLE "stop-before-dial 0|radio-stays-off 0|walk sample sample|"
#define GO_UP  "stop-before-dial 0|radio-stays-off 0|walk up "

static const struct bench_row begin_rows[] = {
    /* clang-format off */
    {"a walk ends what was waited for", NULL, "waits wait-begins walk:sync.find show +5000", GO_UP "sync.find|pause none, cycles 0, dials 0|"},
    {"... goes up to where no call is wanted", NULL, "wish:command walk:sync.find", "stop-before-dial 1|radio-stays-off 0|walk up sync.find|"},
    {"... and the radio stays off", NULL, "wish:radio-off walk:sync.find", "stop-before-dial 1|radio-stays-off 1|walk up sync.find|"},
    {"... and to no dial when microcatd ends", NULL, "stopping walk:sync.find", "stop-before-dial 1|radio-stays-off 0|walk up sync.find|"},
    {"a sample at rest", NULL, "at-rest sample show", SAMPLE "pause none, quiet past all, cycles 0, dials 0|"},
    {"... is no more than that amid a wait", NULL, "waits sample", ""},
    {"... nor amid anything else", NULL, "sample", ""},
    {"... of a modem that is not met", NULL, "at-rest lost sample", ""},
    {"... or was switched off", NULL, "at-rest wish:off sample", ""},
    {"... amid a command waits a second", NULL, "at-rest busy sample", "sample-in 1000|"},
    {"a sample beside a call", NULL, "call:up muxed sample show", SAMPLE "pause none, quiet past all, cycles 0, dials 0|"},
    {"... not without the multiplexer", NULL, "call:up sample", ""},
    {"... not amid a walk", NULL, "call:up muxed use:up sample", ""},
    {"... and no call, no sample", NULL, "muxed sample", ""},
    {"a look instead", NULL, "peeks at-rest sample", "peek|"},
    {"the first who watches wants one soon", "Modem.SampleInterval=60", "at-rest watchers:0 watchers:1 watchers:2 watchers:0 watchers:2", "sample-in 5000|sample-in 5000|"},
    {"... also beside a call", "Modem.SampleInterval=60", "muxed watchers:1", "sample-in 5000|"},
    {"... where one can be had", "Modem.SampleInterval=60", "watchers:1", ""},
    {"the next sample", "Modem.SampleInterval=60", "sample-again watchers:1 sample-again sample-now watchers:0 sample-again",
     "sample-in 60000|sample-in 5000|sample-in 0|sample-in 60000|"},
    {"... or never", "Modem.SampleInterval=0", "watchers:1 sample-again sample-now", ""},
    {"the way back", NULL, "way-back wish:command way-back wish:radio-off way-back wish:going-off way-back wish:off way-back power-line way-back",
     "way back: |way back: |way back: `radio on` or `connect` brings it back|way back: |"
     "way back: only the board's button or power brings it back|way back: `power on` brings it back|"},
    {"at rest", "Modem.SampleInterval=60", "waits wait-begins use:hangup begins:sim.state rest +5000 show",
     "-> sim|step sim.state in sim to sim|" QUIET_STEP("sim.state")
     "clear-fault|-> stopped|sample-in 0|publish \"\" \"\"|lease-at-rest, pause rest|5000 pause rest, cycles 0, dials 0|"},
    {"... after a sample another is not due yet", "Modem.SampleInterval=60", "use:sample rest", "clear-fault|-> stopped|sample-in 60000|publish \"\" \"\"|lease-at-rest, pause rest|"},
    {"... with the radio off", "Modem.SampleInterval=0", "wish:radio-off rest",
     "clear-fault|-> stopped|publish \"\" \"the radio is off: `radio on` or `connect` brings it back\"|lease-at-rest, pause rest|"},
    {"... with the power off", "Modem.SampleInterval=0", "wish:off power-line rest",
     "clear-fault|-> stopped|publish \"\" \"the modem is off: `power on` brings it back\"|lease-at-rest, pause rest|"},
    {"up, from command mode", NULL, "up", "open-port|" GO_UP "sim.check|"},
    {"... all of it when it is not met", NULL, "lost up", "open-port|" GO_UP "sync.find|"},
    {"... or is to be compared with new settings, once", NULL, "compares up show up",
     "open-port|" GO_UP "sync.find|pause none, cycles 0, dials 0|open-port|" GO_UP "sim.check|"},
    {"... where the port opens", NULL, "compares port-fails up show", "open-port|pause none, compares, cycles 0, dials 0|"},
    {"... and where there is a device", NULL, "absent waits jitter-due up show", "-> absent|pause none, jitter due, cycles 0, dials 0|"},
    {"the first time after a boot in a while", NULL, "jitter-due jitter:1 up show up",
     "jitter|wait 1 look (the host has just booted: not all gateways at once)|pause none, cycles 0, dials 0|open-port|" GO_UP "sim.check|"},
    {"... or at once, as policy says", NULL, "jitter-due up", "jitter|open-port|" GO_UP "sim.check|"},
    /* clang-format on */
};

#endif
