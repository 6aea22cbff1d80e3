/* SPDX-License-Identifier: MIT */
/* The commands that are not the same text each time: made of settings and facts, or left out because the facts say so.
 */
#include "scripts_priv.h"
#include <errno.h>
#include <microcat/at/quote.h>

static struct mc_facts *facts_of(void *ctx)
{
    return &((struct mc_bringup *)ctx)->facts;
}

int mc_build_echo(void *ctx, char *out, size_t size)
{
    struct mc_bringup *b = ctx;
    /* Echo tells late answers apart (seed, second transcript), and it is on after boot: usually nothing is to be done.
     */
    b->facts.echo = mc_at_stats(mc_line_at(b->line))->echoes > b->echoes_before;
    if (b->facts.echo)
        return -ENODATA;
    return mc_at_format(out, size, "ATE1");
}

int mc_build_ifc(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_at_format(out, size, b->settings->modem.flow == MC_FLOW_RTSCTS ? "AT+IFC=2,2" : "AT+IFC=0,0");
}

int mc_build_ipr(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_at_format(out, size, "AT+IPR=%d", (int)b->settings->modem.baud_rate);
}

/* 767, AT+CMUX=<mode>,<subset>,<port_speed>,<N1>: basic option, UIH; the speed is AT+IPR's business. */
int mc_build_cmux(void *ctx, char *out, size_t size)
{
    return mc_at_format(out, size, "AT+CMUX=0,0,5,%d", (int)mc_bringup_n1(ctx));
}

int mc_build_ipr_back(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_at_format(out, size, "AT+IPR=%d", (int)b->speed_before);
}

int mc_build_cgmr(void *ctx, char *out, size_t size)
{
    return *facts_of(ctx)->firmware ? -ENODATA : mc_at_format(out, size, "AT+CGMR");
}

int mc_build_cgsn(void *ctx, char *out, size_t size)
{
    return *facts_of(ctx)->imei ? -ENODATA : mc_at_format(out, size, "AT+CGSN");
}

/*
 * Two questions on one line (V.250, 5.4; 7600 and A76, "Combining AT commands on the same command line"): one round
 * trip less. Only questions, and only where neither is worth less for the other's ERROR, because then each is asked
 * again on a line of its own: a modem that cannot do it costs a line more, once a session.
 */
static int build_joined(struct mc_bringup *b, char *out, size_t size, const char *line)
{
    b->told = 0;
    b->joined = !b->facts.singly;
    return b->joined ? mc_at_format(out, size, "%s", line) : -ENODATA;
}

/* One of the two on its own: when the joined line has not told it. */
static int build_single(struct mc_bringup *b, unsigned what, char *out, size_t size, const char *line)
{
    if (b->joined && (b->told & what))
        return -ENODATA;
    b->facts.singly = b->facts.singly || b->joined;
    return mc_at_format(out, size, "%s", line);
}

/* A SIM whose IMSI is known is only looked at: is it still the same? */
int mc_build_card(void *ctx, char *out, size_t size)
{
    struct mc_bringup *b = ctx;
    b->joined = false;
    b->told = 0;
    return *b->facts.imsi ? -ENODATA : build_joined(b, out, size, "AT+CICCID;+CIMI");
}

int mc_build_iccid(void *ctx, char *out, size_t size)
{
    return build_single(ctx, MC_TOLD_ICCID, out, size, "AT+CICCID");
}

/* Of a SIM that has not said its ICCID nobody knows whether it is still the same: then its IMSI says so. */
int mc_build_cimi(void *ctx, char *out, size_t size)
{
    struct mc_bringup *b = ctx;
    return *b->facts.imsi && (b->told & MC_TOLD_ICCID) ? -ENODATA : build_single(b, MC_TOLD_IMSI, out, size, "AT+CIMI");
}

int mc_build_pdp(void *ctx, char *out, size_t size)
{
    return build_joined(ctx, out, size, "AT+CGDCONT?;+CGAUTH?");
}

int mc_build_cgdcont_read(void *ctx, char *out, size_t size)
{
    return build_single(ctx, MC_TOLD_CONTEXT, out, size, "AT+CGDCONT?");
}

int mc_build_cgauth_read(void *ctx, char *out, size_t size)
{
    struct mc_bringup *b = ctx;
    int r = build_single(b, MC_TOLD_AUTH, out, size, "AT+CGAUTH?");
    if (r != -ENODATA)
        b->facts.auth_known = false; /* until it is answered */
    return r;
}

int mc_build_pin(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_at_format(out, size, "AT+CPIN=%q", b->settings->sim.pin);
}

int mc_build_cgdcont(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_at_format(out, size, "AT+CGDCONT=%d,%q,%q", (int)b->settings->pdp.cid,
                        mc_pdp_type_text(b->settings->pdp.type), b->settings->pdp.apn);
}

int mc_build_cgauth(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    int type = mc_wanted_auth(b->settings);
    if (b->facts.auth_known && b->facts.auth_same)
        return -ENODATA;
    if (type == 0)
        return mc_at_format(out, size, "AT+CGAUTH=%d,0", (int)b->settings->pdp.cid);
    /* Written password before user, read user before password: 767, AT+CGAUTH. */
    return mc_at_format(out, size, "AT+CGAUTH=%d,%d,%q,%q", (int)b->settings->pdp.cid, type, b->settings->pdp.password,
                        b->settings->pdp.user);
}

int mc_build_cereg_urcs(void *ctx, char *out, size_t size)
{
    return facts_of(ctx)->cereg_urcs ? -ENODATA : mc_at_format(out, size, "AT+CEREG=2");
}

/* Switched on in the middle of a search, the URCs tell only the next change: what is must be asked once. */
int mc_build_cereg_read(void *ctx, char *out, size_t size)
{
    struct mc_bringup *b = ctx;
    bool ask = b->urcs_fresh || !b->facts.cereg_urcs;
    b->urcs_fresh = false;
    return ask ? mc_at_format(out, size, "AT+CEREG?") : -ENODATA;
}

int mc_build_cpsi(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_line_muxed(b->line) && b->settings->modem.sample_interval_ms > 0 ? -ENODATA
                                                                               : mc_at_format(out, size, "AT+CPSI?");
}

int mc_build_csq(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    bool fresh = b->facts.signal_at_ms >= 0 && mc_timerq_now_ms(b->queue) - b->facts.signal_at_ms < 1000;
    return fresh || (mc_line_muxed(b->line) && b->row->step != MC_STEP_SAMPLE) ? -ENODATA
                                                                               : mc_at_format(out, size, "AT+CSQ");
}

/* Supply and temperature change slowly; and a call that has just begun has better things to do. An answer that comes
 * late is asked for again; a modem that has none is not asked each time. */
#define HEALTH_MS    (5 * 60 * 1000 - 1000)
#define HEALTH_TRIES 3
#define DIALLED_MS   10000

static bool just_dialled(const struct mc_bringup *b)
{
    return b->dialled_at_ms >= 0 && mc_timerq_now_ms(b->queue) - b->dialled_at_ms < DIALLED_MS;
}

static bool health_due(const struct mc_bringup *b)
{
    const struct mc_facts *f = &b->facts;
    bool again = f->health_unanswered > 0 && f->health_unanswered < HEALTH_TRIES;
    return !just_dialled(b) &&
           (f->health_asked_at_ms < 0 || again || mc_timerq_now_ms(b->queue) - f->health_asked_at_ms >= HEALTH_MS);
}

/* Beside a call, registrations are told as they come; who was registered already when met has not asked for it yet. */
int mc_build_news(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    return mc_line_carries(b->line) && !just_dialled(b) ? mc_build_cereg_urcs(ctx, out, size) : -ENODATA;
}

void mc_bringup_wonder(struct mc_bringup *b)
{
    b->wonders = true;
}

/* Once a call, so that the modem's word has proved itself; then as seldom as supply and temperature, and when somebody
 * wonders. */
static bool context_due(const struct mc_bringup *b)
{
    int64_t told_ms = b->facts.context_active_at_ms;
    return b->wonders || told_ms < 0 || told_ms < b->dialled_at_ms || mc_timerq_now_ms(b->queue) - told_ms >= HEALTH_MS;
}

/* Only beside a call, and not while it has just begun. */
int mc_build_context(void *ctx, char *out, size_t size)
{
    struct mc_bringup *b = ctx;
    if (!mc_line_carries(b->line) || just_dialled(b) || !context_due(b))
        return -ENODATA;
    b->wonders = false;
    if (b->facts.singly)
        return mc_at_format(out, size, "AT+CGACT?");
    return mc_at_format(out, size, "AT+CGACT?;+CGPADDR=%d", (int)b->settings->pdp.cid);
}

int mc_build_cbc(void *ctx, char *out, size_t size)
{
    struct mc_bringup *b = ctx;
    b->asks_health = health_due(b);
    if (!b->asks_health)
        return -ENODATA;
    b->facts.health_asked_at_ms = mc_timerq_now_ms(b->queue);
    b->facts.health_unanswered++;
    return mc_at_format(out, size, "AT+CBC");
}

int mc_build_temperature(void *ctx, char *out, size_t size)
{
    struct mc_bringup *b = ctx;
    if (!b->asks_health)
        return -ENODATA;
    b->asks_health = false;
    return mc_at_format(out, size, "AT+CPMUTEMP");
}

int mc_build_contrdp(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    /* Neither IPV6CP nor every router tells name servers: where there is nothing but IPv6 the modem is asked at once.
     */
    const bool wanted =
        b->facts.want_dns || (b->settings->pdp.type == MC_PDP_IPV6 && b->settings->ppp.use_dns && !b->facts.dns[0][0]);
    return wanted ? mc_at_format(out, size, "AT+CGCONTRDP=%d", (int)b->settings->pdp.cid) : -ENODATA;
}

int mc_build_dial(void *ctx, char *out, size_t size)
{
    const struct mc_bringup *b = ctx;
    /* Never AT+CGDATA="PPP": this series answers OK and does not enter data mode (767). */
    return mc_at_format(out, size, "ATD*99***%d#", (int)b->settings->pdp.cid);
}
