/* SPDX-License-Identifier: MIT */
#include "dns_bus.h"

#include <microcat/base/log.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/dns.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#define DESTINATION "org.freedesktop.resolve1"
#define OBJECT      "/org/freedesktop/resolve1"
#define INTERFACE   "org.freedesktop.resolve1.Manager"
#define SYSTEM_BUS  "unix:path=/run/dbus/system_bus_socket"

struct mc_dns_bus {
    struct mc_loop *loop;
    mc_dns_broken_fn *broken;
    void *ctx;
    sd_bus *bus;
    char *address;
    struct mc_watch watch;
    struct mc_timer timer;
};

static int error_of(const sd_bus_error *error)
{
    if (sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
        sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
        return -ENOENT;
    if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) || sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT))
        return -ETIMEDOUT;
    return -(sd_bus_error_get_errno(error) != 0 ? sd_bus_error_get_errno(error) : EIO);
}

static int on_answer(sd_bus_message *answer, void *ctx, sd_bus_error *unused)
{
    struct mc_dns_call *call = ctx;
    const sd_bus_error *error = sd_bus_message_get_error(answer);

    if (error != NULL)
        mc_debug("systemd-resolved: %s: %s", error->name, error->message != NULL ? error->message : "");
    call->answer(call->ctx, error != NULL ? error_of(error) : 0);
    return 0;
}

/* ---- the connection ---- */

static void on_ready(void *ctx, int fd, unsigned ready)
{
    mc_dns_bus_pump(ctx);
}

static void on_timer(void *ctx)
{
    mc_dns_bus_pump(ctx);
}

/* sd-bus says when it wants to be woken (CLOCK_MONOTONIC, us). */
static void arm_timer(struct mc_dns_bus *bus)
{
    uint64_t until_us = 0;
    struct timespec now;
    int64_t left_us;

    mc_timer_disarm(&bus->timer);
    if (sd_bus_get_timeout(bus->bus, &until_us) <= 0 || until_us == UINT64_MAX)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    left_us = (int64_t)until_us - (now.tv_sec * 1000000LL + now.tv_nsec / 1000);
    mc_timer_arm(&bus->timer, mc_loop_timers(bus->loop), left_us > 0 ? (left_us + 999) / 1000 : 0);
}

static int watch_bus(struct mc_dns_bus *bus)
{
    int fd = sd_bus_get_fd(bus->bus), events = sd_bus_get_events(bus->bus);
    unsigned interest = 0;

    if (fd < 0 || events < 0)
        return fd < 0 ? fd : events;
    interest |= (events & POLLIN) != 0 ? (unsigned)MC_WATCH_READ : 0;
    interest |= (events & POLLOUT) != 0 ? (unsigned)MC_WATCH_WRITE : 0;
    if (bus->watch.loop != NULL && bus->watch.fd == fd)
        return mc_watch_set(&bus->watch, interest);
    mc_watch_remove(&bus->watch);
    return mc_watch_add(&bus->watch, bus->loop, fd, interest, on_ready, bus);
}

void mc_dns_bus_close(struct mc_dns_bus *bus)
{
    mc_watch_remove(&bus->watch);
    mc_timer_disarm(&bus->timer);
    if (bus->bus != NULL)
        sd_bus_close(bus->bus);
    bus->bus = sd_bus_unref(bus->bus);
}

void mc_dns_bus_pump(struct mc_dns_bus *bus)
{
    int r;

    if (bus->bus == NULL)
        return;
    do
        r = sd_bus_process(bus->bus, NULL);
    while (r > 0);
    if (r == 0)
        r = watch_bus(bus);
    if (r >= 0) {
        arm_timer(bus);
        return;
    }
    mc_dns_bus_close(bus);
    bus->broken(bus->ctx, r == -ECONNREFUSED || r == -ENOTCONN || r == -ECONNRESET ? -ENOENT : r);
}

int mc_dns_bus_open(struct mc_dns_bus *bus)
{
    const char *address = bus->address != NULL ? bus->address : getenv("DBUS_SYSTEM_BUS_ADDRESS");
    int r;

    if (bus->bus != NULL)
        return 0;
    r = sd_bus_new(&bus->bus);
    if (r >= 0)
        r = sd_bus_set_address(bus->bus, address != NULL ? address : SYSTEM_BUS);
    if (r >= 0)
        r = sd_bus_set_bus_client(bus->bus, true);
    if (r >= 0)
        r = sd_bus_start(bus->bus);
    if (r < 0)
        mc_dns_bus_close(bus);
    return r == -ECONNREFUSED ? -ENOENT : r;
}

struct mc_dns_bus *mc_dns_bus_new(struct mc_loop *loop, mc_dns_broken_fn *broken, void *ctx)
{
    struct mc_dns_bus *bus = calloc(1, sizeof(*bus));

    if (bus == NULL)
        return NULL;
    *bus = (struct mc_dns_bus){.loop = loop, .broken = broken, .ctx = ctx};
    mc_timer_init(&bus->timer, "dns bus", on_timer, bus);
    return bus;
}

void mc_dns_bus_free(struct mc_dns_bus *bus)
{
    if (bus == NULL)
        return;
    mc_dns_bus_close(bus);
    free(bus->address);
    free(bus);
}

int mc_dns_bus_set_address(struct mc_dns_bus *bus, const char *address)
{
    char *copy = strdup(address);

    if (copy == NULL)
        return -ENOMEM;
    free(bus->address);
    bus->address = copy;
    return 0;
}

/* ---- calls ---- */

static int new_message(struct mc_dns_bus *bus, const char *method, int index, sd_bus_message **ret_message)
{
    int r = sd_bus_message_new_method_call(bus->bus, ret_message, DESTINATION, OBJECT, INTERFACE, method);

    return r < 0 ? r : sd_bus_message_append(*ret_message, "i", index);
}

/* Sends what was built without an error @r; takes the reference. */
static int send_message(struct mc_dns_bus *bus, sd_bus_message *message, int r, struct mc_dns_call *call)
{
    if (r >= 0)
        r = sd_bus_message_set_auto_start(message, false); /* where resolved is not running it was not wanted */
    if (r >= 0)
        r = sd_bus_call_async(bus->bus, &call->slot, message, on_answer, call, MC_DNS_LIMIT_MS * 1000ULL);
    sd_bus_message_unref(message);
    return r < 0 ? r : 0;
}

void mc_dns_bus_forget(struct mc_dns_call *call)
{
    call->slot = sd_bus_slot_unref(call->slot);
}

static int append_server(sd_bus_message *message, const char *server)
{
    uint8_t bytes[16];
    int family = inet_pton(AF_INET, server, bytes) == 1 ? AF_INET : AF_INET6;
    int r;

    if (family == AF_INET6 && inet_pton(AF_INET6, server, bytes) != 1)
        return -EINVAL;
    r = sd_bus_message_open_container(message, 'r', "iay");
    if (r >= 0)
        r = sd_bus_message_append(message, "i", family);
    if (r >= 0)
        r = sd_bus_message_append_array(message, 'y', bytes, family == AF_INET ? 4 : 16);
    return r < 0 ? r : sd_bus_message_close_container(message);
}

int mc_dns_bus_set_servers(struct mc_dns_bus *bus, int index, const char *const *servers, size_t n_servers,
                           struct mc_dns_call *call)
{
    sd_bus_message *message = NULL;
    int r = new_message(bus, "SetLinkDNS", index, &message);

    if (r >= 0)
        r = sd_bus_message_open_container(message, 'a', "(iay)");
    for (size_t i = 0; r >= 0 && i < n_servers; i++)
        if (mc_dns_usable(servers[i]))
            r = append_server(message, servers[i]);
    if (r >= 0)
        r = sd_bus_message_close_container(message);
    return send_message(bus, message, r, call);
}

int mc_dns_bus_set_default_route(struct mc_dns_bus *bus, int index, bool default_route, struct mc_dns_call *call)
{
    sd_bus_message *message = NULL;
    int r = new_message(bus, "SetLinkDefaultRoute", index, &message);

    if (r >= 0)
        r = sd_bus_message_append(message, "b", (int)default_route);
    return send_message(bus, message, r, call);
}

int mc_dns_bus_revert(struct mc_dns_bus *bus, int index, struct mc_dns_call *call)
{
    sd_bus_message *message = NULL;
    int r = new_message(bus, "RevertLink", index, &message);

    return send_message(bus, message, r, call);
}
