/* SPDX-License-Identifier: MIT */
/* Is the link alive? What comes in tells; where nothing does, a probe, if its target has proved itself. */
#include "link_priv.h"
#include <stdio.h>

#define PROBE_AGAIN_MS 5000 /* between two probes of a link in doubt */
#define PROVE_MS       2000 /* from online to the first probe of a target that has still to prove itself */
#define PROOFS         5    /* such probes of a call, an interval apart, while bytes come in */

static void arm_stale(struct mc_link *link, int64_t delay_ms)
{
    if (link->settings->probe.kind != MC_PROBE_NONE && link->settings->probe.interval_ms > 0)
        mc_timer_arm(&link->stale, link->queue, delay_ms);
}

#define WHO(link)                                                                                                      \
    (link)->policy, mc_bringup_facts((link)->bringup)->iccid, (link)->settings->pdp.apn, (link)->settings->probe.target

void mc_link_probe_status(struct mc_link *link)
{
    struct mc_status_probe *probe = &link->status->probe;
    const char *target = link->settings->probe.target;
    bool on = link->settings->probe.kind != MC_PROBE_NONE && link->settings->probe.interval_ms > 0;
    snprintf(probe->target, sizeof(probe->target), "%s", on ? *target ? target : link->status->ppp.dns[0] : "");
    probe->standing = mc_policy_witness(WHO(link));
}

void mc_link_watch(struct mc_link *link)
{
    bool proven = mc_policy_witness(WHO(link)) == MC_WITNESS_PROVEN;
    link->lost_probes = 0;
    link->probing = link->probe_unsent_told = link->unvouched_told = false;
    link->proofs = proven ? 0 : PROOFS;
    link->alive_at_ms = mc_timerq_now_ms(link->queue);
    link->req.traffic(link->ctx, &link->seen_rx, &link->seen_tx);
    mc_link_probe_status(link);
    int64_t interval_ms = link->settings->probe.interval_ms;
    arm_stale(link, proven || interval_ms < PROVE_MS ? interval_ms : PROVE_MS);
}

/*
 * Once an interval: did anything come in? If not, and something went out (or the link has been idle for long), a probe
 * decides. LCP echo cannot: the modem answers it by itself, while the carrier may have dropped the PDP context behind
 * it.
 */
static void on_stale(void *ctx)
{
    struct mc_link *link = ctx;
    int64_t now_ms = mc_timerq_now_ms(link->queue);
    uint64_t rx = 0, tx = 0;
    if (link->probing)
        return;
    link->req.traffic(link->ctx, &rx, &tx);
    bool came = rx != link->seen_rx, went = tx != link->seen_tx;
    link->seen_rx = rx;
    link->seen_tx = tx;
    if (came) {
        link->alive_at_ms = now_ms;
        link->lost_probes = 0;
    }
    const int64_t idle_ms = link->settings->probe.idle_interval_ms;
    bool prove = link->proofs > 0;
    bool idle_long = idle_ms > 0 && now_ms - link->alive_at_ms >= idle_ms;
    if (!prove && (came || (!went && !idle_long && !link->lost_probes))) {
        arm_stale(link, link->settings->probe.interval_ms);
        return;
    }
    link->proofs -= prove;
    int r = link->req.probe(link->ctx);
    link->probing = r == 0;
    if (r < 0)
        mc_link_probed(link, MC_LINK_PROBE_UNSENT, -1);
    else
        link->status->counters.probes++;
}

static void answered(struct mc_link *link)
{
    link->status->probe.answer_at_ms = mc_timerq_now_ms(link->queue);
    link->proofs = 0;
    link->unvouched_told = false;
    if (mc_policy_witness_answered(WHO(link)))
        link->req.save(link->ctx);
    mc_link_probe_status(link);
}

/* As many were lost in a row as Failures= says. */
static void sentence(struct mc_link *link)
{
    enum mc_witness before = mc_policy_witness(WHO(link));
    char detail[96];
    bool condemns = mc_policy_witness_condemns(WHO(link));
    if (mc_policy_witness(WHO(link)) != before)
        link->req.save(link->ctx);
    mc_link_probe_status(link);
    if (condemns) {
        snprintf(detail, sizeof(detail), "%u probes in a row unanswered, PPP still up", link->lost_probes);
        mc_link_end_call(link, MC_FAULT_LINK_STALE, detail, false);
        return;
    }
    if (!link->unvouched_told)
        mc_link_note(
            link,
            before == MC_WITNESS_UNPROVEN
                ? "nobody can vouch for the link: %s has never answered on this APN, so its silence means "
                  "nothing; name one that answers with [Probe] Target="
                : "nobody can vouch for the link: %s does not answer, and a redial did not help, so its silence "
                  "means nothing until it answers again (or name another with [Probe] Target=)",
            link->status->probe.target);
    link->unvouched_told = true;
    link->lost_probes = 0;
    arm_stale(link, link->settings->probe.interval_ms);
}

void mc_link_probed(struct mc_link *link, enum mc_link_probe result, int64_t rtt_ms)
{
    uint64_t tx = 0, rx_before = link->seen_rx;
    link->probing = false;
    if (!link->call_up || link->stopping)
        return;
    link->req.traffic(link->ctx, &link->seen_rx, &tx);
    link->seen_tx = tx; /* the probe itself does not count as traffic going out */
    if (result == MC_LINK_PROBE_UNSENT) {
        if (!link->probe_unsent_told)
            mc_link_note(link, "the link cannot be probed: no target (see [Probe] Target=) or no permission");
        link->probe_unsent_told = true;
        arm_stale(link, link->settings->probe.interval_ms);
    } else if (result == MC_LINK_PROBE_ANSWERED || link->seen_rx != rx_before) {
        if (result == MC_LINK_PROBE_ANSWERED)
            answered(link);
        link->alive_at_ms = mc_timerq_now_ms(link->queue);
        link->lost_probes = 0;
        arm_stale(link, link->settings->probe.interval_ms);
    } else {
        link->status->counters.probes_lost++;
        if (++link->lost_probes >= (unsigned)link->settings->probe.failures) {
            sentence(link);
            return;
        }
        arm_stale(link, PROBE_AGAIN_MS);
    }
}

void mc_link_watch_init(struct mc_link *link)
{
    mc_timer_init(&link->stale, "link.stale", on_stale, link);
}
