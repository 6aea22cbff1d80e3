/* SPDX-License-Identifier: MIT */
#ifndef CTL_VARLINK_H
#define CTL_VARLINK_H

/* Varlink messages (https://varlink.org): JSON objects, read strictly and without trust. Pure. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define VARLINK_MAX_DEPTH 16 /* of nested arrays and objects; our own methods need two */

struct varlink_call {
    json_t *root; /* owned; the rest is borrowed from it */
    const char *method;
    json_t *parameters; /* an object, perhaps empty */
    bool more, oneway;
};

/** Reads one message without its NUL. 0 or -EINVAL with @why for people. varlink_call_clear() it when 0. */
int varlink_parse(const char *data, size_t len_bytes, struct varlink_call *ret_call, char *why, size_t why_bytes);
void varlink_call_clear(struct varlink_call *call);

/** A reply as text, *ret_len without the NUL that ends it (which is there). Takes @parameters. NULL: no memory. */
char *varlink_reply(json_t *parameters, bool continues, size_t *ret_len);
/** The same with @lists, members of text that are there already, before those of @parameters, of which there is one. */
char *varlink_reply_lists(const char *lists, json_t *parameters, bool continues, size_t *ret_len);
char *varlink_error(const char *error, json_t *parameters, size_t *ret_len);

#endif
