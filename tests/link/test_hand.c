/* SPDX-License-Identifier: MIT */
/* A person's AT commands by themselves: which are the daemon's own, when nobody can be asked, and what is asked. The AT
 * engine is the real one. */
#include "fakes.h"
#include <errno.h>
#include <microcat/at/engine.h>

static struct mc_at *at;

struct mc_at *mc_session_at(const struct mc_session *session)
{
    return at;
}

bool mc_link_powered_off(const struct mc_link *link)
{
    return link->wish->state == MC_WISH_OFF;
}

/* ---- the line ---- */

static int on_write(void *ctx, const void *data, size_t len)
{
    bench_say(ctx, "> %.*s", (int)len - 1, (const char *)data);
    return 0;
}

static void on_urc(void *ctx, const char *line)
{
    bench_say(ctx, "urc %s", line);
}

static void on_done(void *ctx, const struct mc_at_answer *answer)
{
    struct bench *b = ctx;
    char text[400] = "";
    for (size_t i = 0; i < answer->n_lines; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), ", %s", answer->lines[i]);
    bench_say(b, "%s%s", mc_at_result_name(answer->result), text);
}

static void ask(struct stage *stage, const char *command, void *ctx)
{
    int64_t deadline_ms = -1;
    const char *why = NULL;
    int r = mc_link_at(&stage->link, command, on_done, ctx, &deadline_ms, &why);
    if (r < 0)
        bench_say(&stage->bench, "%d %s", r, why);
    else
        bench_say(&stage->bench, "%lld s%s", (long long)(deadline_ms / 1000), why ? why : "");
}

static bool word(struct bench *b, const char *word)
{
    struct stage *stage = stage_of(b);
    if (!strncmp(word, "AT", 2) || !strncmp(word, "at", 2)) {
        ask(stage, word, b);
    } else if (*word == '<') { /* the modem says; '_' is a blank */
        char line[120];
        snprintf(line, sizeof(line), "\r\n%s\r\n", word + 1);
        for (char *c = line; (c = strchr(c, '_'));)
            *c = ' ';
        mc_at_feed(at, (const uint8_t *)line, strlen(line));
    } else if (!strcmp(word, "many")) {
        for (int i = 0; i < 16; i++)
            assert_int_equal(mc_link_at(&stage->link, "AT+CSQ", on_done, b, &(int64_t){0}, &(const char *){NULL}), 0);
    } else if (!strcmp(word, "lent")) {
        stage->link.lease.whole_line = true;
    } else if (!strcmp(word, "withdraw")) {
        mc_link_at_withdraw(&stage->link, b);
    } else if (!strcmp(word, "withdraw-another")) {
        mc_link_at_withdraw(&stage->link, &at);
    } else {
        return stage_word(b, word);
    }
    return true;
}

static void begin(struct stage *stage)
{
    static const struct mc_at_callbacks callbacks = {.write = on_write, .urc = on_urc};
    mc_at_free(at);
    at = mc_at_new(stage->bench.queue, &callbacks, &stage->bench);
    assert_non_null(at);
}

static void end(struct stage *stage)
{
    mc_at_free(at);
    at = NULL;
    stage_end(stage);
}

static void play(const struct bench_row *row)
{
    struct stage stage;
    stage_begin(&stage);
    begin(&stage);
    bench_play(&stage.bench, row, word);
    end(&stage);
}

/* ---- whose are they ---- */

static const struct {
    const char *command, *instead; /* NULL: it is sent */
} commands[] = {
    /* clang-format off */
    {"ATD*99#", "ATD is the daemon's: use `connect`."},
    {"ATDT117", "ATD is the daemon's: use `connect`."},
    {"atd", "ATD is the daemon's: use `connect`."},
    {"ATA", "ATA answers a call, and the line goes to data mode: use `connect`."},
    {"ATO", "ATO is the daemon's: use `connect`."},
    {"ATO0", "ATO is the daemon's: use `connect`."},
    {"ATZ", "ATZ loads a profile, with flow control and speed of its own: use `reset`."},
    {"ATZ1", "ATZ loads a profile, with flow control and speed of its own: use `reset`."},
    {"AT&F", "AT&F loads the factory's profile, with flow control and speed of its own: use `reset`."},
    {"AT&V", NULL},
    {"ATE", "ATE0: the daemon goes by the echo to tell whose an answer is."},
    {"ATE0", "ATE0: the daemon goes by the echo to tell whose an answer is."},
    {"ATE00", "ATE0: the daemon goes by the echo to tell whose an answer is."},
    {"ATE1", NULL},
    {"ATE01", NULL},
    {"ATQ1", "ATQ1: without result codes nobody knows when an answer ends."},
    {"ATQ01", "ATQ1: without result codes nobody knows when an answer ends."},
    {"ATQ", NULL},
    {"ATQ0", NULL},
    {"ATV", "ATV0: the daemon reads result codes as words."},
    {"ATV0", "ATV0: the daemon reads result codes as words."},
    {"ATV1", NULL},
    {"ATS3=10", "ATS3= changes how lines end."},
    {"ATS03=10", "ATS3= changes how lines end."},
    {"ATS3?", NULL},
    {"ATS4=13", "ATS4= changes how lines end."},
    {"ATS5=9", "ATS5= changes how lines are edited."},
    {"ATS0=0", NULL},
    {"AT+CMUX=0", "AT+CMUX changes the line under the daemon."},
    {"AT+CMUX", "AT+CMUX changes the line under the daemon."},
    {"AT+CMUX?", NULL},
    {"AT+CMUX=?", NULL},
    {"AT+CGDATA=\"PPP\",1", "AT+CGDATA is the daemon's: use `connect`."},
    {"AT+CGDATA", "AT+CGDATA is the daemon's: use `connect`."},
    {"AT+CGDATA=?", NULL},
    {"AT+IPR=9600", "AT+IPR changes the line under the daemon: set BaudRate=."},
    {"AT+IPR?", NULL},
    {"AT+IPREX=9600", "AT+IPREX changes the line for good: set BaudRate=."},
    {"AT+IPREX?", NULL},
    {"AT+IFC=2,2", "AT+IFC changes the line under the daemon: set FlowControl=."},
    {"AT+IFC?", NULL},
    {"AT+ICF=3,3", "AT+ICF changes the line under the daemon, which speaks 8N1."},
    {"AT+ICF?", NULL},
    {"AT&K3", "AT&K changes the line under the daemon: set FlowControl=."},
    {"AT\\Q3", "AT\\Q changes the line under the daemon: set FlowControl=."},
    {"AT+CRESET", "Use `reset`."},
    {"AT+CRESET=1", "Use `reset`."},
    {"AT+CRESET=?", NULL},
    {"AT+CPOF", "Use `power off`."},
    {"AT+CPOF=1", "Use `power off`."},
    {"AT+CPOF=?", NULL},
    {"AT+CFUN=6", "AT+CFUN with a reset, and 6 and 7: use `reset`."},
    {"AT+CFUN=6,0", "AT+CFUN with a reset, and 6 and 7: use `reset`."},
    {"AT+CFUN=7", "AT+CFUN with a reset, and 6 and 7: use `reset`."},
    {"AT+CFUN=0,1", "AT+CFUN with a reset, and 6 and 7: use `reset`."},
    {"AT+CFUN=1,1", "AT+CFUN with a reset, and 6 and 7: use `reset`."},
    {"AT+CFUN = 1 , 1", "AT+CFUN with a reset, and 6 and 7: use `reset`."},
    {"AT+CFUN=4,1", "AT+CFUN with a reset, and 6 and 7: use `reset`."},
    {"AT+CFUN=1", NULL},
    {"AT+CFUN=4", NULL},
    {"AT+CFUN=1,0", NULL},
    {"AT+CFUN?", NULL},
    {"AT+CMER=3", "AT+CMER can stop a SIMCom modem from ever answering CONNECT."},
    {"AT+CMER", "AT+CMER can stop a SIMCom modem from ever answering CONNECT."},
    {"AT+CMER?", NULL},
    {"AT+CIND?", "AT+CIND can stop a SIMCom modem from ever answering CONNECT."},
    {"AT+CIND=1", "AT+CIND can stop a SIMCom modem from ever answering CONNECT."},
    {"AT+CIND", "AT+CIND can stop a SIMCom modem from ever answering CONNECT."},
    {"AT+CIND=?", NULL},
    /* wherever in the line they stand */
    {"AT+CSQ;+CRESET", "Use `reset`."},
    {"AT+CSQ;+CPOF;+CBC", "Use `power off`."},
    {"ATE1Q1", "ATQ1: without result codes nobody knows when an answer ends."},
    {"AT+CSQ;+CBC", NULL},
    {"AT", NULL},
    {"at+csq", NULL},
    {"ATI", NULL},
    {"AT+CEREG?", NULL},
    /* none at all */
    {"", "A command starts with AT."},
    {"A", "A command starts with AT."},
    {"+CSQ", "A command starts with AT."},
    {" AT", "A command starts with AT."},
    {"AT\x01", "This is no line of AT commands."},
    {"AT+CSQ;;", NULL},
    {"AT+X=\"\x01\"", "The command has characters that cannot be sent."},
    /* clang-format on */
};

static void whose_they_are(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(commands); i++) {
        struct stage stage;
        char wanted[256];
        const char *command = commands[i].command, *instead = commands[i].instead;
        if (instead)
            snprintf(wanted, sizeof(wanted), "%d %s|", -EINVAL, instead);
        else
            snprintf(wanted, sizeof(wanted), "> %s|60 s|", command);
        stage_begin(&stage);
        begin(&stage);
        ask(&stage, command, &stage.bench);
        if (strcmp(stage.bench.log, wanted) != 0)
            bench_failed("%s: is %s wanted %s", command, stage.bench.log, wanted);
        end(&stage);
    }
    bench_verdict();
}

/* ---- when, and what then ---- */

#define NOT_NOW "-16 The daemon is talking with the modem: try again in a moment.|"
#define ASKED   "> AT+CSQ|60 s|"

static const struct bench_row rows[] = {
    /* clang-format off */
    {"no device", NULL, "absent AT+CSQ", "-19 There is no device.|"},
    {"no power", NULL, "wish:off AT+CSQ", "-19 The modem is powered off.|"},
    {"... which is not so yet", NULL, "wish:going-off AT+CSQ", ASKED},
    {"no device goes before no power, and a command that is the daemon's before both", NULL, "absent wish:off AT+CSQ AT+CPOF",
     "-19 There is no device.|-22 Use `power off`.|"},
    {"the line carries PPP", NULL, "call:up AT+CSQ", "-16 The line carries PPP: `disconnect` first (attach and PDP context stay).|"},
    {"the line is lent", NULL, "lent AT+CSQ", "-16 The line is lent (`microcatctl lease`): end that first.|"},
    {"... from its beginning", NULL, "call:negotiating AT+CSQ", "-16 The line carries PPP: `disconnect` first (attach and PDP context stay).|"},
    {"... beside AT", NULL, "call:up muxed AT+CSQ", ASKED},
    {"no call, no PPP", NULL, "muxed AT+CSQ", ASKED},
    {"it is looked for", NULL, "lost step:sync.find AT+CSQ", "-16 The modem does not answer: it is being looked for.|"},
    {"... and was met: a moment", NULL, "step:sync.find AT+CSQ", NOT_NOW},
    {"the daemon talks with it", NULL, "step:sim.state AT+CSQ", NOT_NOW},
    {"... met or not", NULL, "lost step:sync.greet AT+CSQ", NOT_NOW},
    {"... but for the minutes of a registration", NULL, "step:register.wait AT+CSQ", ASKED},
    {"... and a sample", NULL, "step:sample AT+CSQ", ASKED},
    {"it was not met", NULL, "lost AT+CSQ", "-16 The modem does not answer AT now.|"},
    {"its port is shut", NULL, "shut AT+CSQ", "-16 The modem does not answer AT now.|"},
    {"a line of the board is worked", NULL, "use:board AT+CSQ", "-16 The modem does not answer AT now.|"},
    {"what it answers", NULL, "AT+CSQ;+CBC <+CSQ:_20,99 <+CBC:_3.8V <OK +0", "> AT+CSQ;+CBC|60 s|OK, +CSQ: 20,99, +CBC: 3.8V|"},
    {"... without a prefix", NULL, "ATI <Manufacturer <OK +0", "> ATI|60 s|OK, Manufacturer|"},
    {"... though it comes unasked at other times", NULL, "AT+CEREG? <+CEREG:_2,1 <OK +0 <+CEREG:_1", "> AT+CEREG?|60 s|OK, +CEREG: 2,1|urc +CEREG: 1|"},
    {"... the second of them, too", NULL, "AT+CSQ;+CEREG? <+CSQ:_20,99 <+CEREG:_2,1 <OK +0", "> AT+CSQ;+CEREG?|60 s|OK, +CSQ: 20,99, +CEREG: 2,1|"},
    {"... a basic one owns no lines", NULL, "ATS0?E1 <+CEREG:_2,1 <OK +0", "> ATS0?E1|60 s|urc +CEREG: 2,1|OK|"},
    {"... as many as there is room for", NULL,
     "AT+AAAAAAAAAAAAAAAAAAAAAA;+BBBBBBBBBBBBBBBBBBBBBB;+CCCCCCCCCCCCCCCCCCCCCC;+DDDDDDDDD;+CEREG? <+CEREG:_2,1 <OK +0",
     "> AT+AAAAAAAAAAAAAAAAAAAAAA;+BBBBBBBBBBBBBBBBBBBBBB;+CCCCCCCCCCCCCCCCCCCCCC;+DDDDDDDDD;+CEREG?|60 s|OK, +CEREG: 2,1|"},
    {"... and no more", NULL,
     "AT+AAAAAAAAAAAAAAAAAAAAAA;+BBBBBBBBBBBBBBBBBBBBBB;+CCCCCCCCCCCCCCCCCCCCCC;+DDDDDDDDDD;+CEREG? <+CEREG:_2,1 <OK +0",
     "> AT+AAAAAAAAAAAAAAAAAAAAAA;+BBBBBBBBBBBBBBBBBBBBBB;+CCCCCCCCCCCCCCCCCCCCCC;+DDDDDDDDDD;+CEREG?|60 s|urc +CEREG: 2,1|OK|"},
    {"its time is over", NULL, "AT+CSQ +59999 +1", "> AT+CSQ|60 s|60000 timeout|"},
    {"... also while another is in the way", NULL, "AT+CSQ +1000 AT+CBC +58999 +1 +1000", "> AT+CSQ|60 s|1000 60 s|60000 timeout|> AT+IPR?|61000 timeout|"},
    {"a search takes its time", NULL, "AT+COPS=? +179999 +1", "> AT+COPS=?|180 s|180000 timeout|"},
    {"... as does another network", NULL, "AT+COPS=0", "> AT+COPS=0|180 s|"},
    {"... wherever it stands", NULL, "AT+COPS=?;+CSQ", "> AT+COPS=?;+CSQ|180 s|"},
    {"... the one that is used is known at once", NULL, "AT+COPS?", "> AT+COPS?|60 s|"},
    {"... and no other is as slow", NULL, "AT+CGACT=?", "> AT+CGACT=?|60 s|"},
    {"too many wait", NULL, "AT+CSQ many AT+CBC", ASKED "-105 Too many commands wait already.|"},
    {"who asked is gone: what was not written is not", NULL, "AT+CSQ AT+CBC withdraw <OK +0", ASKED "60 s|cancelled|OK|"},
    {"... what another asked, is", NULL, "AT+CSQ AT+CBC withdraw-another <OK +0", ASKED "60 s|OK|> AT+CBC|"},
    /* clang-format on */
};

static void when_they_can_be_asked(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++)
        play(&rows[i]);
    bench_verdict();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_they_are),
        cmocka_unit_test(when_they_can_be_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
