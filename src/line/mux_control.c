/* SPDX-License-Identifier: MIT */
/* DLCI 0's commands, 27.010, 5.4.6.3: a table of what is answered how. */
#include "mux_priv.h"
#include <microcat/base/cleanup.h>
#include <string.h>

/* Types without their C/R bit (0x02); EA is set. */
enum type {
    TYPE_NSC = 0x11,
    TYPE_TEST = 0x21,
    TYPE_PSC = 0x41,
    TYPE_RLS = 0x51,
    TYPE_FCOFF = 0x61,
    TYPE_PN = 0x81,
    TYPE_RPN = 0x91,
    TYPE_FCON = 0xa1,
    TYPE_CLD = 0xc1,
    TYPE_SNC = 0xd1,
    TYPE_MSC = 0xe1,
};
#define TYPE_COMMAND 0x02
#define VALUES_MAX   127 /* a length of one byte */

/* What our TESTs carry. */
static const uint8_t test_values[] = {'m', 'i', 'c', 'r', 'o', 'c', 'a', 't'};

static bool send_command(struct mc_mux *mux, uint8_t type, const uint8_t *values, size_t len)
{
    uint8_t info[VALUES_MAX + 2] = {type, (uint8_t)(len << 1 | 1)};
    if (len > 0)
        memcpy(info + 2, values, len);
    return mc_mux_put(mux, 0, MUX_UIH, true, info, len + 2);
}

bool mc_mux_send_msc(struct mc_mux *mux, const struct dlc *dlc)
{
    uint8_t fc = dlc->stops_modem ? MC_MUX_FC : 0;
    const uint8_t values[] = {(uint8_t)(dlc->dlci << 2 | 3), (uint8_t)(MC_MUX_RTC | MC_MUX_RTR | MC_MUX_DV | fc | 1)};
    return send_command(mux, TYPE_MSC | TYPE_COMMAND, values, sizeof(values));
}

void mc_mux_send_cld(struct mc_mux *mux)
{
    send_command(mux, TYPE_CLD | TYPE_COMMAND, NULL, 0);
}

void mc_mux_send_test(struct mc_mux *mux)
{
    mux->stats.tests++;
    send_command(mux, TYPE_TEST | TYPE_COMMAND, test_values, sizeof(test_values));
}

bool mc_mux_is_test(const uint8_t *info, size_t len, bool answer)
{
    return len == sizeof(test_values) + 2 && info[0] == (answer ? TYPE_TEST : TYPE_TEST | TYPE_COMMAND) &&
           memcmp(info + 2, test_values, sizeof(test_values)) == 0;
}

/* ---- the modem's commands ---- */

static void on_msc(struct mc_mux *mux, const uint8_t *values, size_t len)
{
    struct dlc *dlc = len >= 2 ? mc_mux_dlc(mux, values[0] >> 2) : NULL;
    if (dlc)
        mc_mux_signals_told(dlc, values[1] & ~1u);
}

static void on_fcoff(struct mc_mux *mux, const uint8_t *values, size_t len)
{
    mux->all_stopped = true;
    for (unsigned i = 1; i <= MC_MUX_DLCIS; i++)
        mc_mux_watch_stopped(&mux->dlcs[i]);
}

static void on_fcon(struct mc_mux *mux, const uint8_t *values, size_t len)
{
    mux->all_stopped = false;
}

static void on_cld(struct mc_mux *mux, const uint8_t *values, size_t len)
{
    mc_mux_end_soon(mux, mux->state == MUX_LEAVING ? MC_MUX_CLOSED : MC_MUX_LEFT);
}

static const struct {
    uint8_t type;
    size_t least; /* values that a command has */
    void (*what)(struct mc_mux *mux, const uint8_t *values, size_t len);
} commands[] = {
    {TYPE_MSC, 2, on_msc}, {TYPE_FCOFF, 0, on_fcoff}, {TYPE_FCON, 0, on_fcon}, {TYPE_CLD, 0, on_cld},
    {TYPE_TEST, 0, NULL},  {TYPE_PN, 8, NULL},        {TYPE_RPN, 1, NULL},     {TYPE_RLS, 2, NULL},
};

/* Answered by the same values: MSC and TEST are echoes; of PN, RPN and RLS whatever the modem proposes will do. */
static void answer(struct mc_mux *mux, uint8_t type, const uint8_t *values, size_t len)
{
    for (size_t i = 0; i < MC_LENGTH_OF(commands); i++) {
        if (commands[i].type != type || len < commands[i].least)
            continue;
        send_command(mux, type, values, len);
        if (commands[i].what)
            commands[i].what(mux, values, len);
        mc_mux_pump(mux);
        return;
    }
    const uint8_t unknown = type | TYPE_COMMAND;
    send_command(mux, TYPE_NSC, &unknown, 1);
}

static void answered(struct mc_mux *mux, uint8_t type, const uint8_t *values, size_t len)
{
    struct dlc *dlc = type == TYPE_MSC && len >= 2 ? mc_mux_dlc(mux, values[0] >> 2) : NULL;
    if (dlc)
        mc_mux_msc_answered(dlc, values[1]);
    if (type == TYPE_CLD && mux->state == MUX_LEAVING)
        mc_mux_end_soon(mux, MC_MUX_CLOSED);
}

void mc_mux_control_info(struct mc_mux *mux, const uint8_t *info, size_t len)
{
    while (len >= 2) {
        size_t values = info[1] >> 1;
        if (!(info[0] & 1) || !(info[1] & 1) || values > VALUES_MAX || values + 2 > len)
            return;
        uint8_t type = info[0] & (uint8_t)~TYPE_COMMAND;
        if (!(info[0] & TYPE_COMMAND))
            answered(mux, type, info + 2, values);
        else if (type != TYPE_NSC)
            answer(mux, type, info + 2, values);
        info += values + 2;
        len -= values + 2;
    }
}
