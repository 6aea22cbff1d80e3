/* SPDX-License-Identifier: MIT */

/*
 * Whose turn it is: one call at a time, in the order in which they came, but no user's second one before another's
 * first. However many ask, and whatever they ask, the loop looks at the line and the relay between two answers.
 */

#include "server_internal.h"

void ctl_turn_wait(struct ctl_client *client)
{
    struct mc_ctl_server *server = client->server;

    client->waits = true;
    client->next_waiting = NULL;
    if (server->last_waiting)
        server->last_waiting->next_waiting = client;
    else
        server->first_waiting = client;
    server->last_waiting = client;
    if (!mc_timer_armed(&server->turn))
        mc_timer_arm(&server->turn, server->queue, 0);
}

void ctl_turn_leave(struct ctl_client *client)
{
    struct mc_ctl_server *server = client->server;
    struct ctl_client **at = &server->first_waiting, *before = NULL;

    if (!client->waits)
        return;
    client->waits = false;
    for (; *at != client; at = &before->next_waiting)
        before = *at;
    *at = client->next_waiting;
    if (server->last_waiting == client)
        server->last_waiting = before;
    if (!server->first_waiting)
        mc_timer_disarm(&server->turn);
}

/* The first of another user than the last one, or simply the first. */
static struct ctl_client *choose(const struct mc_ctl_server *server)
{
    struct ctl_client *client = server->first_waiting;

    while (client && client->uid == server->turn_uid)
        client = client->next_waiting;
    return client ? client : server->first_waiting;
}

void ctl_turn_take(void *ctx)
{
    struct mc_ctl_server *server = ctx;
    struct ctl_client *client = choose(server);

    server->turn_uid = client->uid;
    ctl_turn_leave(client);
    if (server->first_waiting)
        mc_timer_arm(&server->turn, server->queue, 0);
    ctl_client_run(client);
}
