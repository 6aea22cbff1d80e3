/* SPDX-License-Identifier: MIT */
/* AT commands of a person's: which are the daemon's own, and when there is nobody to ask. */
#include "hand.h"
#include "link_priv.h"
#include <errno.h>
#include <microcat/at/cmdline.h>
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

#define DEADLINE_MS      60000
#define SLOW_DEADLINE_MS 180000 /* AT+COPS=?: all bands, one by one */

#define EXEC  (1 << MC_AT_OP_EXEC)
#define READ  (1 << MC_AT_OP_READ)
#define WRITE (1 << MC_AT_OP_WRITE)

/*
 * Commands that change under the daemon what it relies on, wherever in a line they stand. Each with the verb or setting
 * that does it in order. @args: only with such arguments, several parted by '|', an empty one for none; a '*' at the
 * end takes whatever follows.
 */
static const struct {
    const char *name;
    unsigned ops;
    const char *args, *instead;
} owned[] = {
    {"D", EXEC, NULL, "ATD is the daemon's: use `connect`."},
    {"A", EXEC, NULL, "ATA answers a call, and the line goes to data mode: use `connect`."},
    {"O", EXEC, NULL, "ATO is the daemon's: use `connect`."},
    {"Z", EXEC, NULL, "ATZ loads a profile, with flow control and speed of its own: use `reset`."},
    {"&F", EXEC, NULL, "AT&F loads the factory's profile, with flow control and speed of its own: use `reset`."},
    {"E", EXEC, "|0", "ATE0: the daemon goes by the echo to tell whose an answer is."},
    {"Q", EXEC, "1", "ATQ1: without result codes nobody knows when an answer ends."},
    {"V", EXEC, "|0", "ATV0: the daemon reads result codes as words."},
    {"S3", WRITE, NULL, "ATS3= changes how lines end."},
    {"S4", WRITE, NULL, "ATS4= changes how lines end."},
    {"S5", WRITE, NULL, "ATS5= changes how lines are edited."},
    {"+CMUX", EXEC | WRITE, NULL, "AT+CMUX changes the line under the daemon."},
    {"+CGDATA", EXEC | WRITE, NULL, "AT+CGDATA is the daemon's: use `connect`."},
    {"+IPR", WRITE, NULL, "AT+IPR changes the line under the daemon: set BaudRate=."},
    {"+IPREX", WRITE, NULL, "AT+IPREX changes the line for good: set BaudRate=."},
    {"+IFC", WRITE, NULL, "AT+IFC changes the line under the daemon: set FlowControl=."},
    {"+ICF", WRITE, NULL, "AT+ICF changes the line under the daemon, which speaks 8N1."},
    {"&K", EXEC, NULL, "AT&K changes the line under the daemon: set FlowControl=."},
    {"\\Q", EXEC, NULL, "AT\\Q changes the line under the daemon: set FlowControl=."},
    {"+CRESET", EXEC | WRITE, NULL, "Use `reset`."},
    {"+CPOF", EXEC | WRITE, NULL, "Use `power off`."},
    {"+CFUN", WRITE, "6*|7*|,1|0,1|1,1|4,1", "AT+CFUN with a reset, and 6 and 7: use `reset`."},
    {"+CMER", EXEC | WRITE, NULL, "AT+CMER can stop a SIMCom modem from ever answering CONNECT."},
    {"+CIND", EXEC | READ | WRITE, NULL, "AT+CIND can stop a SIMCom modem from ever answering CONNECT."},
};

static bool is_one_of(const char *words, const char *args)
{
    for (const char *word = words;; word++) {
        size_t len = strcspn(word, "|");
        bool open = len > 0 && word[len - 1] == '*';
        if (open ? !strncmp(word, args, len - 1) : strlen(args) == len && !strncmp(word, args, len))
            return true;
        word += len;
        if (!*word)
            return false;
    }
}

static const char *why_owned(const struct mc_at_item *item)
{
    for (size_t i = 0; i < MC_LENGTH_OF(owned); i++)
        if (owned[i].ops & 1u << item->op && !strcmp(owned[i].name, item->name) &&
            (!owned[i].args || is_one_of(owned[i].args, item->args)))
            return owned[i].instead;
    return NULL;
}

static const char *why_not_now(const struct mc_link *link)
{
    enum mc_step step = mc_session_step(link->session);
    bool met = mc_session_met(link->session);
    if (!mc_session_present(link->session))
        return "There is no device.";
    if (mc_link_powered_off(link))
        return "The modem is powered off.";
    if (mc_link_lease_has_line(link))
        return "The line is lent (`microcatctl lease`): end that first.";
    if (mc_datacall_alive(link->call) && !mc_session_muxed(link->session))
        return "The line carries PPP: `disconnect` first (attach and PDP context stay).";
    if (step == MC_STEP_FIND && !met)
        return "The modem does not answer: it is being looked for.";
    if (step != MC_STEP_END && step != MC_STEP_REGISTER_WAIT && step != MC_STEP_SAMPLE)
        return "The daemon is talking with the modem: try again in a moment.";
    if (!met || mc_session_use(link->session) == MC_USE_BOARD)
        return "The modem does not answer AT now.";
    return NULL;
}

static void add_prefix(struct mc_hand_judged *judged, const char *name)
{
    size_t len = strlen(judged->prefix), more = strlen(name) + 3;
    if (*name == '+' && len + more < sizeof(judged->prefix)) /* without one it is a URC, which is shown all the same */
        snprintf(judged->prefix + len, sizeof(judged->prefix) - len, "%s%s:", len ? "|" : "", name);
}

const char *mc_hand_judge(const char *line, struct mc_hand_judged *ret_judged)
{
    struct mc_at_item item;
    const char *why;
    int r;
    *ret_judged = (struct mc_hand_judged){.slow = false};
    while ((r = mc_at_cmdline_next(&line, &item)) == 1) {
        why = why_owned(&item);
        if (why)
            return why;
        add_prefix(ret_judged, item.name);
        ret_judged->slow |= !strcmp(item.name, "+COPS") && item.op >= MC_AT_OP_TEST;
    }
    return r < 0 ? "This is no line of AT commands." : NULL;
}

int mc_link_at(struct mc_link *link, const char *command, mc_at_done_fn *done, void *ctx, int64_t *ret_deadline_ms,
               const char **ret_why)
{
    struct mc_hand_judged judged;
    if (strncasecmp(command, "AT", 2) != 0) {
        *ret_why = "A command starts with AT.";
        return -EINVAL;
    }
    *ret_why = mc_hand_judge(command + 2, &judged);
    if (*ret_why)
        return -EINVAL;
    *ret_why = why_not_now(link);
    if (*ret_why)
        return !mc_session_present(link->session) || mc_link_powered_off(link) ? -ENODEV : -EBUSY;
    const struct mc_at_command at = {.text = command,
                                     .prefix = *judged.prefix ? judged.prefix : NULL,
                                     .timeout_ms = judged.slow ? SLOW_DEADLINE_MS : DEADLINE_MS,
                                     .flags = MC_AT_BARE | MC_AT_IMPATIENT};
    int r = mc_at_send(mc_session_at(link->session), &at, done, ctx);
    if (r < 0)
        *ret_why = r == -EINVAL ? "The command has characters that cannot be sent." : "Too many commands wait already.";
    *ret_deadline_ms = at.timeout_ms;
    return r;
}

void mc_link_at_withdraw(struct mc_link *link, const void *ctx)
{
    mc_at_withdraw(mc_session_at(link->session), ctx);
}
