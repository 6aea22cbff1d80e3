/* SPDX-License-Identifier: MIT */
#include "varlink.h"
#include <errno.h>
#include <microcat/base/parse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* jansson recurses by depth: what is nested deeper than anything of ours is refused before it gets there. */
static bool too_deep(const char *data, size_t len_bytes)
{
    bool in_string = false;
    int depth = 0;

    for (size_t i = 0; i < len_bytes; i++) {
        char c = data[i];

        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '['))
            depth++;
        else if (!in_string && (c == '}' || c == ']'))
            depth--;
        if (depth > VARLINK_MAX_DEPTH)
            return true;
    }
    return false;
}

/* A member that is a boolean, false, null or not there. */
static int get_flag(const json_t *root, const char *key, bool *ret_flag)
{
    const json_t *value = json_object_get(root, key);

    if (value && !json_is_boolean(value) && !json_is_null(value))
        return -EINVAL;
    *ret_flag = json_is_true(value);
    return 0;
}

static const char *take_call(json_t *root, struct varlink_call *call)
{
    const json_t *method = json_object_get(root, "method");
    json_t *parameters = json_object_get(root, "parameters");
    bool upgrade;

    if (!json_is_object(root))
        return "a message is a JSON object";
    if (!json_is_string(method))
        return "\"method\" is missing or no string";
    if (parameters && !json_is_object(parameters) && !json_is_null(parameters))
        return "\"parameters\" is no object";
    if (get_flag(root, "more", &call->more) < 0 || get_flag(root, "oneway", &call->oneway) < 0 ||
        get_flag(root, "upgrade", &upgrade) < 0)
        return "\"more\", \"oneway\" and \"upgrade\" are booleans";
    if (upgrade)
        return "\"upgrade\" is not supported";
    if (call->more && call->oneway)
        return "\"more\" and \"oneway\" exclude each other";
    if (!json_is_object(parameters)) {
        parameters = json_object();
        if (!parameters || json_object_set_new(root, "parameters", parameters) < 0)
            return "out of memory";
    }
    call->method = json_string_value(method);
    call->parameters = parameters;
    call->root = root;
    return NULL;
}

int varlink_parse(const char *data, size_t len_bytes, struct varlink_call *ret_call, char *why, size_t why_bytes)
{
    struct varlink_call call = {0};
    const char *wrong;
    json_error_t error;
    json_t *root;

    if (mc_parse_utf8(data, len_bytes) < 0) {
        snprintf(why, why_bytes, "the message is no valid UTF-8");
        return -EINVAL;
    }
    if (too_deep(data, len_bytes)) {
        snprintf(why, why_bytes, "the message is nested more than %d deep", VARLINK_MAX_DEPTH);
        return -EINVAL;
    }
    root = json_loadb(data, len_bytes, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        snprintf(why, why_bytes, "the message is no valid JSON: %s", error.text);
        return -EINVAL;
    }
    wrong = take_call(root, &call);
    if (wrong) {
        snprintf(why, why_bytes, "%s", wrong);
        json_decref(root);
        return -EINVAL;
    }
    *ret_call = call;
    return 0;
}

void varlink_call_clear(struct varlink_call *call)
{
    json_decref(call->root);
    *call = (struct varlink_call){0};
}

static char *dump(json_t *message, size_t *ret_len)
{
    /* 15 digits: what went in as 3.4 comes out as 3.4 */
    char *text = message ? json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;

    json_decref(message);
    if (text)
        *ret_len = strlen(text);
    return text;
}

char *varlink_reply(json_t *parameters, bool continues, size_t *ret_len)
{
    json_t *message = json_object();

    json_object_set_new(message, "parameters", parameters ? parameters : json_object());
    if (continues)
        json_object_set_new(message, "continues", json_true());
    return dump(message, ret_len);
}

char *varlink_reply_lists(const char *lists, json_t *parameters, bool continues, size_t *ret_len)
{
    static const char begin[] = "{\"parameters\":{", more[] = ",\"continues\":true", end[] = "}";
    size_t len = 0;
    char *rest = dump(parameters, &len), *text = NULL, *to;

    if (lists && rest)
        text = malloc(strlen(lists) + len + sizeof(begin) + sizeof(more) + sizeof(end));
    if (text) {
        to = stpcpy(stpcpy(text, begin), lists);
        *to++ = ',';
        to = stpcpy(to, rest + 1); /* without its brace */
        to = stpcpy(stpcpy(to, continues ? more : ""), end);
        *ret_len = (size_t)(to - text);
    }
    free(rest);
    return text;
}

char *varlink_error(const char *error, json_t *parameters, size_t *ret_len)
{
    json_t *message = json_object();

    json_object_set_new(message, "error", json_string(error));
    json_object_set_new(message, "parameters", parameters ? parameters : json_object());
    return dump(message, ret_len);
}
