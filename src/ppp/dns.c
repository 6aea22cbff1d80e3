/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/dns.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#define DESTINATION "org.freedesktop.resolve1"
#define OBJECT      "/org/freedesktop/resolve1"
#define INTERFACE   "org.freedesktop.resolve1.Manager"
#define SYSTEM_BUS  "unix:path=/run/dbus/system_bus_socket"

enum { CALL_LIMIT_MS = 5000, MAX_REQUESTS = 8, MAX_SERVERS = 8 };

struct request {
    struct mc_dns *dns;
    unsigned open_calls;
    int result;
    mc_dns_done_fn *done;
    void *ctx;
    struct mc_timer limit;    /* sd-bus alone would give a bus that lets nobody in 90 s */
    struct mc_timer deferred; /* a result that was there before the request was through */
    struct request *next;
    sd_bus_slot *slots[2];
    unsigned n_slots;
};

struct mc_dns {
    struct mc_loop *loop;
    sd_bus *bus; /* only while requests are open: an idle bus would wake us for other people's news */
    char *address;
    struct mc_watch watch;
    struct mc_timer timer, close_soon;
    struct request *requests;
};

static void pump(struct mc_dns *dns);

bool mc_dns_usable(const char *address)
{
    struct in_addr in;
    struct in6_addr in6;

    if (inet_pton(AF_INET, address, &in) == 1) {
        uint32_t host = ntohl(in.s_addr);

        return host >> 24 != 0 && host >> 24 != 127 && host < 0xe0000000u && host != 0x0a0b0c0du && host != 0x0a0b0c0eu;
    }
    if (inet_pton(AF_INET6, address, &in6) == 1)
        return !IN6_IS_ADDR_UNSPECIFIED(&in6) && !IN6_IS_ADDR_LOOPBACK(&in6) && !IN6_IS_ADDR_MULTICAST(&in6);
    return false;
}

static void unlink_request(struct request *request)
{
    for (struct request **at = &request->dns->requests; *at != NULL; at = &(*at)->next)
        if (*at == request) {
            *at = request->next;
            return;
        }
}

static void free_request(struct request *request)
{
    mc_timer_disarm(&request->deferred);
    mc_timer_disarm(&request->limit);
    for (unsigned i = 0; i < request->n_slots; i++)
        sd_bus_slot_unref(request->slots[i]); /* its answer is not called back any more */
    free(request);
}

static void on_deferred(void *ctx)
{
    struct request *request = ctx;
    struct mc_dns *dns = request->dns;
    mc_dns_done_fn *done = request->done;
    void *done_ctx = request->ctx;
    int result = request->result;

    unlink_request(request);
    free_request(request);
    if (dns->requests == NULL)
        mc_timer_arm(&dns->close_soon, mc_loop_timers(dns->loop), 0);
    if (done != NULL)
        done(done_ctx, result);
}

/* Always through the queue: nobody is called back from inside sd_bus_process(). */
static void settle(struct request *request)
{
    if (request->open_calls == 0 && !mc_timer_armed(&request->deferred))
        mc_timer_arm(&request->deferred, mc_loop_timers(request->dns->loop), 0);
}

static void on_limit(void *ctx)
{
    struct request *request = ctx;

    request->open_calls = 0;
    request->result = -ETIMEDOUT;
    settle(request);
}

static void close_bus(struct mc_dns *dns)
{
    mc_watch_remove(&dns->watch);
    mc_timer_disarm(&dns->timer);
    if (dns->bus != NULL)
        sd_bus_close(dns->bus);
    dns->bus = sd_bus_unref(dns->bus);
}

static void fail_all(struct mc_dns *dns, int error)
{
    for (struct request *request = dns->requests; request != NULL; request = request->next) {
        if (request->open_calls == 0)
            continue;
        request->open_calls = 0;
        request->result = error;
        settle(request);
    }
    close_bus(dns);
}

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
    struct request *request = ctx;
    const sd_bus_error *error = sd_bus_message_get_error(answer);

    if (request->open_calls == 0)
        return 0;
    request->open_calls--;
    if (error != NULL && request->result == 0) {
        request->result = error_of(error);
        mc_debug("systemd-resolved: %s: %s", error->name, error->message != NULL ? error->message : "");
    }
    settle(request);
    return 0;
}

static void on_ready(void *ctx, int fd, unsigned ready)
{
    pump(ctx);
}

static void on_timer(void *ctx)
{
    pump(ctx);
}

static void on_close_soon(void *ctx)
{
    struct mc_dns *dns = ctx;

    if (dns->requests == NULL)
        close_bus(dns);
}

/* sd-bus says when it wants to be woken (CLOCK_MONOTONIC, us). */
static void arm_timer(struct mc_dns *dns)
{
    uint64_t until_us = 0;
    struct timespec now;
    int64_t left_us;

    mc_timer_disarm(&dns->timer);
    if (sd_bus_get_timeout(dns->bus, &until_us) <= 0 || until_us == UINT64_MAX)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    left_us = (int64_t)until_us - (now.tv_sec * 1000000LL + now.tv_nsec / 1000);
    mc_timer_arm(&dns->timer, mc_loop_timers(dns->loop), left_us > 0 ? (left_us + 999) / 1000 : 0);
}

static int watch_bus(struct mc_dns *dns)
{
    int fd = sd_bus_get_fd(dns->bus), events = sd_bus_get_events(dns->bus);
    unsigned interest = 0;

    if (fd < 0 || events < 0)
        return fd < 0 ? fd : events;
    interest |= (events & POLLIN) != 0 ? (unsigned)MC_WATCH_READ : 0;
    interest |= (events & POLLOUT) != 0 ? (unsigned)MC_WATCH_WRITE : 0;
    if (dns->watch.loop != NULL && dns->watch.fd == fd)
        return mc_watch_set(&dns->watch, interest);
    mc_watch_remove(&dns->watch);
    return mc_watch_add(&dns->watch, dns->loop, fd, interest, on_ready, dns);
}

static void pump(struct mc_dns *dns)
{
    int r;

    if (dns->bus == NULL)
        return;
    do
        r = sd_bus_process(dns->bus, NULL);
    while (r > 0);
    if (r == 0)
        r = watch_bus(dns);
    if (r < 0)
        fail_all(dns, r == -ECONNREFUSED || r == -ENOTCONN || r == -ECONNRESET ? -ENOENT : r);
    else
        arm_timer(dns);
}

static int open_bus(struct mc_dns *dns)
{
    const char *address = dns->address != NULL ? dns->address : getenv("DBUS_SYSTEM_BUS_ADDRESS");
    int r;

    if (dns->bus != NULL)
        return 0;
    r = sd_bus_new(&dns->bus);
    if (r >= 0)
        r = sd_bus_set_address(dns->bus, address != NULL ? address : SYSTEM_BUS);
    if (r >= 0)
        r = sd_bus_set_bus_client(dns->bus, true);
    if (r >= 0)
        r = sd_bus_start(dns->bus);
    if (r < 0)
        close_bus(dns);
    return r == -ECONNREFUSED ? -ENOENT : r;
}

struct mc_dns *mc_dns_new(struct mc_loop *loop)
{
    struct mc_dns *dns = calloc(1, sizeof(*dns));

    if (dns == NULL)
        return NULL;
    dns->loop = loop;
    mc_timer_init(&dns->timer, "dns bus", on_timer, dns);
    mc_timer_init(&dns->close_soon, "dns close", on_close_soon, dns);
    return dns;
}

void mc_dns_free(struct mc_dns *dns)
{
    if (dns == NULL)
        return;
    while (dns->requests != NULL) {
        struct request *request = dns->requests;

        dns->requests = request->next;
        free_request(request);
    }
    mc_timer_disarm(&dns->close_soon);
    close_bus(dns);
    free(dns->address);
    free(dns);
}

int mc_dns_set_address(struct mc_dns *dns, const char *address)
{
    char *copy = strdup(address);

    if (copy == NULL)
        return -ENOMEM;
    free(dns->address);
    dns->address = copy;
    return 0;
}

static struct request *new_request(struct mc_dns *dns, mc_dns_done_fn *done, void *ctx)
{
    struct request *request;
    unsigned n = 0;

    for (request = dns->requests; request != NULL; request = request->next)
        n++;
    request = n < MAX_REQUESTS ? calloc(1, sizeof(*request)) : NULL;
    if (request == NULL)
        return NULL;
    *request = (struct request){.dns = dns, .done = done, .ctx = ctx, .next = dns->requests};
    mc_timer_init(&request->deferred, "dns done", on_deferred, request);
    mc_timer_init(&request->limit, "dns limit", on_limit, request);
    mc_timer_arm(&request->limit, mc_loop_timers(dns->loop), CALL_LIMIT_MS);
    dns->requests = request;
    return request;
}

/* Sends @call; the answer, or its absence, ends up in @request. Takes the reference to @call. */
static void send_call(struct request *request, sd_bus_message *call)
{
    int r = sd_bus_message_set_auto_start(call, false); /* where resolved is not running it was not wanted */

    if (r >= 0)
        r = sd_bus_call_async(request->dns->bus, &request->slots[request->n_slots], call, on_answer, request,
                              CALL_LIMIT_MS * 1000ULL);
    if (r >= 0) {
        request->n_slots++;
        request->open_calls++;
    } else if (request->result == 0) {
        request->result = r;
    }
    sd_bus_message_unref(call);
}

static int new_call(struct mc_dns *dns, const char *method, int index, sd_bus_message **ret_call)
{
    int r = sd_bus_message_new_method_call(dns->bus, ret_call, DESTINATION, OBJECT, INTERFACE, method);

    return r < 0 ? r : sd_bus_message_append(*ret_call, "i", index);
}

static int append_server(sd_bus_message *call, const char *server)
{
    uint8_t bytes[16];
    int family = inet_pton(AF_INET, server, bytes) == 1 ? AF_INET : AF_INET6;
    int r;

    if (family == AF_INET6 && inet_pton(AF_INET6, server, bytes) != 1)
        return -EINVAL;
    r = sd_bus_message_open_container(call, 'r', "iay");
    if (r >= 0)
        r = sd_bus_message_append(call, "i", family);
    if (r >= 0)
        r = sd_bus_message_append_array(call, 'y', bytes, family == AF_INET ? 4 : 16);
    return r < 0 ? r : sd_bus_message_close_container(call);
}

static int call_servers(struct request *request, int index, const char *const *servers, size_t n_servers)
{
    sd_bus_message *call = NULL;
    int r = new_call(request->dns, "SetLinkDNS", index, &call);

    if (r >= 0)
        r = sd_bus_message_open_container(call, 'a', "(iay)");
    for (size_t i = 0; r >= 0 && i < n_servers; i++)
        if (mc_dns_usable(servers[i]))
            r = append_server(call, servers[i]);
    if (r >= 0)
        r = sd_bus_message_close_container(call);
    if (r < 0) {
        sd_bus_message_unref(call);
        return r;
    }
    send_call(request, call);
    return 0;
}

static int call_default_route(struct request *request, int index, bool default_route)
{
    sd_bus_message *call = NULL;
    int r = new_call(request->dns, "SetLinkDefaultRoute", index, &call);

    if (r >= 0)
        r = sd_bus_message_append(call, "b", (int)default_route);
    if (r < 0) {
        sd_bus_message_unref(call);
        return r;
    }
    send_call(request, call);
    return 0;
}

static int call_revert(struct request *request, int index)
{
    sd_bus_message *call = NULL;
    int r = new_call(request->dns, "RevertLink", index, &call);

    if (r < 0) {
        sd_bus_message_unref(call);
        return r;
    }
    send_call(request, call);
    return 0;
}

/* From here on the result comes through @done, whatever it is. */
static int conclude(struct request *request, int r)
{
    if (r < 0 && request->result == 0)
        request->result = r;
    settle(request);
    if (request->open_calls > 0)
        pump(request->dns);
    return 0;
}

int mc_dns_set(struct mc_dns *dns, const char *ifname, const char *const *servers, size_t n_servers, bool default_route,
               mc_dns_done_fn *done, void *ctx)
{
    int index = (int)if_nametoindex(ifname), r;
    struct request *request;
    size_t usable = 0;

    for (size_t i = 0; i < n_servers; i++)
        usable += mc_dns_usable(servers[i]);
    if (usable == 0 || n_servers > MAX_SERVERS)
        return -EINVAL;
    if (index == 0)
        return -ENODEV;
    request = new_request(dns, done, ctx);
    if (request == NULL)
        return -ENOMEM;
    r = open_bus(dns);
    if (r >= 0)
        r = call_servers(request, index, servers, n_servers);
    if (r >= 0)
        r = call_default_route(request, index, default_route);
    return conclude(request, r);
}

int mc_dns_revert(struct mc_dns *dns, const char *ifname, mc_dns_done_fn *done, void *ctx)
{
    int index = (int)if_nametoindex(ifname), r;
    struct request *request;

    if (index == 0)
        return -ENODEV;
    request = new_request(dns, done, ctx);
    if (request == NULL)
        return -ENOMEM;
    r = open_bus(dns);
    if (r >= 0)
        r = call_revert(request, index);
    return conclude(request, r);
}
