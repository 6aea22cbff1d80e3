/* SPDX-License-Identifier: MIT */
#include "given.h"
#include <bringup_priv.h>

enum kind { FLAG, NUMBER32, NUMBER64, TEXT, OWNED_TEXT };
enum of { BRINGUP, SETTINGS, BENCH };

#define KIND(x)                                                                                                        \
    _Generic((x), bool: FLAG, int32_t: NUMBER32, unsigned: NUMBER32, int64_t: NUMBER64, uint64_t: NUMBER64, char *: TEXT)
#define IN(of_, type, prefix, field)                                                                                   \
    {                                                                                                                  \
        prefix #field, of_, KIND(((type *)0)->field), offsetof(type, field), sizeof(((type *)0)->field)                \
    }
#define FACT(field)    IN(BRINGUP, struct mc_bringup, "", facts.field)
#define WALK(field)    IN(BRINGUP, struct mc_bringup, "", field)
#define SETTING(field) IN(SETTINGS, struct mc_settings, "set.", field)
#define STRING(field)                                                                                                  \
    {                                                                                                                  \
        "set." #field, SETTINGS, OWNED_TEXT, offsetof(struct mc_settings, field), 0                                    \
    }

static const struct name {
    const char *name;
    enum of of;
    enum kind kind;
    size_t offset, size;
} names[] = {
    FACT(manufacturer),
    FACT(model),
    FACT(revision),
    FACT(firmware),
    FACT(imei),
    FACT(baud),
    FACT(ifc_dce),
    FACT(ifc_dte),
    FACT(flow),
    FACT(flow_refused),
    FACT(speed_refused),
    FACT(echo),
    FACT(singly),
    FACT(mux_of),
    FACT(mux_why),
    FACT(escape_of),
    FACT(escape_why),
    FACT(cpin),
    FACT(pin_tries),
    FACT(iccid),
    FACT(imsi),
    FACT(context_known),
    FACT(auth_known),
    FACT(context.cid),
    FACT(context.type),
    FACT(context.apn),
    FACT(context.address),
    FACT(auth_same),
    FACT(context_written),
    FACT(prepared),
    FACT(written),
    FACT(read_as),
    FACT(auth_written),
    FACT(auth_read_as),
    FACT(auth_reading),
    FACT(auth_other_user),
    FACT(address),
    FACT(context_active),
    FACT(context_active_at_ms),
    FACT(want_dns),
    FACT(dns[0]),
    FACT(dns[1]),
    FACT(dns[2]),
    FACT(dns[3]),
    FACT(stat),
    FACT(tac),
    FACT(cell_id),
    FACT(was_registered),
    FACT(cereg_urcs),
    FACT(fun),
    FACT(plmn),
    FACT(band),
    FACT(rssi_ddbm),
    FACT(rsrp_ddbm),
    FACT(rsrq_ddb),
    FACT(sinr_ddb),
    FACT(signal_at_ms),
    FACT(temperature_c),
    FACT(supply_mv),
    FACT(health_at_ms),
    FACT(health_asked_at_ms),
    FACT(health_unanswered),
    WALK(patience_ms),
    WALK(dialled_at_ms),
    WALK(denied_at_ms),
    WALK(idle_at_ms),
    WALK(attach_tried),
    WALK(echoes_before),
    WALK(speed_before),
    WALK(call_ended),
    WALK(prompt),
    WALK(said_off),
    WALK(rebooted),
    WALK(without_mux),
    WALK(mux_unheard),
    WALK(mux_ok),
    WALK(mux_channel),
    WALK(mux_pending),
    WALK(unlocking),
    WALK(wonders),
    WALK(asks_health),
    WALK(stop_before_dial),
    WALK(look_once),
    WALK(radio_stays_off),
    WALK(joined),
    WALK(told),
    WALK(urcs_fresh),
    WALK(last.end),
    WALK(last.final),
    WALK(last.code),
    WALK(last.detail),
    WALK(result.fault),
    WALK(result.detail),
    WALK(result.wait_ms),
    WALK(result.connected),
    SETTING(modem.baud_rate),
    SETTING(modem.flow),
    SETTING(modem.multiplex),
    SETTING(modem.boot_time_ms),
    SETTING(modem.sample_interval_ms),
    SETTING(recovery.search_time_ms),
    SETTING(pdp.cid),
    SETTING(pdp.type),
    SETTING(pdp.auth),
    SETTING(ppp.use_dns),
    STRING(sim.pin),
    STRING(pdp.apn),
    STRING(pdp.user),
    STRING(pdp.password),
    IN(BENCH, struct bench, "bench.", attach_wait_ms),
    IN(BENCH, struct bench, "bench.", dial_wait_ms),
    IN(BENCH, struct bench, "bench.", attaches),
    IN(BENCH, struct bench, "bench.", baud),
    IN(BENCH, struct bench, "bench.", pin_results),
    IN(BENCH, struct bench, "bench.", pin_fault),
    IN(BENCH, struct bench, "bench.", dial_fault),
    IN(BENCH, struct bench, "bench.", flow),
    IN(BENCH, struct bench, "bench.", notes),
};

static const struct name *find(const char *text)
{
    for (size_t i = 0; i < MC_LENGTH_OF(names); i++)
        if (!strcmp(names[i].name, text))
            return &names[i];
    fail_msg("given.c does not know %s", text);
    return NULL;
}

static void *place(struct bench *b, const struct name *name)
{
    char *const bases[] = {[BRINGUP] = (char *)b->bringup, [SETTINGS] = (char *)&b->settings, [BENCH] = (char *)b};
    return bases[name->of] + name->offset;
}

static void put_text(char *to, size_t size, const char *value)
{
    if (strlen(value) >= size)
        fail_msg("too long: %s", value);
    memset(to, 0, size);
    memcpy(to, value, strlen(value));
}

static void set(struct bench *b, const struct name *name, const char *value)
{
    void *to = place(b, name);
    int64_t number = strcmp(value, "?") ? strtoll(value, NULL, 10) : MC_AT_UNKNOWN;
    switch (name->kind) {
    case FLAG:
        *(bool *)to = number != 0;
        break;
    case NUMBER32:
        *(int32_t *)to = (int32_t)number;
        break;
    case NUMBER64:
        *(int64_t *)to = number;
        break;
    case TEXT:
        put_text(to, name->size, value);
        break;
    case OWNED_TEXT:
        free(*(char **)to);
        *(char **)to = strdup(value);
        break;
    }
}

static void get(struct bench *b, const struct name *name, char *out, size_t size)
{
    const void *from = place(b, name);
    int64_t number = 0;
    switch (name->kind) {
    case TEXT:
        snprintf(out, size, "%s", (const char *)from);
        return;
    case OWNED_TEXT:
        snprintf(out, size, "%s", *(char *const *)from);
        return;
    case FLAG:
        number = *(const bool *)from;
        break;
    case NUMBER32:
        number = *(const int32_t *)from;
        break;
    case NUMBER64:
        number = *(const int64_t *)from;
        break;
    }
    if (number == MC_AT_UNKNOWN)
        snprintf(out, size, "?");
    else
        snprintf(out, size, "%lld", (long long)number);
}

/* The next "name=value" of @rest, in place; NULL: no more. */
static const struct name *next(char **rest, char **ret_value)
{
    char *one;
    while ((one = strsep(rest, ";"))) {
        one += strspn(one, " ");
        if (!*one)
            continue;
        char *equals = strchr(one, '=');
        if (!equals)
            fail_msg("no value: %s", one);
        *equals = '\0';
        *ret_value = equals + 1;
        return find(one);
    }
    return NULL;
}

void given(struct bench *b, const char *situation)
{
    char copy[1024], *rest = copy, *value;
    const struct name *name;
    if (!situation)
        return;
    put_text(copy, sizeof(copy), situation);
    while ((name = next(&rest, &value)))
        set(b, name, value);
}

void describe(struct bench *b, const char *wanted, char *out, size_t size)
{
    char copy[512], is[1024], *rest = copy, *one;
    size_t used = 0;
    put_text(copy, sizeof(copy), wanted);
    *out = '\0';
    while ((one = strsep(&rest, " "))) {
        get(b, find(one), is, sizeof(is));
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", *is ? is : "-");
        assert_true(used < size);
    }
}

void expect(struct bench *b, const char *what, const char *situation)
{
    char copy[1024], is[256], *rest = copy, *value;
    const struct name *name;
    if (!situation)
        return;
    put_text(copy, sizeof(copy), situation);
    while ((name = next(&rest, &value))) {
        get(b, name, is, sizeof(is));
        if (strcmp(is, value))
            fail_msg("%s: %s is '%s', not '%s'", what, name->name, is, value);
    }
}
