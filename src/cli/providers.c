/* SPDX-License-Identifier: MIT */
#include "providers.h"
#include <errno.h>
#include <expat.h>
#include <microcat/base/cleanup.h>
#include <microcat/io/atomic_file.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES (8 << 20)

struct search {
    const char *imsi;
    struct provider_apn *out;
    size_t max, n, first; /* of this provider */
    bool ours, internet, in_apn;
    char provider[64], text[128];
    size_t len;
};

static void copy(char *out, size_t out_bytes, const char *text)
{
    size_t len = strnlen(text, out_bytes - 1);

    memcpy(out, text, len);
    out[len] = '\0';
}

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (!strcmp(attributes[0], name))
            return attributes[1];
    return "";
}

static void on_begin(void *ctx, const char *name, const char **attributes)
{
    struct search *search = ctx;
    char code[16];

    search->len = 0;
    search->text[0] = '\0';
    if (!strcmp(name, "provider")) {
        search->ours = false;
        search->first = search->n;
        search->provider[0] = '\0';
    } else if (!strcmp(name, "network-id")) {
        snprintf(code, sizeof(code), "%.3s%.3s", attribute(attributes, "mcc"), attribute(attributes, "mnc"));
        search->ours = search->ours || (strlen(code) >= 5 && !strncmp(search->imsi, code, strlen(code)));
    } else if (!strcmp(name, "apn") && search->n < search->max) {
        search->in_apn = true;
        search->internet = false;
        search->out[search->n] = (struct provider_apn){0};
        copy(search->out[search->n].apn, sizeof(search->out->apn), attribute(attributes, "value"));
    } else if (!strcmp(name, "usage")) {
        search->internet = !strcmp(attribute(attributes, "type"), "internet");
    }
}

static void on_text(void *ctx, const char *text, int len)
{
    struct search *search = ctx;

    for (int i = 0; i < len && search->len < sizeof(search->text) - 1; i++)
        search->text[search->len++] = text[i];
    search->text[search->len] = '\0';
}

static void on_end(void *ctx, const char *name)
{
    struct search *search = ctx;
    struct provider_apn *apn = search->in_apn ? &search->out[search->n] : NULL;

    if (!strcmp(name, "name") && apn)
        copy(apn->name, sizeof(apn->name), search->text);
    else if (!strcmp(name, "name") && !*search->provider)
        copy(search->provider, sizeof(search->provider), search->text);
    else if (!strcmp(name, "username") && apn)
        copy(apn->user, sizeof(apn->user), search->text);
    else if (!strcmp(name, "password") && apn)
        copy(apn->password, sizeof(apn->password), search->text);
    if (!strcmp(name, "apn") && apn) {
        copy(apn->provider, sizeof(apn->provider), search->provider);
        search->n += search->internet && *apn->apn;
        search->in_apn = false;
    }
    if (!strcmp(name, "provider") && !search->ours)
        search->n = search->first;
}

int providers_find(const char *file, const char *imsi, struct provider_apn *out, size_t max)
{
    struct search search = {.imsi = imsi, .out = out, .max = max};
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = mc_file_read(file, FILE_MAX_BYTES, &text, &len);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    XML_Parser parser = XML_ParserCreate(NULL);
    if (!parser)
        return -ENOMEM;
    XML_SetUserData(parser, &search);
    XML_SetElementHandler(parser, on_begin, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    r = XML_Parse(parser, text, (int)len, 1) == XML_STATUS_OK ? (int)search.n : -EBADMSG;
    XML_ParserFree(parser);
    return r;
}
