/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/modem/facts.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static void forget_session(struct mc_facts *facts)
{
    facts->baud = 115200; /* after every boot, whatever IPR said before (767, AT+IPR) */
    facts->ifc_dce = facts->ifc_dte = MC_AT_UNKNOWN;
    facts->flow = MC_FLOW_NONE;
    facts->echo = facts->singly = false;
    facts->cpin[0] = '\0';
    facts->pin_tries = MC_AT_UNKNOWN;
    facts->stat = facts->tac = facts->fun = MC_AT_UNKNOWN;
    facts->cell_id = -1;
    facts->cereg_urcs = facts->prepared = facts->was_registered = false;
    facts->address[0] = facts->context.address[0] = '\0';
    facts->context_active = -1;
    facts->context_active_at_ms = -1;
    memset(facts->dns, 0, sizeof(facts->dns));
}

void mc_facts_sim(struct mc_facts *facts, const char *word)
{
    snprintf(facts->cpin, sizeof(facts->cpin), "%s", word);
    if (strcmp(word, "NOT INSERTED") != 0)
        return;
    facts->iccid[0] = facts->imsi[0] = '\0';
    facts->prepared = false;
}

void mc_facts_radio_off(struct mc_facts *facts)
{
    facts->stat = 0; /* 27.007, +CEREG: not searching */
    facts->fun = 4;
    facts->rssi_ddbm = facts->rsrp_ddbm = facts->rsrq_ddb = facts->sinr_ddb = MC_AT_UNKNOWN;
    facts->signal_at_ms = -1;
    facts->address[0] = facts->context.address[0] = '\0'; /* the attach goes, and the context's address with it */
}

void mc_facts_rebooted(struct mc_facts *facts)
{
    forget_session(facts);
}

void mc_facts_forget(struct mc_facts *facts)
{
    *facts = (struct mc_facts){
        .band = MC_AT_UNKNOWN,
        .rssi_ddbm = MC_AT_UNKNOWN,
        .rsrp_ddbm = MC_AT_UNKNOWN,
        .rsrq_ddb = MC_AT_UNKNOWN,
        .sinr_ddb = MC_AT_UNKNOWN,
        .signal_at_ms = -1,
        .registration_at_ms = -1,
        .health_at_ms = -1,
        .health_asked_at_ms = -1,
        .temperature_c = MC_AT_UNKNOWN,
        .supply_mv = MC_AT_UNKNOWN,
    };
    forget_session(facts);
}

void mc_facts_init(struct mc_facts *facts)
{
    mc_facts_forget(facts);
}

/* ---- what is known against a firmware ---- */

#define WHOSE_BYTES sizeof(((struct mc_facts *)0)->mux_of)

static void whose(const struct mc_facts *facts, char out[WHOSE_BYTES])
{
    snprintf(out, WHOSE_BYTES, "%s %s", facts->imei, facts->firmware);
}

const char *mc_facts_distrusted(const struct mc_facts *facts, const char *of, const char *why)
{
    char id[WHOSE_BYTES];
    whose(facts, id);
    return strcmp(id, of) == 0 ? why : "";
}

void mc_facts_distrust(const struct mc_facts *facts, char of[88], char why[12], const char *reason)
{
    whose(facts, of);
    snprintf(why, sizeof(facts->mux_why), "%s", reason);
}

/* ---- the cache: a line a fact ---- */

#define FIELD(name)                                                                                                    \
    {                                                                                                                  \
#name, offsetof(struct mc_facts, name), sizeof(((struct mc_facts *)0)->name)                                   \
    }
static const struct {
    const char *key;
    size_t offset, size;
} cached[] = {FIELD(manufacturer), FIELD(model),  FIELD(revision), FIELD(firmware),  FIELD(imei),
              FIELD(iccid),        FIELD(imsi),   FIELD(written),  FIELD(read_as),   FIELD(auth_written),
              FIELD(auth_read_as), FIELD(mux_of), FIELD(mux_why),  FIELD(escape_of), FIELD(escape_why)};

int mc_facts_save(const struct mc_facts *facts, char *out, size_t out_bytes)
{
    size_t used = 0;
    for (size_t i = 0; i < MC_LENGTH_OF(cached); i++) {
        const char *value = (const char *)facts + cached[i].offset;
        if (!*value)
            continue;
        int n = snprintf(out + used, out_bytes - used, "%s %s\n", cached[i].key, value);
        if (n < 0 || (size_t)n >= out_bytes - used)
            return -ENOBUFS;
        used += (size_t)n;
    }
    if (used == 0 && out_bytes)
        out[0] = '\0';
    return (int)used;
}

/* One line without its end: false when it is damaged. What is not known is of another version. */
static bool load_line(struct mc_facts *facts, const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (line[i] < ' ' || line[i] > '~')
            return false;
    for (size_t i = 0; i < MC_LENGTH_OF(cached); i++) {
        size_t key_len = strlen(cached[i].key);
        if (len <= key_len + 1 || strncmp(line, cached[i].key, key_len) != 0 || line[key_len] != ' ')
            continue;
        if (len - key_len - 1 >= cached[i].size)
            return false;
        char *value = (char *)facts + cached[i].offset;
        memcpy(value, line + key_len + 1, len - key_len - 1);
        value[len - key_len - 1] = '\0';
    }
    return true;
}

int mc_facts_load(struct mc_facts *facts, const char *text)
{
    int r = 0;
    while (*text) {
        size_t len = strcspn(text, "\n");
        if (text[len] != '\n' || !load_line(facts, text, len)) /* without its end: cut by a power loss */
            r = -EBADMSG;
        text += len + (text[len] == '\n');
    }
    return r;
}
