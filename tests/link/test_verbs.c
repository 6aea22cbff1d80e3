/* SPDX-License-Identifier: MIT */
/* The operator's verbs by themselves: what each asks for as it comes, what is refused, and what it does once the modem
 * is in command mode. */
#include "fakes.h"
#include <errno.h>

static struct {
    bool reset_line, power_line, radio_is_off;
} says;

/* ---- the other files of the link ---- */

void mc_link_clear_fault(struct mc_link *link)
{
    bench_say(bench_of(link), "clear-fault");
}

void mc_link_go_down(struct mc_link *link)
{
    bench_say(bench_of(link), "go-down");
}

void mc_link_go_up(struct mc_link *link)
{
    bench_say(bench_of(link), "go-up");
}

bool mc_link_has_power(const struct mc_link *link)
{
    return says.power_line;
}

bool mc_link_has_reset(const struct mc_link *link)
{
    return says.reset_line;
}

/* One that cannot be opened is a fault, and ends the verb (remedy.c). */
bool mc_link_open_port(struct mc_link *link)
{
    bench_say(bench_of(link), "open-port");
    if (stage_of(bench_of(link))->port_fails)
        mc_wish_end(link->wish, -EIO, "the device is busy");
    return !stage_of(bench_of(link))->port_fails;
}

bool mc_link_powered_off(const struct mc_link *link)
{
    return link->wish->state == MC_WISH_OFF;
}

bool mc_link_wants_online(const struct mc_link *link)
{
    return link->wish->state == MC_WISH_ONLINE;
}

bool mc_link_radio_off(const struct mc_link *link)
{
    return says.radio_is_off;
}

void mc_link_lease_say(const struct mc_link *link, char *out, size_t size)
{
    snprintf(out, size, "The line is lent.");
}

void mc_link_publish(struct mc_link *link)
{
    bench_say(bench_of(link), "publish");
}

void mc_link_settle_port(struct mc_link *link)
{
    bench_say(bench_of(link), "settle-port");
}

void mc_link_walk(struct mc_link *link, enum mc_session_use use, enum mc_step step)
{
    bench_say(bench_of(link), "walk %s %s", use_name(use), mc_bringup_table[step].name);
}

const char *mc_link_way_back(const struct mc_link *link)
{
    return "this is the way back";
}

void mc_link_work_board(struct mc_link *link, enum mc_board_line what)
{
    static const char *const names[] = {"reset", "power-cycle", "power-on", "power-off"};
    bench_say(bench_of(link), "board %s", names[what]);
}

void mc_policy_start_over(struct mc_policy *policy)
{
    bench_say((struct bench *)(void *)policy, "start-over");
}

static void on_wait(void *ctx)
{
    bench_say(ctx, "waited");
}

static void on_done(void *ctx, int result, const char *text)
{
    fail_msg("the fake tells nobody");
}

/* ---- words ---- */

static void show(struct bench *b)
{
    const struct mc_link *link = &stage_of(b)->link;
    static const char *const pauses[] = {"none", "wait", "rest"};
    bench_say(b, "jitter %d, pause %s, retry %lld, next \"%s\"%s%s", link->jitter_due, pauses[link->pause],
              (long long)b->status.retry_at_ms, b->status.next, link->look.quiet ? ", quiet" : "",
              link->look.stays_stopped ? ", stays stopped" : "");
}

static bool word(struct bench *b, const char *word)
{
    struct stage *stage = stage_of(b);
    struct mc_link *link = &stage->link;
    if (!strncmp(word, "say:", 4))
        mc_link_verb(link, (enum mc_verb)mc_strtab_value(&mc_verb_names, word + 4), on_done, b);
    else if (!strcmp(word, "carry"))
        bench_say(b, "carries %d", mc_link_carry_verb(link));
    else if (!strcmp(word, "walked"))
        bench_say(b, "goes on %d", !mc_link_verb_walked(link));
    else if (!strcmp(word, "waited-for"))
        bench_say(b, "waited for %d", mc_link_down_is_waited_for(link));
    else if (!strcmp(word, "not-off"))
        mc_link_not_off(link);
    else if (!strcmp(word, "on-again"))
        bench_say(b, "on again %d", link->on_again);
    else if (!strcmp(word, "up-by-person"))
        mc_link_go_up_by_person(link);
    else if (!strcmp(word, "came-amid-call"))
        stage->wish.came.amid_call = true;
    else if (!strcmp(word, "lent"))
        link->lease.whole_line = true;
    else if (!strcmp(word, "reset-line"))
        says.reset_line = true;
    else if (!strcmp(word, "power-line"))
        says.power_line = true;
    else if (!strcmp(word, "radio-is-off"))
        says.radio_is_off = true;
    else if (!strcmp(word, "port-fails"))
        stage->port_fails = true;
    else if (!strcmp(word, "no-apn"))
        b->settings.pdp.apn[0] = '\0';
    else if (!strcmp(word, "jitter"))
        link->jitter_due = true;
    else if (!strcmp(word, "stays-stopped"))
        link->look.quiet = link->look.stays_stopped = true;
    else if (!strcmp(word, "quiet"))
        link->look.quiet = true;
    else if (!strcmp(word, "wait"))
        mc_timer_arm(&link->wait, b->queue, 5000), link->pause = PAUSE_WAIT;
    else if (!strcmp(word, "next"))
        snprintf(b->status.next, sizeof(b->status.next), "next"), b->status.retry_at_ms = 7;
    else if (!strcmp(word, "show"))
        show(b);
    else
        return stage_word(b, word);
    return true;
}

static void begin(struct stage *stage)
{
    mc_timer_init(&stage->link.wait, "link.wait", on_wait, &stage->bench);
    stage->link.policy = (struct mc_policy *)(void *)&stage->bench;
    says.reset_line = says.power_line = says.radio_is_off = false;
    snprintf(stage->bench.status.ppp.local, sizeof(stage->bench.status.ppp.local), "10.0.0.1");
    snprintf(stage->bench.status.ppp.interface, sizeof(stage->bench.status.ppp.interface), "ppp0");
}

#define BEGIN "room|settle-port|begin|"
#define AMID  "room|settle-port|begin amid-call|"

static const struct bench_row rows[] = {
    /* clang-format off */
    /* in command mode */
    {"disconnect: there was a call", NULL, "verb:disconnect came-amid-call carry",
     "told 0 PPP was cut. Attach and PDP context are kept: the next connect is one dial.|carries 0|"},
    {"... or none", NULL, "verb:disconnect carry",
     "told 0 There was no PPP to cut; attach and PDP context stay as they are, and nothing is dialled until `connect`.|carries 0|"},
    {"radio off", NULL, "verb:radio-off carry", "walk verb radio.off|carries 1|"},
    {"radio on", NULL, "verb:radio-on carry",
     "told 0 The radio is being switched on: a registration, a few seconds to minutes, then a dial.|walk up radio.on|carries 1|"},
    {"... and no further", NULL, "wish:command verb:radio-on carry",
     "told 0 The radio is being switched on: a registration, a few seconds to minutes. Nothing is dialled until `connect`.|walk up radio.on|"
     "carries 1|"},
    {"reset", NULL, "verb:reset carry", "walk up remedy.reset|carries 1|"},
    {"... by a line", NULL, "reset-line verb:reset carry", "board reset|carries 1|"},
    {"power off", NULL, "reset-line verb:power-off carry", "wish switched-off|walk verb power.off|carries 1|"},
    {"... by a line", NULL, "power-line verb:power-off carry", "wish switched-off|board power-off|carries 1|"},
    {"the others ask for no more than the way up", NULL, "carry verb:connect carry verb:reconnect carry verb:power-on carry",
     "carries 0|carries 0|carries 0|carries 0|"},
    {"the radio is off", NULL, "verb:radio-off walked",
     "told 0 The radio is off: call, PDP context and attach were cut. Coming back costs a registration, a few seconds to minutes, and a dial.|"
     "goes on 1|"},
    {"the power is", NULL, "verb:power-off walked",
     "told 0 The modem is off (AT+CPOF): call, PDP context and attach were cut. Without a power line (Power=) only the board's button or power brings it back; then it costs a boot, an attach and a dial.|"
     "goes on 1|"},
    {"command mode is waited for by who needs it", NULL,
     "waited-for verb:disconnect waited-for verb:radio-off waited-for verb:radio-on waited-for verb:reset waited-for verb:power-off waited-for",
     "waited for 0|waited for 1|waited for 1|waited for 1|waited for 1|waited for 1|"},
    {"... by nobody else", NULL, "verb:connect waited-for verb:reconnect waited-for verb:power-on waited-for", "waited for 0|waited for 0|waited for 0|"},
    {"... and for a lease", NULL, "lent waited-for", "waited for 1|"},
    {"it was to be switched off, and was not", NULL, "wish:off before:command not-off", "wish came-back|"},
    {"... nor had it begun", NULL, "wish:going-off not-off not-off", "wish came-back|"},
    {"no other verb has a walk of its own", NULL, "verb:reset walked verb:connect walked", "goes on 1|goes on 1|"},
    {"up, by a person: nothing is waited for", NULL, "jitter wait up-by-person +60000 show",
     "by-person 1|clear-fault|start-over|go-up|60000 jitter 0, pause wait, retry -1, next \"\"|"},
    /* what is so already */
    {"it is off already", NULL, "wish:off say:power-off", "room|settle-port|begin|told 0 The modem is off already: this is the way back.|"},
    {"the radio is off already", NULL, "radio-is-off wish:radio-off say:radio-off",
     "room|settle-port|begin|told 0 The radio is off already: this is the way back.|"},
    {"... but not the power", NULL, "radio-is-off wish:radio-off say:power-off", "room|settle-port|begin|wish switch-off|go-down|"},
    {"... nor is there a call", NULL, "radio-is-off wish:radio-off say:disconnect",
     "room|settle-port|begin|wish settle|told 0 There is no PPP to cut: the radio is off. `radio on` will register, but not dial.|"},
    {"... which does not hinder what comes back", NULL, "radio-is-off wish:radio-off say:connect say:radio-on",
     "room|settle-port|begin|wish connect|stop-before-dial 0|radio-stays-off 0|by-person 1|clear-fault|start-over|go-up|room|settle-port|begin|"
     "wish switch-radio-on|by-person 1|go-down|"},
    /* the line is lent */
    {"nobody else has it, for whatever", NULL, "lent say:connect say:disconnect say:reset wish:off say:power-off",
     "room|settle-port|begin|told -16 The line is lent.|room|settle-port|begin|told -16 The line is lent.|room|settle-port|begin|"
     "told -16 The line is lent.|room|settle-port|begin|told -16 The line is lent.|"},
    /* no device */
    {"no device: connect", NULL, "absent next say:connect show",
     "room|settle-port|begin|wish connect|stop-before-dial 0|radio-stays-off 0|"
     "told -19 There is no device: the link comes up by itself when one is plugged in.|jitter 0, pause none, retry 7, next \"\"|"},
    {"... which is waited for", NULL, "absent next wait say:connect show",
     "room|settle-port|begin|wish connect|stop-before-dial 0|radio-stays-off 0|"
     "told -19 There is no device: the link comes up by itself when one is plugged in.|jitter 0, pause wait, retry 7, next \"next\"|"},
    {"... nor an APN", NULL, "absent no-apn say:reconnect",
     "room|settle-port|begin|wish connect|stop-before-dial 0|radio-stays-off 0|"
     "told -19 There is no device, and no APN is configured (APN=): without both there is no link.|"},
    {"no device: disconnect", NULL, "absent next wait say:disconnect show +60000",
     "room|settle-port|begin|wish disconnect|told 0 There is no device; nothing will be dialled when one comes.|publish|"
     "jitter 0, pause none, retry -1, next \"disconnected on request: nothing is dialled when a device comes, until `connect`\"|"},
    {"no device, and no power either", NULL, "absent wish:off say:disconnect say:connect",
     "room|settle-port|begin|told -19 There is no PPP to cut: the modem is powered off.|room|settle-port|begin|wish expect|"
     "told -19 The modem is powered off: `power on` first.|"},
    {"no device: the rest", NULL, "absent say:radio-off say:radio-on say:reset say:power-off say:power-on",
     "room|settle-port|begin|told -19 There is no device.|room|settle-port|begin|told -19 There is no device.|room|settle-port|begin|"
     "told -19 There is no device.|room|settle-port|begin|told -19 There is no device.|room|settle-port|begin|told -19 There is no device.|"},
    /* no power */
    {"powered off: connect", NULL, "wish:off say:connect",
     "room|settle-port|begin|wish expect|told -19 The modem is powered off: `power on` first.|"},
    {"... reconnect", NULL, "wish:off say:reconnect", "room|settle-port|begin|wish expect|told -19 The modem is powered off: `power on` first.|"},
    {"... disconnect", NULL, "wish:off say:disconnect", "room|settle-port|begin|told -19 There is no PPP to cut: the modem is powered off.|"},
    {"... radio off", NULL, "wish:off say:radio-off", "room|settle-port|begin|told -19 The modem is powered off: `power on` first.|"},
    {"... reset", NULL, "wish:off say:reset", "room|settle-port|begin|told -19 The modem is powered off: `power on` first.|"},
    /* connect */
    {"online already", NULL, "state:online call:up say:connect",
     "room|settle-port|begin amid-call|wish connect|stop-before-dial 0|radio-stays-off 0|told 0 Online already: 10.0.0.1 on ppp0.|"},
    {"... reconnect all the same", NULL, "state:online call:up say:reconnect",
     "room|settle-port|begin amid-call|wish connect|stop-before-dial 0|radio-stays-off 0|start-over|end-call none ()|"},
    {"on its way", NULL, "state:ppp call:negotiating say:connect",
     "room|settle-port|begin amid-call|wish connect|stop-before-dial 0|radio-stays-off 0|"},
    {"nothing is under way", NULL, "wish:command jitter wait say:connect +60000 show",
     "room|settle-port|begin|wish connect|stop-before-dial 0|radio-stays-off 0|by-person 1|clear-fault|start-over|go-up|"
     "60000 jitter 0, pause wait, retry -1, next \"\"|"},
    {"a walk is", NULL, "wish:command use:up wait say:connect +5000",
     "room|settle-port|begin|wish connect|stop-before-dial 0|radio-stays-off 0|by-person 1|5000 waited|"},
    {"... that was to look in silence", NULL, "wish:command use:up stays-stopped say:connect show",
     "room|settle-port|begin|wish connect|stop-before-dial 0|radio-stays-off 0|by-person 1|jitter 0, pause none, retry -1, next \"\"|"},
    {"... for something else", NULL, "wish:command use:up quiet say:connect show",
     "room|settle-port|begin|wish connect|stop-before-dial 0|radio-stays-off 0|by-person 1|jitter 0, pause none, retry -1, next \"\", quiet|"},
    {"... and it starts over", NULL, "use:up say:reconnect",
     "room|settle-port|begin|wish connect|stop-before-dial 0|radio-stays-off 0|by-person 1|start-over|"},
    {"... or had not begun", NULL, "wish:command use:up say:reconnect",
     "room|settle-port|begin|wish connect|stop-before-dial 0|radio-stays-off 0|by-person 1|"},
    {"... or is as it was", NULL, "use:up say:connect", "room|settle-port|begin|wish connect|stop-before-dial 0|radio-stays-off 0|by-person 1|"},
    /* amid the end of a call */
    {"amid a hang-up for a fault", NULL, "state:hangup fault:no-carrier use:hangup say:radio-off",
     "room|settle-port|begin amid-hangup|wish switch-radio-off|go-down|"},
    {"... for none", NULL, "state:hangup use:hangup say:radio-off", "room|settle-port|begin|wish switch-radio-off|go-down|"},
    {"... and after it", NULL, "state:backoff fault:no-carrier say:radio-off", "room|settle-port|begin|wish switch-radio-off|go-down|"},
    /* disconnect, radio, power off */
    {"disconnect", NULL, "call:up say:disconnect", "room|settle-port|begin amid-call|wish disconnect|go-down|"},
    {"radio off", NULL, "call:up say:radio-off", "room|settle-port|begin amid-call|wish switch-radio-off|go-down|"},
    {"radio on", NULL, "wish:radio-off say:radio-on", "room|settle-port|begin|wish switch-radio-on|by-person 1|go-down|"},
    {"... a call says that it is", NULL, "call:up say:radio-on",
     "room|settle-port|begin amid-call|wish switch-radio-on|by-person 1|told 0 The radio is on already.|"},
    {"power off", NULL, "call:up say:power-off", "room|settle-port|begin amid-call|wish switch-off|go-down|"},
    /* reset */
    {"reset", NULL, "wait use:up say:reset +60000", "room|settle-port|begin|open-port|cancel|clear-fault|walk up remedy.reset|"},
    {"... a call ends first", NULL, "wait call:up say:reset +5000", "room|settle-port|begin amid-call|open-port|end-call none ()|5000 waited|"},
    {"... the port cannot be opened", NULL, "shut port-fails say:reset", "room|settle-port|begin|open-port|told -5 the device is busy|"},
    {"... a line that is worked already is let to end: it starts the modem anew as well", NULL, "reset-line power-line wait use:board say:reset +5000",
     "room|settle-port|begin|5000 waited|"},
    /* power on */
    {"it is on already", NULL, "power-line say:power-on", "room|settle-port|begin|told 0 The modem is on already.|"},
    {"... it carries a call", NULL, "lost fault:modem-off call:up say:power-on", "room|settle-port|begin amid-call|told 0 The modem is on already.|"},
    {"... it answers, whatever was told of it", NULL, "fault:modem-silent say:power-on", "room|settle-port|begin|told 0 The modem is on already.|"},
    {"... it does not, but for another reason", NULL, "lost fault:not-a-modem say:power-on",
     "room|settle-port|begin|told 0 The modem is on already.|"},
    {"it was switched off", NULL, "wish:off power-line wait say:power-on +60000",
     "room|settle-port|begin|cancel|wish connect|open-port|"
     "told 0 The modem is being switched on: 10 to 30 s until it answers, then an attach and a dial.|board power-on|"},
    {"... and the port cannot be opened", NULL, "wish:off power-line port-fails say:power-on",
     "room|settle-port|begin|cancel|wish connect|open-port|told -5 the device is busy|"},
    {"it said so itself", NULL, "lost said-off power-line say:power-on",
     "room|settle-port|begin|cancel|wish connect|open-port|"
     "told 0 The modem is being switched on: 10 to 30 s until it answers, then an attach and a dial.|board power-on|"},
    {"it does not answer", NULL, "lost fault:modem-silent power-line say:power-on",
     "room|settle-port|begin|cancel|wish connect|open-port|"
     "told 0 The modem is being switched on: 10 to 30 s until it answers, then an attach and a dial.|board power-on|"},
    {"... or was seen to be off", NULL, "lost fault:modem-off power-line say:power-on",
     "room|settle-port|begin|cancel|wish connect|open-port|"
     "told 0 The modem is being switched on: 10 to 30 s until it answers, then an attach and a dial.|board power-on|"},
    {"a line is worked already", NULL, "lost fault:modem-silent line:power-cycle use:board power-line say:power-on",
     "room|settle-port|begin|told 0 The board's line is being worked already.|"},
    {"... which switches it off: the last word counts", NULL, "wish:off line:power-off use:board power-line say:power-on say:power-on", BEGIN "wish connect|"
     "told 0 The modem is going off, and is switched on right behind that: 15 to 45 s until it answers, then an attach and a dial.|" BEGIN "wish connect|"
     "told 0 The modem is going off, and is switched on right behind that: 15 to 45 s until it answers, then an attach and a dial.|"},
    {"... also when that is `power off` again: so the line does still", NULL,
     "wish:off line:power-off use:board power-line say:power-on say:power-off on-again say:power-on on-again", BEGIN "wish connect|"
     "told 0 The modem is going off, and is switched on right behind that: 15 to 45 s until it answers, then an attach and a dial.|"
     BEGIN "wish switch-off|wish switched-off|go-down|on again 0|" BEGIN "wish connect|"
     "told 0 The modem is going off, and is switched on right behind that: 15 to 45 s until it answers, then an attach and a dial.|on again 1|"},
    {"... one that started meanwhile is still to be switched off", NULL, "wish:command line:power-off use:board power-line say:power-off",
     BEGIN "wish switch-off|go-down|"},
    {"... nor does a word hold longer than its line", NULL,
     "wish:off line:power-off use:board power-line say:power-on use:up line:power-on say:power-off on-again", BEGIN "wish connect|"
     "told 0 The modem is going off, and is switched on right behind that: 15 to 45 s until it answers, then an attach and a dial.|"
     BEGIN "wish switch-off|go-down|on again 0|"},
    {"... and so it does where nothing is worked yet", NULL, "wish:going-off line:power-off use:hangup power-line say:power-on",
     BEGIN "wish came-back|stop-before-dial 0|told 0 The modem is on, and stays on.|"},
    {"... with what was wanted before", NULL, "wish:going-off before:command call:ending say:power-on",
     AMID "wish came-back|stop-before-dial 1|told 0 The modem is on, and stays on.|"},
    {"... where nothing is under way: up", NULL, "wish:going-off wait say:power-on +60000",
     BEGIN "wish came-back|stop-before-dial 0|told 0 The modem is on, and stays on.|by-person 1|clear-fault|start-over|go-up|"},
    {"... one that is still looked for is not known to be on", NULL, "wish:going-off lost use:hangup step:sync.find power-line say:power-on",
     BEGIN "cancel|wish connect|open-port|"
     "told 0 The modem is being switched on: 10 to 30 s until it answers, then an attach and a dial.|board power-on|"},
    {"... nor one that said that it goes off", NULL, "wish:going-off lost said-off power-line say:power-on",
     BEGIN "cancel|wish connect|open-port|"
     "told 0 The modem is being switched on: 10 to 30 s until it answers, then an attach and a dial.|board power-on|"},
    {"... and a line that starts it anyway is let to", NULL, "wish:going-off lost line:power-cycle use:board power-line say:power-on",
     BEGIN "wish came-back|told 0 The board's line is being worked already.|"},
    {"a `power off` that made room for another verb is not wanted any more", NULL,
     "wish:going-off use:up say:reset wish:going-off use:up say:radio-on wish:going-off use:up say:disconnect",
     BEGIN "wish came-back|open-port|cancel|clear-fault|walk up remedy.reset|" BEGIN "wish came-back|wish switch-radio-on|by-person 1|go-down|"
     BEGIN "wish came-back|wish disconnect|go-down|"},
    {"... unless it was said again", NULL, "wish:going-off use:up say:power-off", BEGIN "wish switch-off|go-down|"},
    {"there is none", NULL, "wish:off use:up wait say:power-on +60000",
     "room|settle-port|begin|cancel|wish connect|"
     "told -95 No power line is configured (Power=): the daemon cannot switch the modem on. Press the board's button or replug it; it is looked for from now on.|"
     "by-person 1|clear-fault|start-over|go-up|"},
    /* clang-format on */
};

static void verbs(void **state)
{
    stage_rows(rows, MC_LENGTH_OF(rows), begin, word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
