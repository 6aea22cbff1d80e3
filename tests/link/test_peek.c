/* SPDX-License-Identifier: MIT */
/* The look during a plain call by itself: when it may be taken, when it waits, who makes it yield, and what follows. */
#include "fakes.h"

static const char *escape_why;
static bool line_carries, escape_said;

/* ---- the line, and the other files of the link ---- */

bool __wrap_mc_line_carries(const struct mc_line *line);
bool __wrap_mc_line_escape_said(const struct mc_line *line);
size_t __wrap_mc_line_owes_bytes(const struct mc_line *line);
size_t __wrap_mc_line_waits_bytes(const struct mc_line *line);

struct mc_line *mc_session_line(const struct mc_session *session)
{
    return NULL;
}

const char *mc_session_escape_why(const struct mc_session *session)
{
    return escape_why;
}

bool __wrap_mc_line_carries(const struct mc_line *line)
{
    return line_carries;
}

bool __wrap_mc_line_escape_said(const struct mc_line *line)
{
    return escape_said;
}

size_t __wrap_mc_line_owes_bytes(const struct mc_line *line)
{
    return 7;
}

size_t __wrap_mc_line_waits_bytes(const struct mc_line *line)
{
    return 3;
}

void mc_link_walk(struct mc_link *link, enum mc_session_use use, enum mc_step step)
{
    bench_say(bench_of(link), "walk %s %s", use_name(use), mc_bringup_table[step].name);
    link->session->use = use;
    link->session->step = step;
}

void mc_link_publish(struct mc_link *link)
{
    bench_say(bench_of(link), "publish, quiet %d, step \"%s\", pause %lld", link->look.quiet, link->status->step,
              (long long)link->status->modem.escape_pause_ms);
}

void mc_link_call_sign(struct mc_link *link, enum mc_call_sign sign, const char *detail)
{
    bench_say(bench_of(link), "sign %d (%s)", (int)sign, detail);
}

static void on_traffic(void *ctx, uint64_t *rx, uint64_t *tx)
{
    struct bench *b = ctx;
    *rx = b->rx;
    *tx = b->tx;
}

static void on_save(void *ctx)
{
    bench_say(ctx, "save");
}

/* ---- words ---- */

static void owes(struct bench *b, const struct mc_link *link)
{
    size_t waits, owed = mc_link_owes_bytes(link, &waits);
    bench_say(b, "owes %zu, waits %zu", owed, waits);
}

static bool word(struct bench *b, const char *word)
{
    struct stage *stage = stage_of(b);
    struct mc_link *link = &stage->link;
    if (!strcmp(word, "may"))
        bench_say(b, "%d", mc_link_peeks(link));
    else if (!strcmp(word, "peek"))
        mc_link_peek(link);
    else if (!strcmp(word, "yield"))
        mc_link_peek_yields(link);
    else if (!strcmp(word, "peeked"))
        mc_link_peeked(link, &(struct mc_bringup_result){.detail = "Why."});
    else if (!strcmp(word, "leave"))
        mc_link_leave(link);
    else if (!strcmp(word, "owes"))
        owes(b, link);
    else if (!strncmp(word, "rx:", 3))
        b->rx = (uint64_t)atoi(word + 3);
    else if (!strncmp(word, "tx:", 3))
        b->tx = (uint64_t)atoi(word + 3);
    else if (!strcmp(word, "carries"))
        line_carries = true;
    else if (!strcmp(word, "said"))
        escape_said = true;
    else if (!strcmp(word, "distrusted"))
        escape_why = "refused";
    else if (!strcmp(word, "flags"))
        bench_say(b, "quiet %d held %d", link->look.quiet, link->remedy.held_state == MC_STATE_COUNT);
    else
        return stage_word(b, word);
    return true;
}

static void begin(struct stage *stage)
{
    escape_why = "";
    line_carries = escape_said = false;
    stage->link.req.traffic = on_traffic;
    stage->link.req.save = on_save;
    snprintf(stage->bench.status.step, sizeof(stage->bench.status.step), "peek");
}

#include "peek_rows.h"

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
