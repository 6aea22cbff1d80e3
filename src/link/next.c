/* SPDX-License-Identifier: MIT */
/* What next: (what the session does or did, call, wish) -> what to do, as a table. The first row that fits is taken. */
#include "link_priv.h"
#include <microcat/base/cleanup.h>

/* The first look beside a call asks for the signal alone; the second, so much later, for all the rest. */
#define SECOND_MS 12000

/** When the table is asked. */
enum moment {
    MOMENT_ENDED = 1 << 0, /* a walk has ended well; `use` is what it was for */
    MOMENT_DOWN = 1 << 1,  /* a verb wants command mode; `use` is what is under way */
    MOMENT_IDLE = 1 << 2,  /* in command mode, and nothing is under way */
};

struct row {
    unsigned moment, use, call, wish;
    bool (*when)(const struct mc_link *link);
    bool (*what)(struct mc_link *link); /* @return false: that was not all, the rows below are asked */
};

/* ---- when ---- */

static bool a_fault_stands(const struct mc_link *link)
{
    return link->remedy.fault != MC_FAULT_NONE;
}

static bool not_met(const struct mc_link *link)
{
    return !mc_session_met(link->session);
}

static bool dials(const struct mc_link *link)
{
    return mc_session_step(link->session) == MC_STEP_DIAL;
}

/* A way down that had to look for the modem goes on to a registration. */
static bool ends_soon(const struct mc_link *link)
{
    return mc_session_step(link->session) != MC_STEP_REGISTER_WAIT;
}

/* Only a registration may take minutes; a look that is quiet does not show that it is one. */
static bool is_short(const struct mc_link *link)
{
    return link->status->state != MC_STATE_REGISTER && ends_soon(link);
}

/* ---- what ---- */

/* The call's fault is taken up. A verb that came while the call was being ended for it is about what comes after. */
static bool take_up_fault(struct mc_link *link)
{
    bool again = mc_wish_set_aside(link->wish);
    mc_link_failed(link, link->remedy.fault, link->status->fault_detail);
    if (!again)
        return true;
    mc_wish_take_up(link->wish);
    mc_timer_disarm(&link->wait);
    if (!mc_link_carry_verb(link))
        mc_link_go_up_by_person(link);
    return true;
}

static bool go_up(struct mc_link *link)
{
    mc_link_go_up(link);
    return true;
}

static bool rest(struct mc_link *link)
{
    mc_link_rest(link, MC_USE_NONE);
    return true;
}

static bool rest_after_sample(struct mc_link *link)
{
    mc_link_rest(link, MC_USE_SAMPLE);
    return true;
}

static bool sample_again(struct mc_link *link)
{
    link->look.quiet = false;
    link->status->step[0] = '\0';
    mc_link_sample_again(link, false);
    if (mc_timerq_now_ms(link->queue) - link->context.began_at_ms < SECOND_MS)
        mc_session_sample_in(link->session, SECOND_MS);
    mc_link_publish(link);
    mc_link_sampled(link);
    return true;
}

static bool end_call(struct mc_link *link)
{
    mc_datacall_end(link->call, MC_FAULT_NONE, "", false);
    return true;
}

static bool let_it_end(struct mc_link *link)
{
    if (mc_session_use(link->session) != MC_USE_BOARD)
        mc_session_stop_before_dial(link->session, true);
    return true;
}

static bool abort_dial(struct mc_link *link)
{
    mc_session_stop_before_dial(link->session, true);
    mc_link_walk(link, MC_USE_HANGUP, MC_STEP_DIAL_ABORT); /* any character ends a dial (V.250, 6.3.1) */
    return true;
}

static bool break_off(struct mc_link *link)
{
    mc_session_stop_before_dial(link->session, true);
    mc_session_cancel(link->session);
    mc_link_go_down(link);
    return true;
}

static bool look(struct mc_link *link)
{
    mc_timer_disarm(&link->wait);
    mc_link_clear_fault(link);
    if (mc_link_open_port(link))
        mc_link_walk(link, MC_USE_HANGUP, MC_STEP_FIND);
    return true;
}

static bool idle(struct mc_link *link)
{
    mc_timer_disarm(&link->wait);
    mc_link_idle(link);
    return true;
}

/* ---- the table ---- */

#define U(use)  (1u << MC_USE_##use)
#define W(wish) (1u << MC_WISH_##wish)
#define ANY     (~0u)
#define WALKS   (U(UP) | U(HANGUP) | U(VERB) | U(SAMPLE))
#define NO_CALL MC_MACHINE_BIT(MC_DATACALL_NONE)
#define AT(m)   MOMENT_##m

/* clang-format off */
static const struct row rows[] = {
    /* moment             use                        call           wish        when                what */
    {AT(ENDED),           U(HANGUP),                 NO_CALL,       W(ONLINE),  a_fault_stands,     take_up_fault},
    {AT(ENDED),           U(VERB),                   NO_CALL,       ANY,        NULL,               mc_link_verb_walked},
    {AT(ENDED),           ANY & ~U(VERB),            NO_CALL,       ANY,        NULL,               mc_link_carry_verb},
    {AT(ENDED),           ANY,                       NO_CALL,       W(ONLINE),  NULL,               go_up}, /* a way up that ends short of a call began with less wanted */
    {AT(ENDED),           U(SAMPLE),                 NO_CALL,       ANY,        NULL,               rest_after_sample},
    {AT(ENDED),           ANY,                       NO_CALL,       ANY,        NULL,               rest},

    {AT(ENDED),           U(SAMPLE),                 MC_DATACALL_ALIVE, ANY,    NULL,               sample_again},

    {AT(DOWN),            ANY,                       MC_DATACALL_ALIVE, ANY,        NULL,               end_call},
    {AT(DOWN),            WALKS,                     NO_CALL,       ANY,        dials,              abort_dial},
    {AT(DOWN),            U(BOARD),                  NO_CALL,       ANY,        NULL,               let_it_end},
    {AT(DOWN),            U(HANGUP),                 NO_CALL,       ANY,        ends_soon,          let_it_end},
    {AT(DOWN),            WALKS,                     NO_CALL,       ANY,        is_short,           let_it_end},
    {AT(DOWN),            WALKS,                     NO_CALL,       ANY,        NULL,               break_off},
    {AT(DOWN),            U(NONE),                   NO_CALL,       ANY,        not_met,            look},
    {AT(DOWN),            U(NONE),                   NO_CALL,       ANY,        NULL,               idle},

    {AT(IDLE),            U(NONE),                   NO_CALL,       ANY,        NULL,               mc_link_carry_verb},
    {AT(IDLE),            U(NONE),                   NO_CALL,       ANY,        NULL,               rest},
};
/* clang-format on */

static void ask(struct mc_link *link, enum moment moment, enum mc_session_use use)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        const struct row *row = &rows[i];
        if (!(row->moment & moment) || !(row->use & 1u << use) || !mc_datacall_in(link->call, row->call) ||
            !(row->wish & 1u << mc_wish_state(link->wish)) || (row->when && !row->when(link)))
            continue;
        if (row->what(link))
            return;
    }
}

void mc_link_next(struct mc_link *link, enum mc_session_use ended)
{
    ask(link, MOMENT_ENDED, ended);
}

void mc_link_go_down(struct mc_link *link)
{
    ask(link, MOMENT_DOWN, mc_session_use(link->session));
}

void mc_link_idle(struct mc_link *link)
{
    ask(link, MOMENT_IDLE, MC_USE_NONE);
}
