/* SPDX-License-Identifier: MIT */
#include "finder_priv.h"
#include <microcat/base/cleanup.h>
#include <microcat/modem/finder.h>
#include <stdlib.h>

/* Speeds that this series can be at (767, AT+IPR), the likelier first; the two that the caller names go before them. */
static const int32_t usual_bauds[] = {115200, 460800, 230400, 57600, 38400, 19200, 9600};
_Static_assert(MC_LENGTH_OF(usual_bauds) + 2 == FINDER_BAUDS_MAX, "room for the caller's two");
#define BOOT_BAUD   115200 /* 767: after every boot, whatever AT+IPR said before */
#define BOOTED_MS   16000  /* 767: 10 to 15 s from power to the first OK */
#define DWELL_MS    250    /* between two AT while the modem may be booting */
#define ESCAPES_MAX 3      /* `+++` that a modem with a live PPP may ignore before it counts as stuck */
#define PROOFS      3      /* AT after an escape or a CLD */

static void next_question(struct mc_finder *finder);
static void on_raw(void *ctx, const uint8_t *data, size_t len);
static void send_hangup(struct mc_finder *finder);

void finder_finish(struct mc_finder *finder, enum mc_found found)
{
    finder->phase = PHASE_IDLE;
    mc_timer_disarm(&finder->timer);
    mc_line_command(finder->line);
    mc_at_set_probe(mc_line_at(finder->line), true);
    if (found != MC_FOUND_COMMAND && found != MC_FOUND_DATA && found != MC_FOUND_CMUX)
        mc_line_escape_failed(finder->line); /* the round's own among them */
    finder->done(finder->ctx, found, finder->baud);
}

void finder_echo_next(struct mc_finder *finder, unsigned rank)
{
    mc_finder_echo_next(&finder->echo, rank, mc_at_stats(mc_line_at(finder->line))->urcs);
}

void finder_go_to_baud(struct mc_finder *finder, int32_t baud)
{
    unsigned rank = 0;
    while (rank < finder->n_bauds && finder->bauds[rank] != baud)
        rank++;
    finder_echo_next(finder, rank);
    if (baud == finder->baud)
        return;
    finder->elsewhere = finder->baud;
    finder->left_at_ms = mc_timerq_now_ms(finder->queue);
    finder->baud = baud;
    finder->unanswered = 0;
    finder->words_asked = false;
    mc_line_command(finder->line); /* half lines and late answers belong to the old speed */
    finder->set_baud(finder->baud_ctx, baud);
}

/* ---- leaving data mode and CMUX ---- */

static void prove(struct mc_finder *finder)
{
    finder->proofs++;
    finder_send_at(finder, 300);
}

static void on_escaped(void *ctx)
{
    struct mc_finder *finder = ctx;
    finder->proofs = 0;
    prove(finder);
}

static void leave_data(struct mc_finder *finder)
{
    finder->phase = PHASE_LEAVE_DATA;
    finder->escapes++;
    mc_line_escape(finder->line, on_escaped, finder);
}

static void close_cmux(struct mc_finder *finder)
{
    uint8_t frame[MC_FRAME_MAX_BYTES];
    mc_line_listen_raw(finder->line, on_raw, finder); /* no frame of ours goes out among commands */
    mc_line_send_raw(finder->line, frame, mc_frame_cmux_cld(frame));
    mc_line_command(finder->line);
    prove(finder);
}

static void leave_cmux(struct mc_finder *finder)
{
    uint8_t frame[MC_FRAME_MAX_BYTES];
    finder->phase = PHASE_LEAVE_CMUX;
    for (unsigned dlci = 4; dlci >= 1; dlci--)
        mc_line_send_raw(finder->line, frame, mc_frame_cmux_disc(dlci, frame));
    finder->proofs = 0;
    close_cmux(finder);
}

/* ---- asking ---- */

/* Behind a blind escape: perhaps it was in command mode all the time, and only deaf while it booted. */
static enum mc_found left_data(const struct mc_finder *finder)
{
    return finder->watch.saw_ppp ? MC_FOUND_DATA : MC_FOUND_COMMAND;
}

static void found_command_mode(struct mc_finder *finder)
{
    switch (finder->phase) {
    case PHASE_LEAVE_DATA:
        finder->phase = PHASE_HANG_UP;
        send_hangup(finder);
        return;
    case PHASE_HANG_UP:
        finder_finish(finder, left_data(finder));
        return;
    case PHASE_LEAVE_CMUX:
        finder_finish(finder, MC_FOUND_CMUX);
        return;
    default: /* a round's question, or one while it may boot */
        if (finder_is_sure(finder))
            finder_finish(finder, MC_FOUND_COMMAND);
        else
            finder_make_sure(finder);
    }
}

static void no_answer(struct mc_finder *finder)
{
    switch (finder->phase) {
    case PHASE_HANG_UP: /* ATH without an answer: command mode was proven before it */
        finder_finish(finder, left_data(finder));
        return;
    case PHASE_SURE:
        finder_sure_of_nothing(finder);
        return;
    case PHASE_LEAVE_DATA:
        if (finder->proofs < PROOFS)
            prove(finder);
        else if (finder->watch.saw_ppp && finder->escapes < ESCAPES_MAX)
            leave_data(finder);
        else if (finder->watch.saw_ppp)
            finder_finish(finder, MC_FOUND_STUCK);
        else {
            finder->phase = PHASE_ROUND; /* the blind escape found nothing either */
            next_question(finder);
        }
        return;
    case PHASE_LEAVE_CMUX:
        if (finder->proofs == 1) { /* siblings (SIM7600) answer the first CLD and stay: MODEM.md, CMUX */
            close_cmux(finder);
            return;
        }
        if (finder->proofs < PROOFS) {
            prove(finder);
            return;
        }
        finder->watch.saw_cmux_ua = false; /* what is asked next has an answer of its own */
        finder->phase = PHASE_ROUND;
        break;
    case PHASE_DWELL:
        if (mc_timerq_now_ms(finder->queue) >= finder->deadline_ms) {
            finder->blind_later = false; /* once more through everything: it may have come up in another mode */
            finder->question = 0;
            finder->phase = PHASE_ROUND;
            break;
        }
        if (finder->blind_later && mc_timerq_now_ms(finder->queue) >= finder->blind_at_ms) {
            finder->blind_later = false;
            finder->question = 0;
            finder->phase = PHASE_ROUND;
            break;
        }
        mc_timer_arm(&finder->timer, finder->queue, DWELL_MS);
        return;
    default:
        break;
    }
    next_question(finder);
}

static void on_at(void *ctx, const struct mc_at_answer *answer)
{
    struct mc_finder *finder = ctx;
    if (finder->phase == PHASE_IDLE || answer->result == MC_AT_CANCELLED)
        return;
    if (answer->result == MC_AT_TIMEOUT) {
        finder->confirming = false;
        finder->unanswered++;
        if (finder->stranger)
            finder_finish(finder, MC_FOUND_BABBLE);
        else
            no_answer(finder);
    } else if (finder->phase == PHASE_SURE) {
        if (finder_made_sure(finder, answer))
            finder_finish(finder, MC_FOUND_COMMAND);
    } else if (answer->result == MC_AT_OK || finder->confirming || finder->phase == PHASE_HANG_UP) {
        finder->confirming = finder->stranger = false;
        finder->unanswered = 0;
        found_command_mode(finder);
    } else { /* ERROR to an AT: rubbish stood before it in the modem's buffer; it speaks AT, so ask once more */
        finder->confirming = true;
        finder->words_asked = false;
        finder_send_at(finder, 300);
    }
}

void finder_send_command(struct mc_finder *finder, const char *text, const char *prefix, int wait_ms)
{
    bool proven = finder->phase == PHASE_HANG_UP; /* it is in command mode, so it owes an answer */
    const struct mc_at_command command = {
        .text = text, .prefix = prefix, .timeout_ms = wait_ms, .flags = MC_AT_URGENT | (proven ? 0u : MC_AT_GUESS)};
    if (mc_line_owner(finder->line) != MC_LINE_OWNER_AT) {
        mc_line_command(finder->line);
        finder->unanswered = 0;
    }
    if (mc_at_send(mc_line_at(finder->line), &command, on_at, finder) < 0)
        mc_timer_arm(&finder->timer, finder->queue, wait_ms);
}

/*
 * AT; but while earlier ones are unanswered their OK may come late and pass for this one's, so then a question whose
 * answer has a line of its own.
 */
void finder_send_at(struct mc_finder *finder, int wait_ms)
{
    if (finder->unanswered || finder->words_asked)
        finder_send_command(finder, "AT+IPR?", "+IPR:", wait_ms);
    else
        finder_send_command(finder, "AT", NULL, wait_ms);
}

static void send_hangup(struct mc_finder *finder)
{
    finder_send_command(finder, "ATH", NULL, 2000);
}

static void on_raw(void *ctx, const uint8_t *data, size_t len)
{
    struct mc_finder *finder = ctx;
    mc_frame_watch_feed(&finder->watch, data, len);
    mc_finder_echo_feed(&finder->echo, data, len);
    const bool tells = finder->watch.saw_ppp || finder->watch.saw_cmux_ua;
    const bool doubted = finder->phase == PHASE_DOUBT && finder->doubted;
    if ((tells && (finder->phase == PHASE_ROUND || doubted)) ||
        (doubted && mc_finder_echo_spoken(&finder->echo, finder->echo.rank)))
        mc_timer_arm(&finder->timer, finder->queue, 0);
}

void finder_listen(struct mc_finder *finder)
{
    mc_line_listen_raw(finder->line, on_raw, finder);
}

void finder_ask_raw(struct mc_finder *finder, enum mc_finder_ask ask, int wait_ms)
{
    uint8_t frame[MC_FRAME_MAX_BYTES];
    size_t len = ask == MC_ASK_LCP ? mc_frame_lcp_echo((uint8_t)finder->question, frame) : mc_frame_cmux_sabm(0, frame);
    finder_listen(finder);
    mc_finder_echo_expect(&finder->echo, frame, len);
    mc_line_send_raw(finder->line, frame, len);
    mc_timer_arm(&finder->timer, finder->queue, wait_ms);
}

static void end_of_round(struct mc_finder *finder)
{
    bool in_time = mc_timerq_now_ms(finder->queue) < finder->deadline_ms;
    if (!in_time && !finder->blind_later) { /* a round without its escapes is none */
        finder_nobody(finder);
        return;
    }
    finder->phase = PHASE_DWELL;
    mc_timer_arm(&finder->timer, finder->queue, DWELL_MS);
}

static bool is_asked(const struct mc_finder *finder, const struct mc_finder_question *q)
{
    if (q->rank == MC_FINDER_RANK_TURN ? finder->n_bauds <= 2 : q->rank >= finder->n_bauds)
        return false;
    if (q->ask != MC_ASK_ESCAPE || !finder->blind_later)
        return true;
    return q->rank != MC_FINDER_RANK_TURN && finder->bauds[q->rank] == BOOT_BAUD;
}

static void next_question(struct mc_finder *finder)
{
    while (finder->question < mc_finder_questions && !is_asked(finder, &mc_finder_round[finder->question]))
        finder->question++;
    if (finder->question == mc_finder_questions) {
        end_of_round(finder);
        return;
    }
    const struct mc_finder_question *q = &mc_finder_round[finder->question++];
    unsigned rank = q->rank == MC_FINDER_RANK_TURN ? 2 + finder->turns++ % (finder->n_bauds - 2) : q->rank;
    finder_go_to_baud(finder, finder->bauds[rank]);
    if (q->ask == MC_ASK_AT)
        finder_send_at(finder, q->wait_ms);
    else if (q->ask == MC_ASK_WORDS) {
        finder->words_asked = true;
        finder_send_command(finder, "ATQ0V1", NULL, q->wait_ms);
    } else if (q->ask == MC_ASK_UNMUTE) {
        finder->unmuted = true;
        finder_send_command(finder, "AT+IFC=0,0", NULL, q->wait_ms);
    } else if (q->ask == MC_ASK_ESCAPE)
        leave_data(finder);
    else
        finder_ask_raw(finder, q->ask, q->wait_ms);
}

static void on_timer(void *ctx)
{
    struct mc_finder *finder = ctx;
    if (finder->stranger) {
        if (finder->proofs++ == 0)
            finder_send_at(finder, 300);
        else
            finder_finish(finder, MC_FOUND_BABBLE);
    } else if (finder->phase == PHASE_DWELL) {
        /* Perhaps it boots: listen where its boot messages come, and in turn where it is likely to be. */
        finder_go_to_baud(finder, finder->baud == BOOT_BAUD ? finder->bauds[0] : BOOT_BAUD);
        finder_send_at(finder, 300);
    } else if (finder->phase != PHASE_ROUND && finder->phase != PHASE_DOUBT)
        no_answer(finder);
    else if (finder->watch.saw_ppp)
        leave_data(finder);
    else if (finder->watch.saw_cmux_ua)
        leave_cmux(finder);
    else if (finder->phase == PHASE_DOUBT)
        finder_doubt_further(finder);
    else
        next_question(finder);
}

/* ---- life ---- */

struct mc_finder *mc_finder_new(struct mc_timerq *queue, struct mc_line *line, mc_finder_baud_fn *set_baud, void *ctx)
{
    struct mc_finder *finder = calloc(1, sizeof(*finder));
    if (!finder)
        return NULL;
    finder->queue = queue;
    finder->line = line;
    finder->set_baud = set_baud;
    finder->baud_ctx = ctx;
    mc_timer_init(&finder->timer, "finder", on_timer, finder);
    return finder;
}

void mc_finder_free(struct mc_finder *finder)
{
    if (!finder)
        return;
    mc_timer_disarm(&finder->timer);
    free(finder);
}

static void add_baud(struct mc_finder *finder, int32_t baud)
{
    for (unsigned i = 0; i < finder->n_bauds; i++)
        if (finder->bauds[i] == baud)
            return;
    if (baud > 0 && finder->n_bauds < FINDER_BAUDS_MAX)
        finder->bauds[finder->n_bauds++] = baud;
}

void mc_finder_start(struct mc_finder *finder, int32_t likely_baud, int32_t other_baud, int64_t patience_ms,
                     mc_finder_done_fn *done, void *ctx)
{
    mc_finder_cancel(finder);
    finder->done = done;
    finder->ctx = ctx;
    finder->n_bauds = 0;
    add_baud(finder, likely_baud);
    add_baud(finder, other_baud);
    for (size_t i = 0; i < MC_LENGTH_OF(usual_bauds); i++)
        add_baud(finder, usual_bauds[i]);
    finder->baud = finder->elsewhere = 0;
    finder->deadline_ms = mc_timerq_now_ms(finder->queue) + patience_ms;
    finder->phase = PHASE_ROUND;
    finder->question = finder->escapes = finder->proofs = finder->unanswered = finder->doubts = 0;
    finder->confirming = finder->stranger = finder->doubted = finder->unmuted = finder->words_asked = false;
    finder->blind_later = patience_ms > 0;
    finder->blind_at_ms = mc_timerq_now_ms(finder->queue) + BOOTED_MS;
    finder->watch = (struct mc_frame_watch){0};
    finder->echo = (struct mc_finder_echo){.urcs = mc_at_stats(mc_line_at(finder->line))->urcs};
    mc_at_set_probe(mc_line_at(finder->line), false); /* 2 s of it a silent speed; finder_send_at() knows better */
    mc_timer_arm(&finder->timer, finder->queue, 0);
}

void mc_finder_cancel(struct mc_finder *finder)
{
    if (finder->phase == PHASE_IDLE)
        return;
    finder->phase = PHASE_IDLE;
    mc_timer_disarm(&finder->timer);
    mc_line_escape_cancel(finder->line);
    mc_at_cancel_all(mc_line_at(finder->line));
    mc_line_command(finder->line);
    mc_at_set_probe(mc_line_at(finder->line), true);
}

bool mc_finder_unmuted(const struct mc_finder *finder)
{
    return finder->unmuted;
}

void mc_finder_booted(struct mc_finder *finder)
{
    if (finder->phase == PHASE_IDLE || finder->phase == PHASE_HANG_UP)
        return;
    mc_line_escape_cancel(finder->line);
    /* An AT under way may be answered yet: the engine keeps it in mind, and what is asked next has a line of its own.
     */
    finder->unanswered = mc_at_busy(mc_line_at(finder->line));
    mc_at_cancel_all(mc_line_at(finder->line));
    finder->phase = PHASE_ROUND;
    finder->question = 0;
    finder->confirming = false;
    mc_timer_arm(&finder->timer, finder->queue, 0);
}

void mc_finder_stranger(struct mc_finder *finder)
{
    if (finder->phase == PHASE_IDLE || finder->stranger)
        return;
    finder->stranger = true;
    finder->proofs = 0;
    if (mc_line_owner(finder->line) == MC_LINE_OWNER_AT && mc_at_busy(mc_line_at(finder->line)))
        return; /* what is asked already tells which */
    mc_line_escape_cancel(finder->line);
    mc_timer_arm(&finder->timer, finder->queue, 0);
}
