/* SPDX-License-Identifier: MIT */
/* Device, port and board lines by themselves: what ends, what is looked for and who is told when they come, go, fail
 * and are worked. */
#include "fakes.h"
#include <errno.h>

static struct bench *now;
static enum mc_fault open_fault;
static int lines; /* the board's, as mc_session_has_line() says: 1 reset, 2 power */

/* ---- session and call: what only this file asks ---- */

enum mc_fault mc_session_open_port(struct mc_session *session, char *detail, size_t size)
{
    bench_say(now, "open");
    if (open_fault == MC_FAULT_NONE)
        session->open = true;
    else
        snprintf(detail, size, "detail");
    return open_fault;
}

void mc_session_drop(struct mc_session *session, enum mc_session_event why)
{
    bench_say(now, "drop %s", why == MC_SESSION_CLOSED ? "closed" : why == MC_SESSION_UNPLUGGED ? "unplugged" : "?");
    session->present = why != MC_SESSION_UNPLUGGED;
    session->open = session->met = false;
}

void mc_session_no_answers(struct mc_session *session, const char *why)
{
    bench_say(now, "no-answers %s", why);
}

bool mc_session_has_line(const struct mc_session *session, const char *setting)
{
    assert_true(setting == now->settings.modem.reset || setting == now->settings.modem.power);
    return (lines & (setting == now->settings.modem.reset ? 1 : 2)) != 0;
}

void mc_session_work_board(struct mc_session *session, enum mc_board_line what)
{
    static const char *const names[] = {"reset", "power-cycle", "power-on", "power-off"};
    bench_say(now, "work %s", names[what]);
}

void mc_session_board_done(struct mc_session *session, int result)
{
    bench_say(now, "board-done %d", result);
}

void mc_datacall_lost(struct mc_datacall *call)
{
    bench_say(now, "call-lost");
}

/* ---- the other files of the link ---- */

void mc_link_clear_fault(struct mc_link *link)
{
    bench_say(now, "clear-fault");
    link->remedy.fault = MC_FAULT_NONE;
}

void mc_link_enter(struct mc_link *link, enum mc_state state)
{
    bench_say(now, "-> %s", mc_strtab_name(&mc_state_names, (int)state));
}

void mc_link_failed(struct mc_link *link, enum mc_fault fault, const char *detail)
{
    bench_say(now, "failed %s (%s), quiet %d", mc_fault_info(fault)->code, detail, link->look.quiet);
}

void mc_link_go_up(struct mc_link *link)
{
    bench_say(now, "go-up");
}

void mc_link_note(struct mc_link *link, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    bench_vsay(now, "note ", fmt, ap);
    va_end(ap);
}

bool mc_link_powered_off(const struct mc_link *link)
{
    return link->wish->state == MC_WISH_OFF;
}

void mc_link_publish(struct mc_link *link)
{
    bench_say(now, "publish");
}

void mc_link_rest(struct mc_link *link, enum mc_session_use after)
{
    bench_say(now, "rest %s", use_name(after));
}

void mc_link_walk(struct mc_link *link, enum mc_session_use use, enum mc_step step)
{
    bench_say(now, "walk %s %s", use_name(use), mc_bringup_table[step].name);
}

void mc_link_remedy_done(struct mc_link *link)
{
    bench_say(now, "remedy-done");
}

void mc_link_not_off(struct mc_link *link)
{
    bench_say(now, "not-off");
}

static void on_wait(void *ctx)
{
    bench_say(ctx, "waited");
}

static void on_shutdown(void *ctx)
{
    bench_say(ctx, "shutdown");
}

static void begin(struct stage *stage)
{
    now = &stage->bench;
    open_fault = MC_FAULT_NONE;
    lines = 0;
    mc_timer_init(&stage->link.wait, "link.wait", on_wait, now);
    mc_timer_init(&stage->link.shutdown_timer, "link.shutdown", on_shutdown, now);
    mc_link_device_init(&stage->link);
}

/* ---- words ---- */

static void show(struct bench *b)
{
    static const char *const pauses[] = {"none", "wait", "rest"};
    const struct mc_link *link = &stage_of(b)->link;
    bench_say(b, "pause %s%s%s%s", pauses[link->pause], link->look.quiet ? ", quiet" : "",
              link->remedy.rechecking ? ", rechecks" : "", mc_timer_armed(&link->port_lost) ? ", port lost" : "");
}

static void work(struct mc_link *link, const char *what)
{
    static const char *const names[] = {"reset", "cycle", "on", "off"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(names[i], what))
            mc_link_work_board(link, (enum mc_board_line)i);
}

static bool arg_word(struct bench *b, const char *word, const char *arg)
{
    struct mc_link *link = &stage_of(b)->link;
    if (!strncmp(word, "closed:", 7))
        mc_link_port_closed(link, atoi(arg));
    else if (!strncmp(word, "drop:", 5))
        mc_link_drop_port(link, MC_SESSION_CLOSED, arg);
    else if (!strncmp(word, "open-fails:", 11))
        open_fault = bench_fault(arg);
    else if (!strncmp(word, "lines:", 6))
        lines = atoi(arg);
    else if (!strncmp(word, "work:", 5))
        work(link, arg);
    else if (!strncmp(word, "board-done:", 11))
        mc_link_board_done(link, atoi(arg));
    else if (!strncmp(word, "worked:", 7))
        mc_link_worked(link, atoi(arg));
    else
        return stage_word(b, word);
    return true;
}

static bool word(struct bench *b, const char *word)
{
    struct mc_link *link = &stage_of(b)->link;
    const char *arg = strchr(word, ':');
    if (arg)
        return arg_word(b, word, arg + 1);
    if (!strcmp(word, "new"))
        link->life = LIFE_NEW;
    else if (!strcmp(word, "stopping"))
        link->life = LIFE_STOPPING;
    else if (!strcmp(word, "at-rest"))
        link->pause = PAUSE_REST;
    else if (!strcmp(word, "waits"))
        mc_timer_arm(&link->wait, b->queue, 5000), link->pause = PAUSE_WAIT;
    else if (!strcmp(word, "quiet"))
        link->look.quiet = true;
    else if (!strcmp(word, "rechecks"))
        link->remedy.rechecking = true;
    else if (!strcmp(word, "on-again"))
        link->on_again = true;
    else if (!strcmp(word, "open"))
        bench_say(b, "%s", mc_link_open_port(link) ? "is open" : "is not");
    else if (!strcmp(word, "comes"))
        mc_link_device(link, true);
    else if (!strcmp(word, "goes"))
        mc_link_device(link, false);
    else if (!strcmp(word, "settle"))
        mc_link_settle_port(link);
    else if (!strcmp(word, "no-device"))
        mc_link_no_device(link);
    else if (!strcmp(word, "has-lines"))
        bench_say(b, "reset %d, power %d", mc_link_has_reset(link), mc_link_has_power(link));
    else if (!strcmp(word, "show"))
        show(b);
    else
        return stage_word(b, word);
    return true;
}

/* ---- rows ---- */

#define GONE   "no-answers The device went away: no answer can come any more.|call-lost|drop unplugged|publish|"
#define CLOSED "no-answers The port was closed: no answer can come any more.|call-lost|drop closed|publish|"

static const struct bench_row rows[] = {
    /* clang-format off */
    {"an open port is open", NULL, "fault:device-gone open", "is open|"},
    {"a shut one is opened", NULL, "shut open open", "open|is open|is open|"},
    {"... which forgives what was wrong with the device", NULL, "shut fault:no-device open", "open|clear-fault|is open|"},
    {"... all of it", NULL, "shut fault:device-busy open", "open|clear-fault|is open|"},
    {"... to the last", NULL, "shut fault:device-gone open", "open|clear-fault|is open|"},
    {"... and nothing more", NULL, "shut fault:modem-silent open", "open|is open|"},
    {"... if it opens", NULL, "shut fault:no-device open-fails:device-busy open", "open|failed device-busy (detail), quiet 0|is not|"},
    {"with the port goes all that hangs on it", NULL, "waits rechecks drop:Why. show +5000",
     "no-answers Why.|call-lost|drop closed|publish|pause none|"},
    {"plugged in: up", NULL, "absent comes", "session plugged|go-up|"},
    {"... before the daemon is ready", NULL, "absent new comes", "session plugged|"},
    {"... which is no news", NULL, "comes absent goes", ""},
    {"... what was waited for a device is not waited for any more", NULL, "absent fault:device-gone waits comes +5000", "session plugged|go-up|"},
    {"... nor when there was none", NULL, "absent fault:no-device waits comes +5000", "session plugged|go-up|"},
    {"... another wait is its walk's to end", NULL, "absent fault:no-carrier waits comes +5000", "session plugged|go-up|5000 waited|"},
    {"... at rest it stays there", NULL, "absent at-rest comes", "session plugged|"},
    {"... which switches on a modem that was switched off", NULL, "absent wish:off comes", "session plugged|wish came-back|go-up|"},
    {"unplugged", NULL, "quiet rechecks verb:connect waits goes show +5000",
     GONE "told -19 The device went away.|failed device-gone (unplugged), quiet 0|pause none|"},
    {"... amid a `power off` that was not told yet: that is over", NULL, "wish:going-off verb:power-off goes",
     GONE "not-off|told -19 The device went away.|failed device-gone (unplugged), quiet 0|"},
    {"... or was: it is off until it is plugged in", NULL, "wish:off verb:power-off goes",
     GONE "told -19 The device went away.|failed device-gone (unplugged), quiet 0|"},
    {"... before the daemon is ready", NULL, "new goes", GONE},
    {"... while it ends", NULL, "stopping verb:connect goes +0", GONE "told -19 The device went away.|shutdown|"},
    {"a port that was closed fails in half a second", NULL, "closed:-5 show +499 +1 +5000",
     CLOSED "pause none, port lost|500 failed device-error (the port was closed: Input/output error), quiet 0|"},
    {"... with its own error", NULL, "closed:-19 +500", CLOSED "500 failed device-error (the port was closed: No such device), quiet 0|"},
    {"... or one", NULL, "closed:0 +500", CLOSED "500 failed device-error (the port was closed: Input/output error), quiet 0|"},
    {"... unless the device went", NULL, "closed:-5 goes +5000", CLOSED GONE "failed device-gone (unplugged), quiet 0|"},
    {"... or the port was opened meanwhile", NULL, "closed:-5 met +500", CLOSED},
    {"... or it was left at rest", NULL, "closed:-5 at-rest +500", CLOSED},
    {"... while the daemon ends, that is the end", NULL, "stopping closed:-5 +0 +5000", CLOSED "shutdown|"},
    {"... a second time is no news", NULL, "closed:-5 closed:-5", CLOSED},
    {"... and at once where it must be known", NULL, "closed:-19 +499 settle +1 settle",
     CLOSED "499 failed device-error (the port was closed: No such device), quiet 0|"},
    {"there is no device", NULL, "no-device", "failed no-device (nothing is plugged in that matches UsbID=388b:ca71), quiet 0|"},
    {"... with that number", "Modem.Serial=E1", "no-device",
     "failed no-device (nothing is plugged in that matches UsbID=388b:ca71 and Serial=E1), quiet 0|"},
    {"... and interface", "Modem.Serial=E1 Modem.UsbInterface=2", "no-device",
     "failed no-device (nothing is plugged in that matches UsbID=388b:ca71 and Serial=E1 and UsbInterface=2), quiet 0|"},
    {"... of that name", "Modem.Device=/dev/ttyX", "no-device", "failed no-device (there is no /dev/ttyX), quiet 0|"},
    {"the board's lines", NULL, "has-lines lines:1 has-lines lines:2 has-lines", "reset 0, power 0|reset 1, power 0|reset 0, power 1|"},
    {"one is worked: it is looked for", NULL, "at-rest work:reset show", "-> sync|work reset|pause none|"},
    {"... which ends a second look", NULL, "rechecks work:on show", "-> sync|work power-on|pause none|"},
    {"... also to switch it on", NULL, "work:cycle work:on", "-> sync|work power-cycle|-> sync|work power-on|"},
    {"... not when it is to go off", NULL, "at-rest work:off show", "work power-off|pause none|"},
    {"... which the board has done", NULL, "board-done:-5", "board-done -5|"},
    {"it was worked: up", NULL, "worked:0", "remedy-done|walk up sync.find|"},
    {"... or not, which a person may read", NULL, "line:power-cycle worked:-5", "note the board's line could not be worked: Input/output error|walk up sync.find|"},
    {"... who had asked for a reset", NULL, "lost line:reset verb:reset worked:-5",
     "note the board's line could not be worked: Input/output error|told -5 The reset line could not be worked: Input/output error.|walk up sync.find|"},
    {"... amid something that is more", NULL, "line:power-cycle verb:reset worked:-5",
     "note the board's line could not be worked: Input/output error|told -5 The power line could not be worked: Input/output error.|walk up sync.find|"},
    {"... or nothing that was for him to know", NULL, "lost line:reset verb:disconnect worked:-5",
     "note the board's line could not be worked: Input/output error|walk up sync.find|"},
    {"a modem that speaks is reset by a command instead", NULL, "line:reset verb:reset worked:-5",
     "note the board's line could not be worked: Input/output error; AT+CRESET instead|remedy-done|walk up remedy.reset|"},
    {"it is off", NULL, "line:power-off wish:off verb:power-off worked:0",
     "remedy-done|told 0 The modem is off: call, PDP context and attach were cut. Coming back costs a boot and an attach, 20 s or more.|rest board|"},
    {"... and nobody waits for that any more", NULL, "line:power-off wish:off worked:0", "remedy-done|rest board|"},
    {"... and is switched on again: that was the last word", NULL, "line:power-off on-again worked:0 worked:0", "remedy-done|-> sync|work power-on|remedy-done|walk up sync.find|"},
    {"... whatever else is wanted then", NULL, "line:power-off on-again wish:command verb:disconnect worked:0", "remedy-done|-> sync|work power-on|"},
    {"... or started again by itself: it is looked for", NULL, "line:power-off verb:power-off worked:0",
     "remedy-done|told -5 The power line was worked, and the modem is on: it started again by itself.|walk up sync.find|"},
    {"... whatever was wanted before", NULL, "line:power-off wish:command verb:power-off worked:0",
     "remedy-done|told -5 The power line was worked, and the modem is on: it started again by itself.|walk up sync.find|"},
    {"... which is nothing to another verb", NULL, "line:power-off verb:connect worked:0", "remedy-done|walk up sync.find|"},
    {"... and a `power off` that was said behind that is still to be done", NULL, "line:power-off wish:going-off verb:power-off worked:0",
     "remedy-done|walk up sync.find|"},
    {"... or not: it is looked for, and wanted as before", NULL, "line:power-off wish:off verb:power-off worked:-5",
     "note the board's line could not be worked: Input/output error|told -5 The power line could not be worked: Input/output error.|not-off|walk up sync.find|"},
    {"... though nobody waits for that any more", NULL, "line:power-off wish:off worked:-5",
     "note the board's line could not be worked: Input/output error|not-off|walk up sync.find|"},
    {"... or it was said twice", NULL, "line:power-off wish:going-off verb:power-off worked:-5",
     "note the board's line could not be worked: Input/output error|told -5 The power line could not be worked: Input/output error.|not-off|walk up sync.find|"},
    {"... or taken back", NULL, "line:power-off wish:command verb:disconnect worked:-5",
     "note the board's line could not be worked: Input/output error|walk up sync.find|"},
    /* clang-format on */
};

static void each_row(void **state)
{
    stage_rows(rows, MC_LENGTH_OF(rows), begin, word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
