/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/at/redact.h>
#include <microcat/at/replies.h>
#include <microcat/modem/chat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROOF_MS 1000 /* for the OK to an AT that asks whether the modem is there at all */
#define STRAY_MS 500  /* for the answers that are still under way behind an OK that was another command's */

struct mc_chat {
    struct mc_timerq *queue;
    struct mc_at *at;
    const struct mc_chat_step *step; /* NULL: idle */
    size_t left;                     /* steps from here on */
    unsigned tries;
    unsigned run; /* counts runs: an answer to a cancelled run is recognised and dropped */
    unsigned sent_in_run;
    bool in_flight;
    bool proving; /* what is in flight is the AT behind a step that was late */
    bool strayed; /* an OK came that was perhaps another command's; it is asked again once a run */
    char command[256];
    struct mc_timer pause; /* between tries, and before the first step: done never comes from inside mc_chat_run() */
    mc_chat_done_fn *done;
    void *ctx;
};

static void send_step(struct mc_chat *chat);
static void on_answer(void *ctx, const struct mc_at_answer *answer);

/* "+CME ERROR: 10 (SIM not inserted) to AT+CPIN?" */
static void explain(const struct mc_at_answer *answer, enum mc_chat_end end, const char *command, char *out,
                    size_t out_bytes)
{
    const char *meaning = answer->result == MC_AT_CME ? mc_at_cme_text(answer->code) : NULL;
    snprintf(out, out_bytes, "%s%.40s%s%.40s%s to %.50s", end == MC_CHAT_MALFORMED ? "malformed answer, " : "",
             answer->final, meaning ? " (" : "", meaning ? meaning : "", meaning ? ")" : "", command);
}

static void finish(struct mc_chat *chat, enum mc_chat_end end, const struct mc_at_answer *answer)
{
    struct mc_chat_result result = {
        .end = end,
        .final = answer ? answer->result : MC_AT_OK,
        .code = answer ? answer->code : -1,
    };
    if (end != MC_CHAT_DONE && *chat->command) {
        char command[80];
        mc_at_redact(chat->command, command, sizeof(command));
        if (end == MC_CHAT_LATE || !answer || !answer->final || !*answer->final)
            snprintf(result.detail, sizeof(result.detail), "no answer to %.60s", command);
        else
            explain(answer, end, command, result.detail, sizeof(result.detail));
    }
    chat->step = NULL;
    chat->done(chat->ctx, &result);
}

static void next_step(struct mc_chat *chat)
{
    if (--chat->left == 0) {
        finish(chat, MC_CHAT_DONE, NULL);
        return;
    }
    chat->step++;
    chat->tries = 0;
    send_step(chat);
}

/* Another try of this step, or its end: optional steps are left behind. */
static void step_failed(struct mc_chat *chat, enum mc_chat_end end, const struct mc_at_answer *answer)
{
    unsigned most = chat->step->tries ? chat->step->tries : 1;
    if (end != MC_CHAT_REFUSED && chat->tries < most)
        mc_timer_arm(&chat->pause, chat->queue, chat->step->pause_ms);
    else if ((chat->step->flags & MC_CHAT_OPTIONAL) || (end == MC_CHAT_LATE && (chat->step->flags & MC_CHAT_LATE_OK)))
        next_step(chat);
    else
        finish(chat, end, answer);
}

/*
 * An OK without the line that was asked for is a modem that answers nonsense, or the OK of what was said before: to an
 * escape it says one as well, and on a busy host that comes when the next command is out, and every answer is the
 * command's before it. When all have come the same is asked again.
 */
static bool was_astray(struct mc_chat *chat, const struct mc_at_answer *answer)
{
    if (chat->strayed || answer->n_lines > 0 || chat->step->prefix == NULL)
        return false;
    chat->strayed = true;
    chat->tries--;
    mc_timer_arm(&chat->pause, chat->queue, STRAY_MS);
    return true;
}

/* One command unanswered may be that command's matter; AT unanswered is the modem's. */
static void prove(struct mc_chat *chat)
{
    const struct mc_at_command command = {
        .text = "AT", .timeout_ms = PROOF_MS, .flags = MC_AT_GUESS | (chat->step->flags & MC_AT_URGENT)};
    chat->proving = chat->in_flight = mc_at_send(chat->at, &command, on_answer, chat) == 0;
    if (!chat->in_flight)
        finish(chat, MC_CHAT_UNBUILDABLE, NULL);
}

static void proven(struct mc_chat *chat, const struct mc_at_answer *answer)
{
    chat->proving = false;
    if (answer->result == MC_AT_TIMEOUT)
        finish(chat, MC_CHAT_LATE, answer);
    else if (answer->result == MC_AT_CANCELLED)
        finish(chat, MC_CHAT_CANCELLED, answer);
    else
        step_failed(chat, MC_CHAT_LATE, answer);
}

static void good_answer(struct mc_chat *chat, const struct mc_at_answer *answer)
{
    int r = chat->step->take ? chat->step->take(chat->ctx, answer) : 0;
    if (r == 0)
        next_step(chat);
    else if (r == -EAGAIN || !was_astray(chat, answer))
        step_failed(chat, r == -EAGAIN ? MC_CHAT_LATE : MC_CHAT_MALFORMED, answer);
}

static void on_answer(void *ctx, const struct mc_at_answer *answer)
{
    struct mc_chat *chat = ctx;
    chat->in_flight = false;
    if (!chat->step)
        return;
    if (chat->sent_in_run !=
        chat->run) { /* the answer to a run that was cancelled: now the line is free for this one */
        send_step(chat);
        return;
    }
    if (chat->proving) {
        proven(chat, answer);
        return;
    }
    const struct mc_chat_step *step = chat->step;
    /* An OK to a dial is a modem in command mode: there is no call. */
    if (answer->result == (step->flags & MC_CHAT_DIALS ? MC_AT_CONNECT : MC_AT_OK)) {
        good_answer(chat, answer);
        return;
    }
    switch (answer->result) {
    case MC_AT_TIMEOUT:
        if (step->flags & MC_CHAT_PROVE)
            prove(chat);
        else
            step_failed(chat, MC_CHAT_LATE, answer);
        return;
    case MC_AT_CANCELLED:
        finish(chat, MC_CHAT_CANCELLED, answer);
        return;
    default:
        if (step->refused && step->refused(chat->ctx, answer) == 0)
            next_step(chat);
        else
            step_failed(chat, MC_CHAT_REFUSED, answer);
    }
}

static void send_step(struct mc_chat *chat)
{
    const struct mc_chat_step *step = chat->step;
    if (chat->in_flight) /* of a cancelled run: its answer or deadline comes first */
        return;
    int r = 0;
    if (step->send)
        snprintf(chat->command, sizeof(chat->command), "%s", step->send);
    else
        r = step->build(chat->ctx, chat->command, sizeof(chat->command));
    if (r == -ENODATA) {
        next_step(chat);
        return;
    }
    const struct mc_at_command command = {
        .text = chat->command,
        .prefix = step->prefix,
        .timeout_ms = step->timeout_ms,
        .flags = step->flags & MC_CHAT_AT_FLAGS,
    };
    chat->tries++;
    chat->sent_in_run = chat->run;
    if (r == 0)
        r = mc_at_send(chat->at, &command, on_answer, chat);
    if (r < 0)
        finish(chat, MC_CHAT_UNBUILDABLE, NULL);
    else
        chat->in_flight = true;
}

static void on_pause(void *ctx)
{
    send_step(ctx);
}

struct mc_chat *mc_chat_new(struct mc_timerq *queue, struct mc_at *at)
{
    struct mc_chat *chat = calloc(1, sizeof(*chat));
    if (!chat)
        return NULL;
    chat->queue = queue;
    chat->at = at;
    mc_timer_init(&chat->pause, "chat.pause", on_pause, chat);
    return chat;
}

void mc_chat_free(struct mc_chat *chat)
{
    if (!chat)
        return;
    mc_chat_cancel(chat);
    free(chat);
}

int mc_chat_run(struct mc_chat *chat, const struct mc_chat_step *steps, size_t n, mc_chat_done_fn *done, void *ctx)
{
    if (chat->step)
        return -EBUSY;
    if (n == 0)
        return -EINVAL;
    chat->step = steps;
    chat->left = n;
    chat->tries = 0;
    chat->proving = chat->strayed = false;
    chat->run++;
    chat->done = done;
    chat->ctx = ctx;
    *chat->command = '\0';
    mc_timer_arm(&chat->pause, chat->queue, 0);
    return 0;
}

void mc_chat_cancel(struct mc_chat *chat)
{
    chat->step = NULL;
    chat->run++;
    mc_timer_disarm(&chat->pause);
}

void mc_chat_use(struct mc_chat *chat, struct mc_at *at)
{
    chat->at = at;
}

bool mc_chat_running(const struct mc_chat *chat)
{
    return chat->step != NULL;
}
