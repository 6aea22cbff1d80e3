/* SPDX-License-Identifier: MIT */
/* The lease by itself: when there can be one, how it comes, what goes through it, and how it ends. The filter and the
 * AT engine are the real ones; the line is a fake. */
#include "fakes.h"
#include <errno.h>

static struct mc_at *at;
static const struct mc_line_borrower *borrower;
static void *borrower_ctx;
static int lend_result;   /* what the line answers */
static size_t modem_room; /* bytes that the line takes */
static size_t holder_room_bytes;

/* ---- the line, and the other files of the link ---- */

int __wrap_mc_line_lend(struct mc_line *line, const struct mc_line_borrower *who, void *ctx);
int __wrap_mc_line_loan_send(struct mc_line *line, const void *data, size_t len);
void __wrap_mc_line_loan_resume(struct mc_line *line);
void __wrap_mc_line_take_back(struct mc_line *line);

struct mc_at *mc_session_at(const struct mc_session *session)
{
    return at;
}

struct mc_line *mc_session_line(const struct mc_session *session)
{
    return NULL;
}

int __wrap_mc_line_lend(struct mc_line *line, const struct mc_line_borrower *who, void *ctx)
{
    bench_say(bench_of(ctx), "lend");
    borrower = who;
    borrower_ctx = ctx;
    return lend_result;
}

int __wrap_mc_line_loan_send(struct mc_line *line, const void *data, size_t len)
{
    size_t taken = len < modem_room ? len : modem_room;
    if (taken == 0)
        return -EAGAIN;
    modem_room -= taken;
    bench_say(bench_of(borrower_ctx), "> %.*s", (int)taken, (const char *)data);
    return (int)taken;
}

void __wrap_mc_line_loan_resume(struct mc_line *line)
{
    bench_say(bench_of(borrower_ctx), "resume");
}

void __wrap_mc_line_take_back(struct mc_line *line)
{
    bench_say(bench_of(borrower_ctx), "take-back");
}

bool mc_link_powered_off(const struct mc_link *link)
{
    return link->wish->state == MC_WISH_OFF;
}

bool mc_link_wants_online(const struct mc_link *link)
{
    return link->wish->state == MC_WISH_ONLINE;
}

void mc_link_go_down(struct mc_link *link)
{
    bench_say(bench_of(link), "go-down");
}

void mc_link_go_up(struct mc_link *link)
{
    bench_say(bench_of(link), "go-up");
}

void mc_link_note(struct mc_link *link, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    bench_vsay(bench_of(link), "note ", fmt, ap);
    va_end(ap);
}

void mc_link_publish(struct mc_link *link)
{
    struct bench *b = bench_of(link);
    int64_t until_ms = link->status->lease.until_ms;
    bench_say(b, "publish %lld \"%s\"", (long long)(until_ms < 0 ? until_ms : until_ms - BENCH_BEGAN_MS),
              link->status->next);
}

static int on_write(void *ctx, const void *data, size_t len)
{
    return 0;
}

static void on_answer(void *ctx, const struct mc_at_answer *answer)
{
}

static void on_port_lost(void *ctx)
{
}

static void on_wait(void *ctx)
{
    bench_say(bench_of(ctx), "waited");
}

/* ---- the holder ---- */

static void on_lent(void *ctx)
{
    bench_say(ctx, "lent");
}

static void on_said(void *ctx, const void *data, size_t len)
{
    holder_room_bytes -= len;
    bench_say(ctx, "< %.*s", (int)len, (const char *)data);
}

static size_t on_room(void *ctx)
{
    return holder_room_bytes;
}

static void on_type_again(void *ctx)
{
    bench_say(ctx, "type-again");
}

static void on_ended(void *ctx, int result, const char *why)
{
    struct stage *stage = stage_of(ctx);
    assert_null(stage->link.lease.holder);
    bench_say(ctx, "ended %d %s", result, why);
}

static const struct mc_link_holder holder = {
    .lent = on_lent, .said = on_said, .room = on_room, .type_again = on_type_again, .ended = on_ended};

static void on_trace(void *ctx, enum mc_line_channel channel, enum mc_at_direction direction, const char *text)
{
    bench_say(ctx, "trace %d %d %s", (int)channel, (int)direction, text);
}

/* ---- words ---- */

static void ask(struct stage *stage, bool cut)
{
    const char *why = NULL;
    int r = mc_link_lease(&stage->link, cut, 30000, &holder, &stage->bench, &why);
    if (r < 0)
        bench_say(&stage->bench, "%d %s", r, why);
}

static void say_who(struct stage *stage)
{
    char text[160];
    mc_link_lease_say(&stage->link, text, sizeof(text));
    bench_say(&stage->bench, "%d %s", mc_link_lease_has_line(&stage->link), text);
}

/* '_' is CR, '^' LF, '~' a blank. */
static size_t line_of(const char *word, char *out)
{
    static const char from[] = "_^~", to[] = "\r\n ";
    size_t len = strlen(word);
    for (size_t i = 0; i <= len; i++) {
        const char *special = word[i] ? strchr(from, word[i]) : NULL;
        out[i] = special ? to[special - from] : word[i];
    }
    return len;
}

static bool word(struct bench *b, const char *word)
{
    struct stage *stage = stage_of(b);
    struct mc_link *link = &stage->link;
    char text[80];
    if (!strcmp(word, "ask") || !strcmp(word, "cut"))
        ask(stage, !strcmp(word, "cut"));
    else if (!strcmp(word, "busy"))
        mc_at_send(at, &(struct mc_at_command){.text = "AT", .timeout_ms = 100000}, on_answer, NULL);
    else if (!strcmp(word, "rests"))
        link->pause = PAUSE_REST;
    else if (!strcmp(word, "waits"))
        mc_timer_arm(&link->wait, link->queue, 1000);
    else if (!strcmp(word, "stopping"))
        link->life = LIFE_STOPPING;
    else if (!strcmp(word, "cannot"))
        lend_result = -EBUSY;
    else if (!strcmp(word, "at-rest"))
        mc_link_lease_at_rest(link);
    else if (!strcmp(word, "failed"))
        mc_link_lease_failed(link, "It failed.");
    else if (!strcmp(word, "opened"))
        borrower->opened(borrower_ctx, 0);
    else if (!strcmp(word, "refused"))
        borrower->opened(borrower_ctx, -ECONNREFUSED);
    else if (!strcmp(word, "lost-line"))
        borrower->ended(borrower_ctx, "It went away.");
    else if (!strcmp(word, "end"))
        mc_link_lease_end(link, -ECANCELED, "Enough.");
    else if (!strcmp(word, "hang-up"))
        mc_link_lease_end(link, 0, "He left.");
    else if (!strcmp(word, "line-room"))
        borrower->room(borrower_ctx);
    else if (!strcmp(word, "holder-room"))
        mc_link_lease_room(link);
    else if (!strcmp(word, "who"))
        say_who(stage);
    else if (!strncmp(word, "room:", 5))
        modem_room = (size_t)atoi(word + 5);
    else if (!strncmp(word, "ear:", 4))
        holder_room_bytes = (size_t)atoi(word + 4);
    else if (*word == '>')
        bench_say(b, "took %zu", mc_link_lease_typed(link, (uint8_t *)text, line_of(word + 1, text)));
    else if (*word == '<')
        bench_say(b, "took %zu", borrower->bytes(borrower_ctx, (uint8_t *)text, line_of(word + 1, text)));
    else if (!strcmp(word, "flags"))
        bench_say(b, "pause %d anew %d", (int)link->pause, link->compare_anew);
    else
        return stage_word(b, word);
    return true;
}

static void begin(struct stage *stage)
{
    static const struct mc_at_callbacks callbacks = {.write = on_write};
    mc_at_free(at);
    at = mc_at_new(stage->bench.queue, &callbacks, NULL);
    lend_result = 0;
    modem_room = holder_room_bytes = 1000;
    stage->wish.state = MC_WISH_COMMAND;
    stage->link.req.trace = on_trace;
    mc_timer_init(&stage->link.wait, "wait", on_wait, &stage->link);
    mc_timer_init(&stage->link.port_lost, "port-lost", on_port_lost, &stage->link);
    mc_link_lease_init(&stage->link);
}

static void play(const struct bench_row *row)
{
    struct stage stage;
    stage_begin(&stage);
    begin(&stage);
    bench_play(&stage.bench, row, word);
    mc_link_lease_done(&stage.link);
    mc_at_free(at);
    at = NULL;
    stage_end(&stage);
}

#include "lease_rows.h"

static void each_row(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++)
        play(&rows[i]);
    bench_verdict();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
