/* SPDX-License-Identifier: MIT */
/* How a call begins: started, or taken over from the daemon before. */
#include "call.h"

#include <microcat/base/cleanup.h>
#include <microcat/host/privileged.h>
#include <microcat/host/vrf.h>
#include <microcat/io/acl.h>
#include <microcat/ppp/options.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * SIGTERM makes pppd send LCP Terminate-Requests: two of them, 3 s apart, and then wait for scripts of ours that there
 * are none (pppd(8): lcp-max-terminate, lcp-restart). What takes longer is not reacting.
 */
enum { TERM_MS = 9000 };

static struct mc_ppp *new_call(struct mc_loop *loop, const struct mc_settings *settings,
                               const struct mc_ppp_place *place, const struct mc_ppp_events *events, void *ctx)
{
    struct mc_ppp *ppp = calloc(1, sizeof(*ppp));

    if (ppp == NULL)
        return NULL;
    *ppp = (struct mc_ppp){.loop = loop, .events = *events, .ctx = ctx, .master_fd = -1, .slave_fd = -1};
    ppp->setup_ms = settings->ppp.setup_timeout_ms;
    ppp->term_ms = place != NULL && place->term_ms > 0 ? place->term_ms : TERM_MS;
    ppp->check_ms = place != NULL ? place->check_ms : 0;
    ppp->told_status = -1;
    mc_call_init(ppp);
    ppp->password = strdup(settings->pdp.password);
    if (ppp->password == NULL) {
        mc_call_release(ppp);
        return NULL;
    }
    return ppp;
}

static int set_socket(struct mc_ppp *ppp, const struct mc_ppp_place *place)
{
    const char *directory = place != NULL && place->runtime_dir != NULL ? place->runtime_dir : "/run/microcatd";
    char instance[32];

    snprintf(instance, sizeof(instance), "%d", (int)getpid());
    int n = snprintf(ppp->socket_path, sizeof(ppp->socket_path), "%s/pppd-%s.sock", directory,
                     place != NULL && place->instance != NULL ? place->instance : instance);
    return n >= (int)sizeof(ppp->socket_path) ? -ENAMETOOLONG : 0;
}

/*
 * Some of these modems ask for PAP or CHAP where nothing is configured, and accept anything (MODEM.md): so there always
 * is a user. An empty name would make pppd send its host's.
 */
static int open_server(struct mc_ppp *ppp, const struct mc_settings *settings)
{
    const bool apart = mc_privileged()->apart, given = settings->pdp.user[0] != '\0';
    const char *user = apart ? "" : given ? settings->pdp.user : "microcat";
    const char *password = apart ? "" : given ? settings->pdp.password : "microcat";

    int r = mc_plugin_server_new(ppp->loop, ppp->socket_path, user, password, mc_call_message, ppp, &ppp->server);
    /* pppd is root's and we are not; without CAP_DAC_OVERRIDE root is a user like others. Where there are no lists
     * anybody may connect: no secrets go over it, and but one process is listened to. */
    if (r == 0 && apart && mc_acl_admit(ppp->socket_path, false, 0) < 0 && chmod(ppp->socket_path, 0666) < 0)
        r = -errno;
    return r;
}

/* ---- starting ---- */

__attribute__((format(printf, 3, 4))) static int refused(struct mc_ppp_failure *failure, int error, const char *fmt,
                                                         ...)
{
    char what[sizeof(failure->text)];
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    const bool helpers = mc_privileged()->trouble() < 0;
    failure->fault = helpers ? MC_FAULT_HELPER_FAILED : MC_FAULT_HOST_REFUSED;
    snprintf(failure->text, sizeof(failure->text), "%.120s: %s", what,
             helpers ? mc_privileged()->trouble_text() : strerror(-error));
    return error;
}

/* What execve() says of the program itself, and not of this machine's limits. */
static int program_refused(struct mc_ppp_failure *failure, int error, const char *program)
{
    refused(failure, error, "%s", program);
    if (failure->fault == MC_FAULT_HELPER_FAILED)
        return error;
    if (error == -ENOENT || error == -ENOTDIR)
        failure->fault = MC_FAULT_PPPD_MISSING;
    else if (error != -ENOMEM && error != -EAGAIN && error != -EMFILE && error != -ENFILE)
        failure->fault = MC_FAULT_PPPD_UNUSABLE;
    return error;
}

static int spawn(struct mc_ppp *ppp, const struct mc_settings *settings, const struct mc_ppp_place *place,
                 const char *tty, struct mc_ppp_failure *failure)
{
    struct mc_options_input input = {.settings = settings, .tty = tty, .socket = ppp->socket_path};
    const struct mc_errand errand = {.kind = MC_ERRAND_PPPD, .tty_fd = ppp->slave_fd};
    struct mc_options options;
    const char *step;
    int r;

    input.plugin = place != NULL && place->plugin != NULL ? place->plugin : MC_PLUGIN_PATH;
    input.modern = mc_options_pppd_is_modern();
    r = mc_options_make(&input, &options);
    if (r < 0)
        return refused(failure, r, "no options for pppd");
    struct mc_child_spec spec = {.program = settings->ppp.program,
                                 .argv = (const char *const *)options.argv,
                                 .envp = (const char *const *)options.envp,
                                 .stdin_fd = -1,
                                 .inherit = &ppp->slave_fd, /* so that its tty's name is nobody else's, if we die */
                                 .n_inherit = 1,
                                 .name = "pppd",
                                 .ret_step = &step};
    r = mc_privileged()->spawn(ppp->loop, &errand, &spec, &mc_call_child_events, ppp, &ppp->child);
    mc_options_free(&options);
    if (r == 0)
        return 0;
    return strcmp(step, "exec") == 0 ? program_refused(failure, r, settings->ppp.program)
                                     : refused(failure, r, "no process for pppd: %s", step);
}

static int start(struct mc_ppp *ppp, const struct mc_settings *settings, const struct mc_ppp_place *place,
                 struct mc_ppp_failure *failure)
{
    char tty[64];
    int r = mc_privileged()->open_pty(&ppp->master_fd, &ppp->slave_fd, tty, sizeof(tty));

    if (r < 0)
        return refused(failure, r, "no pty for pppd: %s", tty);
    r = set_socket(ppp, place);
    if (r == 0)
        r = open_server(ppp, settings);
    if (r < 0)
        return refused(failure, r, "no socket for pppd's plugin: %s", ppp->socket_path);
    r = mc_relay_new(ppp->loop, ppp->master_fd, &mc_call_relay_events, ppp, &ppp->relay);
    if (r < 0)
        return refused(failure, r, "no relay for pppd's pty");
    return spawn(ppp, settings, place, tty, failure);
}

int mc_ppp_start(struct mc_loop *loop, const struct mc_settings *settings, const struct mc_ppp_place *place,
                 const struct mc_ppp_events *events, void *ctx, struct mc_ppp **ret_ppp,
                 struct mc_ppp_failure *ret_failure)
{
    struct mc_ppp *ppp = new_call(loop, settings, place, events, ctx);
    int r =
        ppp != NULL ? start(ppp, settings, place, ret_failure) : refused(ret_failure, -ENOMEM, "no memory for a call");

    if (r == 0) {
        mc_call_begin(ppp);
        *ret_ppp = ppp;
    } else if (ppp != NULL) {
        mc_call_release(ppp);
    }
    return r;
}

int mc_ppp_check(const struct mc_settings *settings, struct mc_ppp_failure *ret_failure)
{
    _cleanup_close_ int master = -1, slave = -1;
    uint32_t table;
    char tty[64];
    int r;

    r = mc_privileged()->check_program(settings->ppp.program);
    if (r < 0)
        return program_refused(ret_failure, r, settings->ppp.program);
    r = *settings->ppp.vrf ? mc_vrf_look(settings->ppp.vrf, &table) : 0;
    if (r < 0)
        return refused(ret_failure, r, "[PPP] VRF=%s", settings->ppp.vrf);
    r = mc_privileged()->open_pty(&master, &slave, tty, sizeof(tty));
    return r < 0 ? refused(ret_failure, r, "no pty for pppd: %s", tty) : 0;
}

/* ---- taking over ---- */

int mc_ppp_adopt(struct mc_loop *loop, const struct mc_settings *settings, const struct mc_ppp_place *place,
                 const struct mc_ppp_leave *leave, const struct mc_ppp_events *events, void *ctx,
                 struct mc_ppp **ret_ppp)
{
    struct mc_ppp *ppp = new_call(loop, settings, place, events, ctx);
    int r;

    if (ppp == NULL)
        return -ENOMEM;
    ppp->phase = ppp->view.reached = MC_PPP_ESTABLISH; /* until the plugin has come back */
    r = set_socket(ppp, place);
    if (*leave->socket != '\0') { /* there it looks for us, wherever we would listen now */
        snprintf(ppp->socket_path, sizeof(ppp->socket_path), "%s", leave->socket);
        r = 0;
    }
    if (r == 0)
        r = open_server(ppp, settings);
    if (r == 0)
        r = mc_relay_new(loop, leave->master_fd, &mc_call_relay_events, ppp, &ppp->relay);
    if (r == 0)
        r = mc_privileged()->adopt(loop, leave->pidfd, leave->pid, "pppd", &mc_call_child_events, ppp, &ppp->child);
    if (r < 0) {
        mc_call_release(ppp); /* the descriptors stay the caller's: master_fd is not ours yet */
        return r;
    }
    ppp->master_fd = leave->master_fd;
    ppp->slave_fd = leave->slave_fd;
    ppp->left = leave->link;
    mc_call_begin(ppp);
    *ret_ppp = ppp;
    return 0;
}
