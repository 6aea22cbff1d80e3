/* SPDX-License-Identifier: MIT */
/* A channel for a person's program: when there can be one, from its asking to its end. */
#include "link_priv.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <stdio.h>

#define ROOM_MS 60000 /* LCP's terminate, the hang-up's proof, and a walk that has to end first */
#define PART_MS 3000  /* for the answer to a command that the holder does not wait for */
#define OPEN_MS 10000 /* the multiplexer asks three times, a second each */

enum { NONE, MAKING_ROOM, OPENING, LENT, PARTING };
enum { ASKED, ASKED_TO_WAIT, AT_REST, OPENED, OVER };

static struct mc_line *line_of(const struct mc_link *link)
{
    return mc_session_line(link->session);
}

/* ---- the borrower's side of the line, and the holder's of the filter ---- */

static void on_opened(void *ctx, int result)
{
    struct mc_link *link = ctx;
    if (result < 0)
        mc_link_lease_end(link, -EOPNOTSUPP, "The modem opens no further channel.");
    else
        mc_machine_event(&link->lease.machine, OPENED);
}

static size_t on_bytes(void *ctx, const uint8_t *data, size_t len)
{
    struct mc_link *link = ctx;
    struct link_lease *lease = &link->lease;
    if (!mc_machine_in(&lease->machine, MC_MACHINE_BIT(LENT) | MC_MACHINE_BIT(PARTING)))
        return len;
    size_t taken = mc_lease_filter_said(lease->filter, data, len);
    if (lease->machine.state == PARTING && !mc_lease_filter_waits(lease->filter))
        mc_machine_event(&lease->machine, OVER);
    return lease->machine.state == PARTING || lease->machine.state == LENT ? taken : len;
}

static void on_room(void *ctx)
{
    struct mc_link *link = ctx;
    mc_lease_filter_room(link->lease.filter);
    if (link->lease.machine.state == LENT)
        link->lease.holder->type_again(link->lease.holder_ctx);
}

static void on_lost(void *ctx, const char *why)
{
    mc_link_lease_end(ctx, -EIO, why);
}

static const struct mc_line_borrower borrower = {
    .opened = on_opened, .bytes = on_bytes, .room = on_room, .ended = on_lost};

static size_t to_modem(void *ctx, const void *data, size_t len)
{
    struct mc_link *link = ctx;
    int r = mc_line_loan_send(line_of(link), data, len);
    return r > 0 ? (size_t)r : 0;
}

static size_t holder_room(void *ctx)
{
    struct mc_link *link = ctx;
    if (link->lease.machine.state == PARTING) /* who goes, and does not read any more, holds up nobody */
        return SIZE_MAX;
    return link->lease.holder->room(link->lease.holder_ctx);
}

static void to_holder(void *ctx, const void *data, size_t len)
{
    struct mc_link *link = ctx;
    if (len <= link->lease.holder->room(link->lease.holder_ctx))
        link->lease.holder->said(link->lease.holder_ctx, data, len);
}

static void on_trace(void *ctx, enum mc_at_direction direction, const char *text)
{
    struct mc_link *link = ctx;
    link->req.trace(link->ctx, MC_CHANNEL_LEASE, direction, text);
}

static const struct mc_lease_host filter_host = {
    .to_modem = to_modem, .to_holder = to_holder, .room = holder_room, .trace = on_trace};

/* ---- the table ---- */

static void make_room(void *owner)
{
    struct mc_link *link = owner;
    mc_timer_arm(&link->lease.limit, link->queue, ROOM_MS);
    link->lease.whole_line = true;
    if (mc_link_wants_online(link))
        mc_wish_event(link->wish, MC_WISH_LEND);
    mc_timer_disarm(&link->wait);
    mc_link_go_down(link);
}

static void open_channel(void *owner)
{
    struct mc_link *link = owner;
    mc_timer_arm(&link->lease.limit, link->queue, OPEN_MS);
    link->lease.whole_line = !mc_session_muxed(link->session);
    if (link->lease.whole_line)
        link->pause = PAUSE_LENT;
    if (mc_line_lend(line_of(link), &borrower, link) < 0)
        mc_link_lease_end(link, -EBUSY, "The line is needed for something else: try again in a moment.");
}

static void lend(void *owner)
{
    struct mc_link *link = owner;
    char time[32];
    mc_timer_arm(&link->lease.limit, link->queue, link->lease.for_ms);
    link->status->lease.until_ms = mc_timerq_now_ms(link->queue) + link->lease.for_ms;
    mc_format_duration(link->lease.for_ms, time, sizeof(time));
    mc_link_note(link, "%s is lent, for %s at the most", link->lease.whole_line ? "the line" : "a channel with AT",
                 time);
    if (link->lease.whole_line)
        snprintf(link->status->next, sizeof(link->status->next), "the line is lent (lease)%s",
                 mc_wish_state(link->wish) == MC_WISH_LENT ? "; it connects again when it is back" : "");
    link->lease.holder->lent(link->lease.holder_ctx);
    mc_link_publish(link);
}

/* On the plain line an answer that comes after the end would be taken for another command's. */
static bool answer_is_due(const void *owner)
{
    const struct mc_link *link = owner;
    return link->lease.whole_line && link->life != LIFE_STOPPING && link->lease.result >= 0 &&
           mc_lease_filter_waits(link->lease.filter);
}

static void wait_for_answer(void *owner)
{
    struct mc_link *link = owner;
    mc_lease_filter_leave(link->lease.filter);
    mc_timer_arm(&link->lease.limit, link->queue, PART_MS);
}

static void give_back(void *owner)
{
    struct mc_link *link = owner;
    mc_lease_filter_leave(link->lease.filter);
    mc_line_take_back(line_of(link));
    if (mc_wish_state(link->wish) == MC_WISH_LENT) {
        mc_wish_event(link->wish, MC_WISH_GIVEN_BACK);
        mc_session_stop_before_dial(link->session, link->life == LIFE_STOPPING);
    }
    mc_timer_disarm(&link->lease.limit);
    mc_timer_arm(&link->lease.tell, link->queue, 0);
}

static const char *const state_names[] = {
    [NONE] = "none", [MAKING_ROOM] = "making-room", [OPENING] = "opening", [LENT] = "lent", [PARTING] = "parting"};
static const char *const event_names[] = {
    [ASKED] = "asked", [ASKED_TO_WAIT] = "asked-to-wait", [AT_REST] = "at-rest", [OPENED] = "opened", [OVER] = "over"};
static const struct mc_strtab states = MC_STRTAB(state_names), events = MC_STRTAB(event_names);

#define S(state) MC_MACHINE_BIT(state)

/* clang-format off */
static const struct mc_machine_row rows[] = {
    {S(NONE),                          ASKED,          NULL, open_channel, OPENING},
    {S(NONE),                          ASKED_TO_WAIT, NULL, make_room,     MAKING_ROOM},
    {S(MAKING_ROOM),                       AT_REST,        NULL, open_channel, OPENING},
    {S(OPENING),                       OPENED,         NULL, lend,         LENT},
    {S(LENT),                          OVER,           answer_is_due, wait_for_answer, PARTING},
    {S(MAKING_ROOM) | S(OPENING) | S(LENT) | S(PARTING), OVER, NULL, give_back,    NONE},
};
/* clang-format on */
const struct mc_machine_table mc_lease_table = {"lease", &states, &events, rows, MC_LENGTH_OF(rows)};

/* ---- what the rest of the link asks ---- */

bool mc_link_lease_has_line(const struct mc_link *link)
{
    return link->lease.whole_line && link->lease.holder;
}

void mc_link_lease_say(const struct mc_link *link, char *out, size_t size)
{
    int64_t until_ms = link->status->lease.until_ms; /* -1: its time has not begun */
    int64_t left_ms = until_ms < 0 ? link->lease.for_ms : until_ms - mc_timerq_now_ms(link->queue);
    char time[32];
    mc_format_duration(left_ms > 0 ? left_ms : 0, time, sizeof(time));
    snprintf(out, size,
             "The line is lent (`microcatctl lease`), for %s at the most: end that first (Ctrl-C where it runs).",
             time);
}

void mc_link_lease_at_rest(struct mc_link *link)
{
    if (link->lease.machine.state == MAKING_ROOM)
        mc_machine_event(&link->lease.machine, AT_REST);
}

void mc_link_lease_failed(struct mc_link *link, const char *why)
{
    if (link->lease.machine.state == MAKING_ROOM)
        mc_link_lease_end(link, -EIO, why);
}

/* ---- its end ---- */

void mc_link_lease_end(struct mc_link *link, int result, const char *why)
{
    struct link_lease *lease = &link->lease;
    if (lease->machine.state == NONE)
        return;
    if (lease->machine.state == PARTING) { /* why, was said; what comes now is that it cannot go on */
        mc_machine_event(&lease->machine, OVER);
        return;
    }
    if (lease->machine.state == LENT)
        mc_link_note(link, "the lease is over: %s", why);
    lease->result = result;
    snprintf(lease->why, sizeof(lease->why), "%s", why);
    mc_machine_event(&lease->machine, OVER);
}

static void on_limit(void *ctx)
{
    struct mc_link *link = ctx;
    if (link->lease.machine.state == LENT)
        mc_link_lease_end(link, 0, "The time is over.");
    else if (link->lease.machine.state == PARTING)
        mc_machine_event(&link->lease.machine, OVER);
    else
        mc_link_lease_end(link, -ETIMEDOUT, "The line was not free in time.");
}

/* Who had the line may have changed anything: the modem is met anew. */
static void meet_again(struct mc_link *link)
{
    mc_session_event(link->session, MC_SESSION_DOUBTED);
    link->compare_anew = true;
    link->pause = PAUSE_NONE;
    if (mc_link_wants_online(link))
        mc_link_go_up(link);
    else
        mc_link_go_down(link);
}

static void on_tell(void *ctx)
{
    struct mc_link *link = ctx;
    struct link_lease *lease = &link->lease;
    const struct mc_link_holder *holder = lease->holder;
    bool line_is_back = link->pause == PAUSE_LENT;
    lease->holder = NULL;
    lease->whole_line = false;
    mc_lease_filter_free(lease->filter);
    lease->filter = NULL;
    link->status->lease.until_ms = -1;
    holder->ended(lease->holder_ctx, lease->result, lease->why);
    if (line_is_back && link->life != LIFE_STOPPING)
        meet_again(link);
    mc_link_publish(link);
}

/* ---- asked for, and used ---- */

/* Nothing is wanted of the modem, but for a look at the signal now and then. */
static bool rests(const struct mc_link *link)
{
    enum mc_session_use use = mc_session_use(link->session);
    return !mc_link_wants_online(link) && !mc_datacall_alive(link->call) &&
           (use == MC_USE_SAMPLE || (use == MC_USE_NONE && link->pause == PAUSE_REST));
}

static const char *why_not(const struct mc_link *link, bool cut)
{
    if (link->lease.holder)
        return "A channel is lent already: one at a time.";
    if (!mc_session_present(link->session))
        return "There is no device.";
    if (mc_link_powered_off(link))
        return "The modem is powered off.";
    if (mc_session_use(link->session) == MC_USE_BOARD || !mc_session_met(link->session))
        return "The modem does not answer AT now.";
    if (mc_session_muxed(link->session))
        return NULL;
    if (mc_link_wants_online(link) && !cut)
        return "The modem is not multiplexed, so that the line has one channel: `lease --cut` ends the call first.";
    if (!mc_link_wants_online(link) &&
        (!rests(link) || (mc_session_use(link->session) == MC_USE_NONE && mc_at_busy(mc_session_at(link->session)))))
        return "The daemon is talking with the modem: try again in a moment.";
    return NULL;
}

int mc_link_lease(struct mc_link *link, bool cut, int64_t for_ms, const struct mc_link_holder *holder, void *ctx,
                  const char **ret_why)
{
    struct link_lease *lease = &link->lease;
    *ret_why = why_not(link, cut);
    if (*ret_why)
        return !mc_session_present(link->session) || mc_link_powered_off(link) ? -ENODEV : -EBUSY;
    lease->filter = mc_lease_filter_new(&filter_host, link);
    if (!lease->filter) {
        *ret_why = "Out of memory.";
        return -ENOMEM;
    }
    lease->holder = holder;
    lease->holder_ctx = ctx;
    lease->for_ms = for_ms;
    bool now = mc_session_muxed(link->session) || (rests(link) && mc_session_use(link->session) == MC_USE_NONE);
    mc_machine_event(&lease->machine, now ? ASKED : ASKED_TO_WAIT);
    return 0;
}

size_t mc_link_lease_typed(struct mc_link *link, const uint8_t *data, size_t len)
{
    return link->lease.machine.state == LENT ? mc_lease_filter_typed(link->lease.filter, data, len) : 0;
}

void mc_link_lease_room(struct mc_link *link)
{
    if (link->lease.machine.state == LENT)
        mc_line_loan_resume(line_of(link));
}

void mc_link_lease_init(struct mc_link *link)
{
    mc_machine_init(&link->lease.machine, &mc_lease_table, NONE, link);
    mc_timer_init(&link->lease.limit, "lease.limit", on_limit, link);
    mc_timer_init(&link->lease.tell, "lease.tell", on_tell, link);
    link->status->lease.until_ms = -1;
}

void mc_link_lease_done(struct mc_link *link)
{
    mc_timer_disarm(&link->lease.limit);
    mc_timer_disarm(&link->lease.tell);
    mc_lease_filter_free(link->lease.filter);
}
