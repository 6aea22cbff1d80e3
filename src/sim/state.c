/* SPDX-License-Identifier: MIT */
/* What the board tells about itself, by name. */
#include "internal.h"
#include <stdio.h>
#include <string.h>

static const char *const power_names[] = {"off", "booting", "on", "closing"};
static const char *const mode_names[] = {"command", "data", "escaped", "cmux"};
static const char *const peer_names[] = {"none",         "up",         "stale",     "echo-dead",
                                         "auth-refused", "no-address", "terminated"};

enum kind { INT, BOOL, U32, U64, WORD, TEXT };
static const struct value {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *const *names;
} values[] = {
#define AT(field) offsetof(struct sim_board, field)
    {"power", WORD, AT(power), power_names},
    {"mode", WORD, AT(channels[0].mode), mode_names},
    {"peer", WORD, AT(peer_state), peer_names},
    {"plugged", BOOL, AT(plugged)},
    {"mute", BOOL, AT(mute)},
    {"hung", BOOL, AT(hung)},
    {"echo", BOOL, AT(channels[0].echo)},
    {"cmee", INT, AT(cmee)},
    {"flow", BOOL, AT(flow)},
    {"baud", U32, AT(baud)},
    {"host_baud", U32, AT(host_baud)},
    {"cfun", INT, AT(cfun)},
    {"stat", INT, AT(stat)},
    {"cereg", INT, AT(cereg_n)},
    {"context", BOOL, AT(context_on)},
    {"sim_usable", BOOL, AT(sim_usable)},
    {"sim_unlocked", BOOL, AT(sim_unlocked)},
    {"pin_tries", INT, AT(pin_tries)},
    {"puk_tries", INT, AT(puk_tries)},
    {"saved_type", TEXT, AT(contexts[1].type)},
    {"saved_apn", TEXT, AT(contexts[1].apn)},
    {"saved_auth", INT, AT(contexts[1].auth)},
    {"saved_user", TEXT, AT(contexts[1].user)},
    {"commands", U64, AT(counters.commands)},
    {"unknown", U64, AT(counters.unknown)},
    {"dials", U64, AT(counters.dials)},
    {"dials_forbidden", U64, AT(counters.dials_forbidden)},
    {"calls", U64, AT(counters.calls)},
    {"cfun_cycles", U64, AT(counters.cfun_cycles)},
    {"attaches", U64, AT(counters.attaches)},
    {"resets", U64, AT(counters.resets)},
    {"boots", U64, AT(counters.boots)},
    {"power_offs", U64, AT(counters.power_offs)},
    {"pin_attempts", U64, AT(counters.pin_attempts)},
    {"pin_wrong", U64, AT(counters.pin_wrong)},
    {"puk_attempts", U64, AT(counters.puk_attempts)},
    {"writes", U64, AT(counters.writes)},
    {"escapes", U64, AT(counters.escapes)},
    {"bytes_from_host", U64, AT(counters.bytes_from_host)},
    {"bytes_to_host", U64, AT(counters.bytes_to_host)},
    {"garbled_bytes", U64, AT(counters.garbled_bytes)},
    {"dropped_bytes", U64, AT(counters.dropped_bytes)},
    {"boot_ms", U64, AT(work_sum_ms[SIM_WORK_BOOT])},
    {"command_ms", U64, AT(work_sum_ms[SIM_WORK_COMMAND])},
    {"radio_ms", U64, AT(work_sum_ms[SIM_WORK_RADIO])},
    {"hangup_ms", U64, AT(work_sum_ms[SIM_WORK_HANGUP])},
    {"wire_ms", U64, AT(work_sum_ms[SIM_WORK_WIRE])},
#undef AT
};

static void print(const struct sim_board *b, const struct value *value, char *out, size_t out_bytes)
{
    const void *field = (const char *)b + value->offset;

    switch (value->kind) {
    case INT:
        snprintf(out, out_bytes, "%d", *(const int *)field);
        break;
    case BOOL:
        snprintf(out, out_bytes, "%s", *(const bool *)field ? "yes" : "no");
        break;
    case U32:
        snprintf(out, out_bytes, "%u", *(const uint32_t *)field);
        break;
    case U64:
        snprintf(out, out_bytes, "%llu", (unsigned long long)*(const uint64_t *)field);
        break;
    case WORD:
        snprintf(out, out_bytes, "%s", value->names[*(const int *)field]);
        break;
    case TEXT:
        snprintf(out, out_bytes, "%s", (const char *)field);
        break;
    }
}

int sim_board_get(const struct sim_board *b, const char *key, char *out, size_t out_bytes)
{
    const char *mux_name;
    uint64_t value;
    char name[64];

    snprintf(name, sizeof(name), "%s", key);
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : *c;
    if (!strcmp(name, "path_ms")) {
        snprintf(out, out_bytes, "%lld", (long long)sim_board_path_ms(b));
        return 0;
    }
    for (size_t i = 0; (mux_name = sim_muxed_value(b, i, &value)) != NULL; i++) {
        if (!strcmp(mux_name, name)) {
            snprintf(out, out_bytes, "%llu", (unsigned long long)value);
            return 0;
        }
    }
    for (size_t i = 0; i < MC_LENGTH_OF(values); i++) {
        if (!strcmp(values[i].name, name)) {
            print(b, &values[i], out, out_bytes);
            return 0;
        }
    }
    return sim_profile_get(&b->profile, key, out, out_bytes);
}

void sim_board_state(const struct sim_board *b, sim_reply_fn *reply, void *ctx)
{
    char text[128], line[192];
    const char *name;
    uint64_t value;

    for (size_t i = 0; i < MC_LENGTH_OF(values); i++) {
        print(b, &values[i], text, sizeof(text));
        snprintf(line, sizeof(line), "%s=%s", values[i].name, text);
        reply(ctx, line);
    }
    for (size_t i = 0; (name = sim_muxed_value(b, i, &value)) != NULL; i++) {
        snprintf(line, sizeof(line), "%s=%llu", name, (unsigned long long)value);
        reply(ctx, line);
    }
    snprintf(line, sizeof(line), "path_ms=%lld", (long long)sim_board_path_ms(b));
    reply(ctx, line);
}
