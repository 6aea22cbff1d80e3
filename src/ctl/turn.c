/* SPDX-License-Identifier: MIT */

/*
 * Whose turn it is: one call at a time, of the user whose last turn is the longest ago, and of those in the order in
 * which they came. So between two turns of one user there is one of everybody else who waited at the first. However
 * many ask, and whatever they ask, the loop looks at the line and the relay between two answers.
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

/* A user of whom no connection is left may just have had a turn: who connects anew for every call gains nothing by it.
 */
uint64_t ctl_turn_last(const struct mc_ctl_server *server, uid_t uid)
{
    for (const struct ctl_client *client = server->clients; client; client = client->next)
        if (client->uid == uid)
            return client->last_turn;
    return server->turns;
}

static struct ctl_client *choose(const struct mc_ctl_server *server)
{
    struct ctl_client *chosen = server->first_waiting;

    for (struct ctl_client *client = chosen; client; client = client->next_waiting)
        if (client->last_turn < chosen->last_turn)
            chosen = client;
    return chosen;
}

static void note_turn(struct mc_ctl_server *server, uid_t uid)
{
    server->turns++;
    for (struct ctl_client *client = server->clients; client; client = client->next)
        if (client->uid == uid)
            client->last_turn = server->turns;
}

void ctl_turn_take(void *ctx)
{
    struct mc_ctl_server *server = ctx;
    struct ctl_client *client = choose(server);

    note_turn(server, client->uid);
    ctl_turn_leave(client);
    if (server->first_waiting)
        mc_timer_arm(&server->turn, server->queue, 0);
    ctl_client_run(client);
}
