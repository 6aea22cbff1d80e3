/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <unistd.h>

json_t *whole_call_history(struct whole *w)
{
    json_t *reply, *list;

    assert_int_equal(whole_ctl(w, "--json|history"), 0);
    reply = json_loads(w->out, 0, NULL);
    assert_non_null(reply);
    list = json_incref(json_object_get(reply, "history"));
    json_decref(reply);
    return list;
}

size_t whole_call_count(const json_t *list, const char *kind)
{
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        n += !strcmp(json_string_value(json_object_get(json_array_get(list, i), "kind")), kind);
    return n;
}

struct whole_call whole_call_look(struct whole *w)
{
    struct whole_call call = {.pppd = (pid_t)whole_get_int(w, "ppp.pid"), .dials = whole_sim_count(w, "dials")};
    json_t *list = whole_call_history(w);

    call.pidfd = pidfd_open(call.pppd, 0);
    assert_true(call.pidfd >= 0);
    snprintf(call.local, sizeof(call.local), "%s", whole_get(w, "ppp.local"));
    call.age_s = whole_get_int(w, "state_age_s");
    call.lines = json_array_size(list);
    call.outages = whole_call_count(list, "outage");
    json_decref(list);
    return call;
}

void whole_call_ends(struct whole_call *call)
{
    if (!whole_poll(call->pidfd, POLLIN, whole_clock_ms() + WHOLE_MS))
        fail_msg("pppd %d still runs", (int)call->pppd);
    close(call->pidfd);
}

void whole_call_saved(struct whole *w, const char *name, const char *text)
{
    int watch = inotify_init1(IN_CLOEXEC);
    char path[160], events[4096];

    snprintf(path, sizeof(path), "%s/state", w->dir);
    assert_true(inotify_add_watch(watch, path, IN_MOVED_TO) >= 0);
    snprintf(path, sizeof(path), "%s/state/%s", w->dir, name);
    for (bool found = false; !found;) {
        char *saved = whole_read(path);

        found = strstr(saved, text) != NULL;
        free(saved);
        if (!found && !whole_poll(watch, POLLIN, whole_clock_ms() + WHOLE_MS))
            fail_msg("%s does not say \"%s\"", path, text);
        if (!found)
            assert_true(read(watch, events, sizeof(events)) > 0);
    }
    close(watch);
}

void whole_call_online(struct whole *w)
{
    whole_online(w, NULL, NULL);
    whole_store_holds(w, 4);
    whole_call_saved(w, "history", " online ");
}

void whole_call_stop(struct whole *w, struct whole_call *call)
{
    whole_stop(w, 20000);
    whole_call_ends(call);
    whole_store_holds(w, 0);
    assert_int_equal(whole_default_routes(NULL, 0), 0);
    whole_end(w);
}
