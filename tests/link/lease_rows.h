/* SPDX-License-Identifier: MIT */
/* The rows of test_lease.c: what it is, settings, what happens, what comes of it. */
/* clang-format off */
static const struct bench_row rows[] = {
    {"no device", NULL, "absent ask",
     "-19 There is no device.|"},
    {"no power", NULL, "wish:off ask",
     "-19 The modem is powered off.|"},
    {"a line of the board is worked", NULL, "use:board ask",
     "-16 The modem does not answer AT now.|"},
    {"it was not met", NULL, "lost ask",
     "-16 The modem does not answer AT now.|"},
    {"a walk", NULL, "use:up ask",
     "-16 The daemon is talking with the modem: try again in a moment.|"},
    {"nothing is under way, nor at rest", NULL, "ask",
     "-16 The daemon is talking with the modem: try again in a moment.|"},
    {"at rest, and somebody's command is under way", NULL, "rests busy ask",
     "-16 The daemon is talking with the modem: try again in a moment.|"},
    {"at rest", NULL, "rests ask flags opened who +29999 +1 flags",
     "lend|pause 3 anew 0|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|"
     "1 The line is lent (`microcatctl lease`), for 30 s at the most: end that first (Ctrl-C where it runs).|"
     "30000 note the lease is over: The time is over.|take-back|ended 0 The time is over.|session doubted|go-down|"
     "publish -1 \"the line is lent (lease)\"|pause 0 anew 1|"},
    {"... multiplexed", NULL, "muxed ask flags opened who +30000 flags",
     "lend|pause 0 anew 0|note a channel with AT is lent, for 30 s at the most|lent|publish 30000 \"\"|"
     "0 The line is lent (`microcatctl lease`), for 30 s at the most: end that first (Ctrl-C where it runs).|"
     "30000 note the lease is over: The time is over.|take-back|ended 0 The time is over.|publish -1 \"\"|pause 0 anew 0|"},
    {"... multiplexed, with a call", NULL, "muxed wish:online call:up use:peek ask opened",
     "lend|note a channel with AT is lent, for 30 s at the most|lent|publish 30000 \"\"|"},
    {"... a call is alive", NULL, "rests call:ending ask",
     "-16 The daemon is talking with the modem: try again in a moment.|"},
    {"online is wanted, and rests", NULL, "rests wish:online ask",
     "-16 The modem is not multiplexed, so that the line has one channel: `lease --cut` ends the call first.|"},
    {"a sample is under way", NULL, "use:sample ask who at-rest opened end +0",
     "go-down|1 The line is lent (`microcatctl lease`), for 30 s at the most: end that first (Ctrl-C where it runs).|lend|"
     "note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|note the lease is over: Enough.|"
     "take-back|ended -125 Enough.|session doubted|go-down|publish -1 \"the line is lent (lease)\"|"},
    {"... and a command with it", NULL, "use:sample busy ask at-rest",
     "go-down|lend|"},
    {"... and it fails", NULL, "use:sample ask failed +0 flags",
     "go-down|take-back|ended -5 It failed.|publish -1 \"\"|pause 0 anew 0|"},
    {"... and takes too long", NULL, "use:sample ask +59999 +1 flags",
     "go-down|60000 take-back|ended -110 The line was not free in time.|publish -1 \"\"|pause 0 anew 0|"},
    {"online", NULL, "wish:online call:up ask",
     "-16 The modem is not multiplexed, so that the line has one channel: `lease --cut` ends the call first.|"},
    {"online, cut", NULL, "waits wish:online call:up cut wish:lent call:none use:none rests at-rest opened +2000 end +0 flags",
     "wish lend|go-down|lend|note the line is lent, for 30 s at the most|lent|"
     "publish 30000 \"the line is lent (lease); it connects again when it is back\"|2000 note the lease is over: Enough.|take-back|"
     "wish given-back|stop-before-dial 0|ended -125 Enough.|session doubted|go-up|"
     "publish -1 \"the line is lent (lease); it connects again when it is back\"|pause 0 anew 1|"},
    {"online, cut, and given back when online is wanted", NULL, "wish:online call:up cut wish:lent call:none at-rest opened end wish:online +0",
     "wish lend|go-down|lend|note the line is lent, for 30 s at the most|lent|"
     "publish 30000 \"the line is lent (lease); it connects again when it is back\"|note the lease is over: Enough.|take-back|"
     "wish given-back|stop-before-dial 0|ended -125 Enough.|session doubted|go-up|"
     "publish -1 \"the line is lent (lease); it connects again when it is back\"|"},
    {"... while the daemon stops", NULL, "wish:online call:up cut wish:lent call:none at-rest opened stopping end +0",
     "wish lend|go-down|lend|note the line is lent, for 30 s at the most|lent|"
     "publish 30000 \"the line is lent (lease); it connects again when it is back\"|note the lease is over: Enough.|take-back|"
     "wish given-back|stop-before-dial 1|ended -125 Enough.|"
     "publish -1 \"the line is lent (lease); it connects again when it is back\"|"},
    {"... and never at rest", NULL, "wish:online call:up cut wish:lent +60000",
     "wish lend|go-down|60000 take-back|wish given-back|stop-before-dial 0|ended -110 The line was not free in time.|"
     "publish -1 \"\"|"},
    {"... cut, multiplexed", NULL, "muxed wish:online call:up cut opened",
     "lend|note a channel with AT is lent, for 30 s at the most|lent|publish 30000 \"\"|"},
    {"twice", NULL, "rests ask ask opened ask",
     "lend|-16 A channel is lent already: one at a time.|note the line is lent, for 30 s at the most|lent|"
     "publish 30000 \"the line is lent (lease)\"|-16 A channel is lent already: one at a time.|"},
    {"... again when it is over", NULL, "rests ask opened end ask +0 ask",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|"
     "note the lease is over: Enough.|take-back|-16 A channel is lent already: one at a time.|ended -125 Enough.|session doubted|"
     "go-down|publish -1 \"the line is lent (lease)\"|-16 The daemon is talking with the modem: try again in a moment.|"},
    {"the line cannot", NULL, "rests cannot ask +0 flags",
     "lend|take-back|ended -16 The line is needed for something else: try again in a moment.|session doubted|go-down|"
     "publish -1 \"\"|pause 0 anew 1|"},
    {"no further channel", NULL, "muxed ask refused +0",
     "lend|take-back|ended -95 The modem opens no further channel.|publish -1 \"\"|"},
    {"it opens too late", NULL, "muxed ask +9999 +1",
     "lend|10000 take-back|ended -110 The line was not free in time.|publish -1 \"\"|"},
    {"it goes away", NULL, "muxed ask opened lost-line +0",
     "lend|note a channel with AT is lent, for 30 s at the most|lent|publish 30000 \"\"|note the lease is over: It went away.|"
     "take-back|ended -5 It went away.|publish -1 \"\"|"},
    {"it goes away before it is there", NULL, "muxed ask lost-line +0",
     "lend|take-back|ended -5 It went away.|publish -1 \"\"|"},
    {"ended before it is there", NULL, "muxed ask end +0",
     "lend|take-back|ended -125 Enough.|publish -1 \"\"|"},
    {"ended by nobody", NULL, "end failed at-rest",
     ""},
    {"failed while lent", NULL, "rests ask opened failed at-rest",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|"},
    {"a stop while lent", NULL, "rests ask opened stopping end +0 flags",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|"
     "note the lease is over: Enough.|take-back|ended -125 Enough.|publish -1 \"the line is lent (lease)\"|pause 3 anew 0|"},
    {"typed", NULL, "muxed ask >AT_ opened >AT_ <AT_ <OK_",
     "lend|took 0|note a channel with AT is lent, for 30 s at the most|lent|publish 30000 \"\"|< A|< T|< \r|trace 2 0 AT|> AT\r|"
     "took 3|took 3|< OK\r|trace 2 1 OK|took 3|"},
    {"typed, and no room", NULL, "muxed ask opened room:0 >AT_ >AT_ room:9 line-room",
     "lend|note a channel with AT is lent, for 30 s at the most|lent|publish 30000 \"\"|< A|< T|< \r|trace 2 0 AT|took 3|took 0|"
     "> AT\r|type-again|"},
    {"heard, and no room", NULL, "muxed ask opened ear:3 <HELLO_ holder-room ear:9 <LO_",
     "lend|note a channel with AT is lent, for 30 s at the most|lent|publish 30000 \"\"|< HEL|took 3|resume|< LO\r|trace 2 1 HELLO|"
     "took 3|"},
    {"heard before it is there", NULL, "muxed ask <HELLO_ line-room holder-room",
     "lend|took 6|"},
    {"heard behind the end", NULL, "muxed ask opened end <HELLO_ line-room holder-room >AT_ +0",
     "lend|note a channel with AT is lent, for 30 s at the most|lent|publish 30000 \"\"|note the lease is over: Enough.|take-back|"
     "took 6|took 0|ended -125 Enough.|publish -1 \"\"|"},
    {"an answer is due", NULL, "rests ask opened >AT_ hang-up who +2999 +1 flags",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|< A|< T|< \r|trace 2 0 AT|"
     "> AT\r|took 3|note the lease is over: He left.|"
     "1 The line is lent (`microcatctl lease`), for 30 s at the most: end that first (Ctrl-C where it runs).|3000 take-back|"
     "ended 0 He left.|session doubted|go-down|publish -1 \"the line is lent (lease)\"|pause 0 anew 1|"},
    {"... and comes", NULL, "rests ask opened >AT_ hang-up +500 <OK_ +0 flags",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|< A|< T|< \r|trace 2 0 AT|"
     "> AT\r|took 3|note the lease is over: He left.|500 < O|< K|< \r|trace 2 1 OK|take-back|took 3|ended 0 He left.|"
     "session doubted|go-down|publish -1 \"the line is lent (lease)\"|pause 0 anew 1|"},
    {"... and comes in pieces, with what nobody hears", NULL, "rests ask opened >AT_ hang-up ear:0 <AT_ <O >AT_ holder-room line-room <K_ +0",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|< A|< T|< \r|trace 2 0 AT|"
     "> AT\r|took 3|note the lease is over: He left.|took 3|took 1|took 0|trace 2 1 OK|take-back|took 2|ended 0 He left.|"
     "session doubted|go-down|publish -1 \"the line is lent (lease)\"|"},
    {"... and the line goes away", NULL, "rests ask opened >AT_ hang-up lost-line +0",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|< A|< T|< \r|trace 2 0 AT|"
     "> AT\r|took 3|note the lease is over: He left.|take-back|ended 0 He left.|session doubted|go-down|"
     "publish -1 \"the line is lent (lease)\"|"},
    {"... and it is ended again", NULL, "rests ask opened >AT_ hang-up hang-up +0",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|< A|< T|< \r|trace 2 0 AT|"
     "> AT\r|took 3|note the lease is over: He left.|take-back|ended 0 He left.|session doubted|go-down|"
     "publish -1 \"the line is lent (lease)\"|"},
    {"... when the time is over", NULL, "rests ask opened >AT_ +30000 <OK_ +0",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|< A|< T|< \r|trace 2 0 AT|"
     "> AT\r|took 3|30000 note the lease is over: The time is over.|< O|< K|< \r|trace 2 1 OK|take-back|took 3|"
     "ended 0 The time is over.|session doubted|go-down|publish -1 \"the line is lent (lease)\"|"},
    {"... of a holder who is thrown out", NULL, "rests ask opened >AT_ end +0",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|< A|< T|< \r|trace 2 0 AT|"
     "> AT\r|took 3|note the lease is over: Enough.|take-back|ended -125 Enough.|session doubted|go-down|"
     "publish -1 \"the line is lent (lease)\"|"},
    {"... and the daemon stops", NULL, "rests ask opened >AT_ stopping hang-up +0",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|< A|< T|< \r|trace 2 0 AT|"
     "> AT\r|took 3|note the lease is over: He left.|take-back|ended 0 He left.|publish -1 \"the line is lent (lease)\"|"},
    {"... in the multiplexer nobody waits", NULL, "muxed ask opened >AT_ hang-up +0",
     "lend|note a channel with AT is lent, for 30 s at the most|lent|publish 30000 \"\"|< A|< T|< \r|trace 2 0 AT|> AT\r|took 3|"
     "note the lease is over: He left.|take-back|ended 0 He left.|publish -1 \"\"|"},
    {"... and none is", NULL, "rests ask opened >AT_ <OK_ hang-up +0",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|< A|< T|< \r|trace 2 0 AT|"
     "> AT\r|took 3|< O|< K|< \r|trace 2 1 OK|took 3|note the lease is over: He left.|take-back|ended 0 He left.|session doubted|"
     "go-down|publish -1 \"the line is lent (lease)\"|"},
    {"typed, and room for one byte", NULL, "muxed ask opened room:1 >AT_ room:9 line-room",
     "lend|note a channel with AT is lent, for 30 s at the most|lent|publish 30000 \"\"|< A|< T|< \r|trace 2 0 AT|> A|took 3|> T\r|"
     "type-again|"},
    {"a text that a prompt waits for is given up", NULL, "rests ask opened >AT+CMGS=\"1\"_ <_^>~ hang-up +3000",
     "lend|note the line is lent, for 30 s at the most|lent|publish 30000 \"the line is lent (lease)\"|< A|< T|< +|< C|< M|< G|< S|"
     "< =|< \"|< 1|< \"|< \r|trace 2 0 AT+CMGS=\"1\"|> AT+CMGS=\"1\"\r|took 12|< \r|< \n|< >|<  |took 4|note the lease is over: He left.|"
     "> |3000 > |take-back|ended 0 He left.|session doubted|go-down|publish -1 \"the line is lent (lease)\"|"},
    {"... in the multiplexer, too", NULL, "muxed ask opened >AT+CMGS=\"1\"_ <_^>~ hang-up",
     "lend|note a channel with AT is lent, for 30 s at the most|lent|publish 30000 \"\"|< A|< T|< +|< C|< M|< G|< S|< =|< \"|< 1|< \"|"
     "< \r|trace 2 0 AT+CMGS=\"1\"|> AT+CMGS=\"1\"\r|took 12|< \r|< \n|< >|<  |took 4|note the lease is over: He left.|> |take-back|"},
    {"at rest, and online is wanted, cut", NULL, "rests wish:online cut",
     "wish lend|go-down|"},
    {"at rest, and yet a walk", NULL, "rests use:up ask",
     "-16 The daemon is talking with the modem: try again in a moment.|"},
};
/* clang-format on */
