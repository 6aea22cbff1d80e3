/* SPDX-License-Identifier: MIT */
/* The budgets as text, a line each: "dial 1763846400000", "remedy reset 1763846400000 2",
 * "keyed-pin KEY 8981... 00ab...", where KEY says under which, with the tries that were left and how often it was sent
 * without a verdict where that matters: "keyed-pin KEY 8981... 00ab... 3 1"; "pin 8981... 00ab..." is under no key;
 * "witness 00ab... proven".
 * Times are wall ms. */
#include "policy_priv.h"
#include <inttypes.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "microcatd-budgets 1"

struct writer {
    char *out;
    size_t size, used;
};

static void put(struct writer *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct writer *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(w->out + w->used, w->used < w->size ? w->size - w->used : 0, fmt, ap);
    va_end(ap);
    w->used += n > 0 ? (size_t)n : 0;
}

/* Never below 0: a host that has no clock yet believes in 1970, and parse_time() takes what lies too late as now. */
static int64_t wall_of(int64_t at_ms, int64_t to_wall_ms)
{
    return at_ms + to_wall_ms > 0 ? at_ms + to_wall_ms : 0;
}

static void put_pin(struct writer *w, const struct pin_entry *entry)
{
    if (!entry->pin_hash)
        return;
    if (entry->key_id)
        put(w, "keyed-pin %08" PRIx32, entry->key_id);
    else
        put(w, "pin");
    put(w, " %s %016" PRIx64, *entry->iccid ? entry->iccid : "-", entry->pin_hash);
    if (entry->tries > 0 || entry->sent > 0)
        put(w, " %d %u", entry->tries, entry->sent);
    put(w, "\n");
}

int mc_policy_save(const struct mc_policy *policy, int64_t now_ms, int64_t wall_ms, char *out, size_t out_bytes)
{
    struct writer w = {.out = out, .size = out_bytes};
    const int64_t to_wall = wall_ms - now_ms;
    put(&w, HEADER "\n");
    const struct {
        const char *word;
        const struct window *window;
        int64_t counts_ms;
    } windows[] = {
        {"dial", &policy->dials, HOUR_MS},
        {"attach", &policy->attaches, HOUR_MS},
        {"mux-lost", &policy->mux_lost, DAY_MS},
        {"mux-unsteady", &policy->mux_unsteady, DAY_MS},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(windows); i++)
        for (unsigned k = 0; k < windows[i].window->count; k++)
            if (now_ms - windows[i].window->at_ms[k] < windows[i].counts_ms)
                put(&w, "%s %" PRId64 "\n", windows[i].word, wall_of(windows[i].window->at_ms[k], to_wall));
    for (int i = 0; i < MC_REMEDY_COUNT; i++)
        if (policy->budgets[i].used)
            put(&w, "remedy %s %" PRId64 " %u\n", mc_strtab_name(&mc_remedy_names, i),
                wall_of(policy->budgets[i].last_ms, to_wall), policy->budgets[i].grown);
    for (size_t i = 0; i < PIN_ENTRIES; i++)
        put_pin(&w, &policy->pins[i]);
    for (size_t i = 0; i < WITNESS_ENTRIES; i++)
        if (policy->witnesses[i].key)
            put(&w, "witness %016" PRIx64 " %s\n", policy->witnesses[i].key,
                mc_strtab_name(&mc_witness_names, (int)policy->witnesses[i].standing));
    return w.used < w.size ? (int)w.used : -ENOBUFS;
}

/* A time from the file on the queue's clock; what lies in the future counts as now. */
static int parse_time(const char *text, int64_t now_ms, int64_t wall_ms, int64_t *ret_ms)
{
    int64_t at;
    if (!text || mc_parse_int(text, 0, INT64_MAX / 2, &at) < 0)
        return -EINVAL;
    int64_t age = wall_ms - at;
    *ret_ms = age > 0 ? now_ms - age : now_ms;
    return 0;
}

static int load_window(struct window *window, const char *word, int64_t now_ms, int64_t wall_ms)
{
    int64_t at;
    if (window->count == WINDOW_MAX || parse_time(word, now_ms, wall_ms, &at) < 0)
        return -EINVAL;
    if (window->count && window->at_ms[window->count - 1] > at)
        at = window->at_ms[window->count - 1];
    window->at_ms[window->count++] = at;
    return 0;
}

static int load_remedy(struct mc_policy *policy, char *const *words, int64_t now_ms, int64_t wall_ms)
{
    int remedy = words[1] ? mc_strtab_value(&mc_remedy_names, words[1]) : -EINVAL;
    int64_t at, grown;
    if (remedy < 0 || !words[2] || parse_time(words[2], now_ms, wall_ms, &at) < 0 || !words[3] ||
        mc_parse_int(words[3], 0, GROWN_MAX, &grown) < 0)
        return -EINVAL;
    policy->budgets[remedy] = (struct budget){.last_ms = at, .used = true, .grown = (unsigned)grown};
    return 0;
}

/* @words: ICCID, hash and perhaps the tries. */
static int load_pin(struct mc_policy *policy, uint32_t key_id, char *const *words)
{
    struct pin_entry *entry = &policy->pins[policy->next_pin];
    uint64_t hash;
    int64_t tries = 0, sent = 0;
    if (!words[0] || !words[1] || strlen(words[0]) >= sizeof(entry->iccid) ||
        mc_parse_hex(words[1], UINT64_MAX, &hash) < 0 || hash == 0)
        return -EINVAL;
    if (words[2] &&
        (!words[3] || mc_parse_int(words[2], 0, 99, &tries) < 0 || mc_parse_int(words[3], 0, PIN_SENT_MAX, &sent) < 0))
        return -EINVAL;
    snprintf(entry->iccid, sizeof(entry->iccid), "%s", strcmp(words[0], "-") ? words[0] : "");
    entry->pin_hash = hash;
    entry->key_id = key_id;
    entry->tries = (int)tries;
    entry->sent = (unsigned)sent;
    mc_policy_seal(policy, entry);
    policy->next_pin = (policy->next_pin + 1) % PIN_ENTRIES;
    return 0;
}

static int load_keyed_pin(struct mc_policy *policy, char *const *words)
{
    uint64_t key_id;
    if (mc_parse_hex(words[0], UINT32_MAX, &key_id) < 0 || key_id == 0)
        return -EINVAL;
    return load_pin(policy, (uint32_t)key_id, words + 1);
}

static int load_witness(struct mc_policy *policy, char *const *words)
{
    int standing = words[2] ? mc_strtab_value(&mc_witness_names, words[2]) : -EINVAL;
    uint64_t key;
    if (standing <= MC_WITNESS_UNPROVEN || mc_parse_hex(words[1], UINT64_MAX, &key) < 0 || key == 0)
        return -EINVAL;
    policy->witnesses[policy->next_witness] = (struct witness_entry){.key = key, .standing = (enum mc_witness)standing};
    policy->next_witness = (policy->next_witness + 1) % WITNESS_ENTRIES;
    return 0;
}

static int load_line(struct mc_policy *policy, char *line, int64_t now_ms, int64_t wall_ms)
{
    char *words[6] = {0}, *save = NULL;
    size_t n = 0;
    for (char *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        if (n == MC_LENGTH_OF(words))
            return -EINVAL;
        words[n++] = word;
    }
    if (n == 2 && !strcmp(words[0], "dial"))
        return load_window(&policy->dials, words[1], now_ms, wall_ms);
    if (n == 2 && !strcmp(words[0], "attach"))
        return load_window(&policy->attaches, words[1], now_ms, wall_ms);
    if (n == 2 && !strcmp(words[0], "mux-lost"))
        return load_window(&policy->mux_lost, words[1], now_ms, wall_ms);
    if (n == 2 && !strcmp(words[0], "mux-unsteady"))
        return load_window(&policy->mux_unsteady, words[1], now_ms, wall_ms);
    if (n == 4 && !strcmp(words[0], "remedy"))
        return load_remedy(policy, words, now_ms, wall_ms);
    if ((n == 3 || n == 5) && !strcmp(words[0], "pin"))
        return load_pin(policy, 0, words + 1);
    if ((n == 4 || n == 6) && !strcmp(words[0], "keyed-pin"))
        return load_keyed_pin(policy, words + 1);
    if (n == 3 && !strcmp(words[0], "witness"))
        return load_witness(policy, words);
    return -EINVAL;
}

int mc_policy_load(struct mc_policy *policy, const char *text, int64_t now_ms, int64_t wall_ms, unsigned *ret_line)
{
    _cleanup_free_ char *copy = strdup(text);
    if (!copy)
        return -ENOMEM;
    struct mc_policy fresh = {
        .settings = policy->settings, .random = policy->random, .ctx = policy->ctx, .pin_key_id = policy->pin_key_id};
    memcpy(fresh.pin_key, policy->pin_key, sizeof(fresh.pin_key));
    unsigned number = 0;
    char *rest = copy;
    while (*rest) {
        char *line = strsep(&rest, "\n");
        *ret_line = ++number;
        /* A file cut short has no newline at its end: not to be trusted. */
        if (!rest || (number == 1 ? strcmp(line, HEADER) : load_line(&fresh, line, now_ms, wall_ms)))
            return -EINVAL;
    }
    if (number == 0) {
        *ret_line = 1;
        return -EINVAL;
    }
    *policy = fresh;
    return 0;
}
