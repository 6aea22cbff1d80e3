/* SPDX-License-Identifier: MIT */
#ifndef CTL_JSON_OUT_H
#define CTL_JSON_OUT_H

/* The daemon's facts as JSON. Unknown is null. Everything returned is a new reference, NULL: no memory. */

#include "json_text.h"
#include <jansson.h>
#include <microcat/ctl/backend.h>

/* A number of seconds with one decimal (ages) or three (times spent). */
json_t *ctl_json_seconds(int64_t ms);
json_t *ctl_json_spent(int64_t ms);
/* Age of something that happened at @at_ms; null when it never did. */
json_t *ctl_json_age(int64_t at_ms, int64_t now_ms);
/* "" and NULL are null. */
json_t *ctl_json_string(const char *text);
/* MC_UNKNOWN is null. */
json_t *ctl_json_number(int32_t value);
json_t *ctl_json_tenths(int32_t value);
/* One that ended, or goes on. */
json_t *ctl_json_outage(const struct mc_history_entry *outage);

json_t *ctl_status_json(const struct mc_ctl_backend *backend, int64_t now_ms, int64_t wall_ms);
json_t *ctl_event_json(const struct mc_event *event, int64_t now_ms, int64_t wall_ms);
/* The newest @max lines, oldest first. */
json_t *ctl_trace_json(const struct mc_trace *trace, size_t max);
void ctl_outage_text(struct json_text *json, const struct mc_history_entry *outage);
/* The member "history": the newest @max entries, oldest first. To be freed; NULL: no memory. */
char *ctl_history_text(const struct mc_history *history, size_t max, bool masked);
/* The reply of Signal. The lists in it as members of text, to be freed: the newest @max samples of the last 24 h,
 * oldest first, and the outages that reach into them; and all the rest. */
char *ctl_signal_text(const struct mc_ctl_backend *backend, size_t max, int64_t wall_ms, bool masked);
json_t *ctl_signal_json(const struct mc_ctl_backend *backend, int64_t now_ms, int64_t wall_ms);
/* Sets "availability_24h", "availability_over_s", "outage" and "last_outage" in @out: what status and history share. */
void ctl_availability_json(json_t *out, const struct mc_history *history, int64_t now_ms, int64_t wall_ms);
/* Of mc_ctl_backend's info(), @all or what everybody may see: an array of {"name", "value"}. */
json_t *ctl_info_json(const struct mc_ctl_backend *backend, bool all);

/* Hides identities in all texts of @value, for those who may not command; NULL is allowed. 0, or -ENOMEM: some may
 * still be there. */
int ctl_json_mask(json_t *value);

#endif
