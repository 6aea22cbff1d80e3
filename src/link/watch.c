/* SPDX-License-Identifier: MIT */
#include "watch.h"
#include <microcat/policy/witness.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define PROBE_AGAIN_MS 5000 /* between two probes of a link in doubt */
#define PROVE_MS       2000 /* from online to the first probe of a target that has still to prove itself */
#define PROOFS         5    /* such probes of a call, an interval apart, while bytes come in */

enum said { SAID_NOTHING = 0, SAID_UNSENT = 1 << 0, SAID_UNVOUCHED = 1 << 1 }; /* once a call is enough */

struct mc_watch {
    struct mc_timerq *queue;
    const struct mc_settings *settings;
    struct mc_status *status;
    struct mc_policy *policy;
    struct mc_link_requests req;
    struct mc_watch_host host;
    void *ctx, *req_ctx;
    struct mc_timer stale;
    uint64_t seen_rx, seen_tx;
    int64_t alive_at_ms;
    unsigned lost_probes;
    unsigned proofs; /* probes still to be sent though bytes come in: the target has to prove itself */
    unsigned said;   /* enum said */
    bool probing;
};

static void note(struct mc_watch *watch, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void note(struct mc_watch *watch, const char *fmt, ...)
{
    char text[320];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    watch->host.note(watch->ctx, text);
}

static void arm_stale(struct mc_watch *watch, int64_t delay_ms)
{
    if (watch->settings->probe.kind != MC_PROBE_NONE && watch->settings->probe.interval_ms > 0)
        mc_timer_arm(&watch->stale, watch->queue, delay_ms);
}

#define WHO(watch)                                                                                                     \
    (watch)->policy, (watch)->host.iccid((watch)->ctx), (watch)->settings->pdp.apn, (watch)->settings->probe.target

static void probe_status(struct mc_watch *watch)
{
    struct mc_status_probe *probe = &watch->status->probe;
    const char *target = watch->settings->probe.target;
    bool on = watch->settings->probe.kind != MC_PROBE_NONE && watch->settings->probe.interval_ms > 0;
    snprintf(probe->target, sizeof(probe->target), "%s", on ? *target ? target : watch->status->ppp.dns[0] : "");
    probe->standing = mc_policy_witness(WHO(watch));
}

void mc_watch_start(struct mc_watch *watch)
{
    bool proven = mc_policy_witness(WHO(watch)) == MC_WITNESS_PROVEN;
    watch->lost_probes = 0;
    watch->probing = false;
    watch->said = SAID_NOTHING;
    watch->proofs = proven ? 0 : PROOFS;
    watch->alive_at_ms = mc_timerq_now_ms(watch->queue);
    watch->req.traffic(watch->req_ctx, &watch->seen_rx, &watch->seen_tx);
    probe_status(watch);
    int64_t interval_ms = watch->settings->probe.interval_ms;
    arm_stale(watch, proven || interval_ms < PROVE_MS ? interval_ms : PROVE_MS);
}

/*
 * Once an interval: did anything come in? If not, and something went out (or the link has been idle for long), a probe
 * decides. LCP echo cannot: the modem answers it by itself, while the carrier may have dropped the PDP context behind
 * it.
 */
static void on_stale(void *ctx)
{
    struct mc_watch *watch = ctx;
    int64_t now_ms = mc_timerq_now_ms(watch->queue);
    uint64_t rx = 0, tx = 0;
    if (watch->probing)
        return;
    watch->req.traffic(watch->req_ctx, &rx, &tx);
    bool came = rx != watch->seen_rx, went = tx != watch->seen_tx;
    watch->seen_rx = rx;
    watch->seen_tx = tx;
    if (came) {
        watch->alive_at_ms = now_ms;
        watch->lost_probes = 0;
    }
    const int64_t idle_ms = watch->settings->probe.idle_interval_ms;
    bool prove = watch->proofs > 0;
    bool idle_long = idle_ms > 0 && now_ms - watch->alive_at_ms >= idle_ms;
    if (!prove && (came || (!went && !idle_long && !watch->lost_probes))) {
        arm_stale(watch, watch->settings->probe.interval_ms);
        return;
    }
    watch->proofs -= prove;
    int r = watch->req.probe(watch->req_ctx);
    watch->probing = r == 0;
    if (r < 0)
        mc_watch_probed(watch, MC_LINK_PROBE_UNSENT);
    else
        watch->status->counters.probes++;
}

static void answered(struct mc_watch *watch)
{
    watch->status->probe.answer_at_ms = mc_timerq_now_ms(watch->queue);
    watch->proofs = 0;
    watch->said &= ~(unsigned)SAID_UNVOUCHED;
    if (mc_policy_witness_answered(WHO(watch)))
        watch->req.save(watch->req_ctx);
    probe_status(watch);
}

/* As many were lost in a row as Failures= says. */
static void sentence(struct mc_watch *watch)
{
    enum mc_witness before = mc_policy_witness(WHO(watch));
    char detail[96];
    bool condemns = mc_policy_witness_condemns(WHO(watch));
    if (mc_policy_witness(WHO(watch)) != before)
        watch->req.save(watch->req_ctx);
    probe_status(watch);
    if (condemns) {
        snprintf(detail, sizeof(detail), "%u probes in a row unanswered, PPP still up", watch->lost_probes);
        watch->host.stale(watch->ctx, detail);
        return;
    }
    if (!(watch->said & SAID_UNVOUCHED))
        note(watch,
             before == MC_WITNESS_UNPROVEN
                 ? "nobody can vouch for the link: %s has never answered on this APN, so its silence means "
                   "nothing; name one that answers with [Probe] Target="
                 : "nobody can vouch for the link: %s does not answer, and a redial did not help, so its silence "
                   "means nothing until it answers again (or name another with [Probe] Target=)",
             watch->status->probe.target);
    watch->said |= SAID_UNVOUCHED;
    watch->lost_probes = 0;
    arm_stale(watch, watch->settings->probe.interval_ms);
}

void mc_watch_probed(struct mc_watch *watch, enum mc_link_probe result)
{
    uint64_t tx = 0, rx_before = watch->seen_rx;
    watch->probing = false;
    watch->req.traffic(watch->req_ctx, &watch->seen_rx, &tx);
    watch->seen_tx = tx; /* the probe itself does not count as traffic going out */
    if (result == MC_LINK_PROBE_UNSENT) {
        if (!(watch->said & SAID_UNSENT))
            note(watch, "the link cannot be probed: no target (see [Probe] Target=) or no permission");
        watch->said |= SAID_UNSENT;
        arm_stale(watch, watch->settings->probe.interval_ms);
    } else if (result == MC_LINK_PROBE_ANSWERED || watch->seen_rx != rx_before) {
        if (result == MC_LINK_PROBE_ANSWERED)
            answered(watch);
        watch->alive_at_ms = mc_timerq_now_ms(watch->queue);
        watch->lost_probes = 0;
        arm_stale(watch, watch->settings->probe.interval_ms);
    } else {
        watch->status->counters.probes_lost++;
        if (++watch->lost_probes >= (unsigned)watch->settings->probe.failures) {
            sentence(watch);
            return;
        }
        arm_stale(watch, PROBE_AGAIN_MS);
    }
}

void mc_watch_stop(struct mc_watch *watch)
{
    mc_timer_disarm(&watch->stale);
}

struct mc_watch *mc_watch_new(struct mc_timerq *queue, const struct mc_settings *settings, struct mc_status *status,
                              struct mc_policy *policy, const struct mc_link_requests *requests, void *req_ctx,
                              const struct mc_watch_host *host, void *ctx)
{
    struct mc_watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return NULL;
    watch->queue = queue;
    watch->settings = settings;
    watch->status = status;
    watch->policy = policy;
    watch->req = *requests;
    watch->host = *host;
    watch->ctx = ctx;
    watch->req_ctx = req_ctx;
    mc_timer_init(&watch->stale, "watch.stale", on_stale, watch);
    return watch;
}

void mc_watch_free(struct mc_watch *watch)
{
    if (!watch)
        return;
    mc_watch_stop(watch);
    free(watch);
}
