/* SPDX-License-Identifier: MIT */
#include "names_program.h"
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/host/privileged.h>
#include <microcat/host/resolvconf.h>
#include <microcat/io/child.h>
#include <microcat/io/loop.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Its hooks restart whole name servers, and a busy gateway needs ten seconds for that. Ended half-way it leaves us the
 * file alone. */
#define LIMIT_MS 30000
#define TERM_MS  1000
struct names_program {
    struct mc_loop *loop;
    names_program_fn *fn;
    void *ctx;
    char *path, *owner;
    struct mc_child *child;
    enum names_form running; /* the form that the child works on */
    bool adding;
    struct mc_timer limit;
    unsigned there; /* forms that have, or may have, a record */
    unsigned want;  /* one of them, or 0 */
    bool stale;     /* the wanted one has other servers than it should */
    bool asked;     /* fn is due */
    bool stuck;     /* a record could not be taken away: until somebody says go on */
    bool complained;
    uint32_t metric;
    char text[MC_RESOLVCONF_TEXT_BYTES];
};

static void step(struct names_program *program);

static void tell(struct names_program *program, int result)
{
    bool asked = program->asked;

    program->asked = false;
    if (asked)
        program->fn(program->ctx, result);
}

static void on_line(void *ctx, enum mc_child_stream stream, const char *line)
{
    mc_info("resolvconf: %s", line);
}

static void on_exit_(void *ctx, int wait_status)
{
    struct names_program *program = ctx;
    bool done = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
    char text[64];

    mc_timer_disarm(&program->limit);
    mc_child_free(MC_TAKE_PTR(program->child));
    if (!program->adding && !WIFEXITED(wait_status))
        program->stuck = true; /* killed, or nobody knows */
    else if (!program->adding)
        program->there &= ~(unsigned)program->running; /* one that cannot be removed cannot be removed again */
    else if (done && program->want == (unsigned)program->running)
        program->stale = false;
    if (!done) {
        mc_child_status_text(wait_status, text, sizeof(text));
        mc_warn("%s -%c failed: %s", program->path, program->adding ? 'a' : 'd', text);
    }
    if (!done && program->adding) {
        program->want = 0;
        tell(program, -EIO);
    }
    step(program);
}

static void on_limit(void *ctx)
{
    struct names_program *program = ctx;

    mc_warn("%s hangs: it is ended", program->path);
    mc_child_stop(program->child, TERM_MS);
}

static int run(struct names_program *program, enum mc_errand_record record, int stdin_fd)
{
    static const struct mc_child_events events = {.on_line = on_line, .on_exit = on_exit_};
    const struct mc_errand errand = {
        .kind = MC_ERRAND_RESOLVCONF, .tty_fd = -1, .record = record, .servers = program->text};
    struct mc_resolvconf_command command;

    mc_resolvconf_command(&command, program->path, program->owner, record, program->metric);
    const struct mc_child_spec spec = {
        .program = "/bin/sh", .argv = command.argv, .envp = command.envp, .stdin_fd = stdin_fd, .name = "resolvconf"};
    return mc_privileged()->spawn(program->loop, &errand, &spec, &events, program, &program->child);
}

static int start(struct names_program *program, enum names_form form, bool adding)
{
    int fd = adding ? mc_resolvconf_text_fd(program->text) : -1, r = adding && fd < 0 ? fd : 0;

    program->running = form;
    program->adding = adding;
    if (adding)
        program->there |= form;
    if (r == 0 && adding)
        r = run(program, form == NAMES_BEHIND ? MC_RECORD_ADD_BEHIND : MC_RECORD_ADD_FIRST, fd);
    else if (r == 0)
        r = run(program, form == NAMES_BEHIND ? MC_RECORD_DELETE_BEHIND : MC_RECORD_DELETE_FIRST, -1);
    if (fd >= 0)
        close(fd);
    if (r == 0) {
        program->complained = false;
        mc_timer_arm(&program->limit, mc_loop_timers(program->loop), LIMIT_MS);
    }
    return r;
}

/* The next thing to do, until what is there is what is wanted: the new record first, so that there is always one. */
static void step(struct names_program *program)
{
    unsigned wrong = program->there & ~program->want;
    int r = 0;

    if (program->child)
        return;
    if (program->want && (program->stale || !(program->there & program->want)))
        r = start(program, (enum names_form)program->want, true);
    else if (wrong && !program->stuck)
        r = start(program, (enum names_form)(wrong & -wrong), false);
    else
        tell(program, 0);
    if (r < 0) {
        mc_log(program->complained ? MC_LOG_DEBUG : MC_LOG_WARNING, "%s cannot be run: %s", program->path,
               strerror(-r));
        program->stuck = program->complained = true;
        tell(program, r);
    }
}

bool names_program_owes(const struct names_program *program)
{
    return (program->there & ~program->want) != 0;
}

void names_program_go_on(struct names_program *program)
{
    if (program->child == NULL && names_program_owes(program)) {
        program->stuck = false;
        step(program);
    }
}

int names_program_give(struct names_program *program, enum names_form form, const char *text, uint32_t metric)
{
    if (strlen(text) >= sizeof(program->text))
        return -EMSGSIZE;
    program->stale = program->stale || strcmp(program->text, text) != 0 || program->metric != metric;
    snprintf(program->text, sizeof(program->text), "%s", text);
    program->metric = metric;
    program->want = form;
    program->asked = true;
    program->stuck = false;
    step(program);
    return 0;
}

void names_program_take_back(struct names_program *program)
{
    program->want = 0;
    program->there = NAMES_BEHIND | NAMES_FIRST;
    program->stale = true;
    program->asked = program->stuck = false;
    step(program);
}

/* The last words, for which nobody waits. */
static void say_goodbye(struct names_program *program)
{
    /*
     * One that adds is killed: it may be about to add what is to go. One that takes away goes on: killed between its
     * record and its resolv.conf it would leave the file as it was, and Debian's does nothing for a record that is
     * gone.
     */
    if (program->child != NULL && program->adding)
        mc_child_free(MC_TAKE_PTR(program->child));
    else if (program->child != NULL)
        mc_child_release(MC_TAKE_PTR(program->child));
    if (run(program, MC_RECORD_DELETE_BOTH, -1) == 0)
        mc_child_release(MC_TAKE_PTR(program->child));
}

struct names_program *names_program_new(struct mc_loop *loop, const char *path, const char *owner, names_program_fn *fn,
                                        void *ctx)
{
    struct names_program *program = calloc(1, sizeof(*program));

    if (program == NULL)
        return NULL;
    *program = (struct names_program){.loop = loop, .fn = fn, .ctx = ctx, .path = strdup(path), .owner = strdup(owner)};
    mc_timer_init(&program->limit, "resolvconf", on_limit, program);
    if (program->path != NULL && program->owner != NULL)
        return program;
    names_program_free(program);
    return NULL;
}

void names_program_free(struct names_program *program)
{
    if (program == NULL)
        return;
    mc_timer_disarm(&program->limit);
    if (program->want == 0 && program->there != 0)
        say_goodbye(program);
    else if (program->child != NULL)
        mc_child_release(MC_TAKE_PTR(program->child));
    free(program->path);
    free(program->owner);
    free(program);
}

bool names_program_usable(const char *path)
{
    char target[PATH_MAX];

    if (access(path, X_OK) < 0)
        return false;
    return realpath(path, target) == NULL || strstr(target, "/resolvectl") == NULL;
}
