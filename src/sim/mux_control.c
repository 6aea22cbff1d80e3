/* SPDX-License-Identifier: MIT */
/* The messages of DLCI 0 (27.010, 5.4.6.3). */
#include "mux_private.h"
#include <string.h>

/* Types as commands: EA and C/R set; a response has C/R clear. */
enum { PN = 0x83, CLD = 0xc3, TEST = 0x23, FCON = 0xa3, FCOFF = 0x63, MSC = 0xe3, NSC = 0x13 };
/* V.24 signals of MSC */
enum { V24_FC = 0x02, V24_RTC = 0x04, V24_RTR = 0x08, V24_DV = 0x80 };

struct message {
    uint8_t type;
    const uint8_t *value;
    size_t len;
};

static void say(struct sim_mux *mux, uint8_t type, const uint8_t *value, size_t len)
{
    uint8_t info[SIM_MUX_N1_MAX], address = SIM_MUX_EA | (mux->manner->cr_control ? SIM_MUX_CR : 0);
    size_t n = 0;

    info[n++] = type;
    if (len > 127) {
        info[n++] = (uint8_t)(len << 1);
        info[n++] = (uint8_t)(len >> 7);
    } else {
        info[n++] = (uint8_t)(len << 1 | SIM_MUX_EA);
    }
    memcpy(info + n, value, len);
    sim_mux_say(mux, address, mux->manner->uih, info, n + len);
}

static void respond(struct sim_mux *mux, const struct message *m)
{
    say(mux, (uint8_t)(m->type & ~SIM_MUX_CR), m->value, m->len);
}

void sim_mux_msc(struct sim_mux *mux, int dlci)
{
    struct sim_dlc *dlc = &mux->dlcs[dlci];
    uint8_t value[2] = {(uint8_t)(dlci << 2 | SIM_MUX_CR | SIM_MUX_EA), SIM_MUX_EA | V24_RTC | V24_RTR};

    value[1] |= (uint8_t)((dlc->held ? V24_FC : 0) | (dlc->carrier ? V24_DV : 0));
    dlc->msc_said = true;
    say(mux, MSC, value, sizeof(value));
}

static void on_msc(struct sim_mux *mux, const struct message *m)
{
    int dlci = m->len >= 2 ? m->value[0] >> 2 : -1;

    if (dlci < 1 || dlci > SIM_MUX_DLCIS || !mux->dlcs[dlci].open)
        return;
    mux->dlcs[dlci].stopped = (m->value[1] & V24_FC) != 0;
    respond(mux, m);
    if (!mux->dlcs[dlci].msc_said)
        sim_mux_msc(mux, dlci);
    mux->ops.kick(mux->ctx);
}

static void on_cld(struct sim_mux *mux, const struct message *m)
{
    respond(mux, m);
    sim_mux_leave(mux);
}

static void on_flow(struct sim_mux *mux, const struct message *m)
{
    mux->all_stopped = m->type == FCOFF;
    respond(mux, m);
    mux->ops.kick(mux->ctx);
}

/* DLCI, frame type and convergence layer, priority, T1, N1 (two bytes), N2, k: only UIH is spoken, N1 is agreed on. */
static void on_pn(struct sim_mux *mux, const struct message *m)
{
    uint8_t value[8];
    int dlci, n1;

    if (m->len != sizeof(value))
        return;
    memcpy(value, m->value, sizeof(value));
    dlci = value[0] & 0x3f;
    n1 = value[4] | value[5] << 8;
    if (dlci > SIM_MUX_DLCIS)
        return;
    if (n1 < 1 || n1 > SIM_MUX_N1_MAX)
        n1 = n1 < 1 ? mux->n1 : SIM_MUX_N1_MAX;
    mux->dlcs[dlci].n1 = n1;
    value[1] = 0;
    value[4] = (uint8_t)n1;
    value[5] = (uint8_t)(n1 >> 8);
    say(mux, PN & ~SIM_MUX_CR, value, sizeof(value));
}

static const struct {
    uint8_t type;
    void (*run)(struct sim_mux *mux, const struct message *m);
} table[] = {{PN, on_pn}, {CLD, on_cld}, {TEST, respond}, {FCON, on_flow}, {FCOFF, on_flow}, {MSC, on_msc}};

static void take(struct sim_mux *mux, const struct message *m)
{
    if (!(m->type & SIM_MUX_CR)) /* an answer to ours */
        return;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].type == m->type) {
            table[i].run(mux, m);
            return;
        }
    }
    say(mux, NSC & ~SIM_MUX_CR, &m->type, 1);
}

/* A frame may have several. */
void sim_mux_control(struct sim_mux *mux, const uint8_t *data, size_t len)
{
    while (len >= 2 && mux->on) {
        struct message m = {.type = data[0], .len = data[1] >> 1};
        size_t head = 2;

        if (!(data[1] & SIM_MUX_EA) && len >= 3)
            m.len |= (size_t)data[head++] << 7;
        if (!(m.type & SIM_MUX_EA) || m.len > len - head)
            return;
        m.value = data + head;
        take(mux, &m);
        data += head + m.len;
        len -= head + m.len;
    }
}
