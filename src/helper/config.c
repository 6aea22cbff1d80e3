/* SPDX-License-Identifier: MIT */
/*
 * By which configuration a request is served: the files as they are now; or, when they have mistakes, the last good
 * one, as for the daemon, which goes on with the old one, too. A helper lives for half a minute: what it went by it
 * leaves to the next one in a note.
 */
#include "server_priv.h"

#include <microcat/base/log.h>
#include <microcat/daemon/config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void note(const struct mc_helper_server *server)
{
    char *text = mc_config_keep(server->config);
    int r = text != NULL ? helper_note_config(server, text) : -ENOMEM;

    if (r < 0)
        mc_warn("the configuration cannot be noted, for when the next one has mistakes: %s", strerror(-r));
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

static struct mc_config *noted(const struct mc_helper_server *server)
{
    char *text = helper_noted_config(server);
    struct mc_config *config = NULL;

    if (text == NULL)
        return NULL;
    if (mc_config_restore(text, &config) < 0)
        config = NULL;
    explicit_bzero(text, strlen(text));
    free(text);
    return config;
}

/* The first one, without what was read: it may be a secret in the wrong place, and goes where others look. */
static void on_report(void *ctx, enum mc_log_level level, const char *text)
{
    struct mc_helper_server *server = ctx;
    const char *key = strstr(text, ": [");

    mc_debug("%s", text); /* the daemon has said it already, and says it better */
    if (level > MC_LOG_ERR || server->mistake[0] != '\0')
        return;
    snprintf(server->mistake, sizeof(server->mistake), "%s", text);
    char *value = key != NULL && key - text < (ptrdiff_t)sizeof(server->mistake)
                      ? strchr(server->mistake + (key - text), '=')
                      : NULL;
    if (value != NULL)
        value[1] = '\0';
}

/* Once, and again when it is another one. */
static void tell(struct mc_helper_server *server)
{
    if (strcmp(server->mistake, server->told) == 0)
        return;
    strcpy(server->told, server->mistake);
    if (server->config != NULL)
        mc_warn("the configuration has mistakes (%s): the one before goes on", server->mistake);
    else
        mc_err("the configuration has mistakes (%s), and there is none from before: nothing that needs one is done",
               server->mistake);
}

static void take(struct mc_helper_server *server, struct mc_config *fresh)
{
    const bool same = server->config != NULL &&
                      mc_config_diff(mc_config_settings(server->config), mc_config_settings(fresh), NULL, NULL) == 0;

    mc_config_free(server->config);
    server->config = fresh;
    server->told[0] = '\0';
    if (!same)
        note(server);
}

const struct mc_settings *mc_helper_settings(struct mc_helper_server *server)
{
    const char *instance = strcmp(server->place.instance, "microcatd") == 0 ? "" : server->place.instance;
    struct mc_config *fresh = NULL;

    server->mistake[0] = '\0';
    int r = mc_config_load(server->place.config, instance, on_report, server, &fresh);
    if (r < 0 && server->config == NULL)
        server->config = noted(server);
    /* One that has lost its APN is half a file, as it is to the daemon; one that never had an APN is to be served. */
    if (r == 0 || (r == -ENODATA && (server->config == NULL || *mc_config_settings(server->config)->pdp.apn == '\0'))) {
        take(server, fresh);
    } else {
        mc_config_free(fresh);
        if (server->mistake[0] == '\0')
            snprintf(server->mistake, sizeof(server->mistake), "%s: %s", server->place.config, strerror(-r));
        tell(server);
    }
    return server->config != NULL ? mc_config_settings(server->config) : NULL;
}
