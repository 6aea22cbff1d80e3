/* SPDX-License-Identifier: MIT */
/* What is asked of systemd-resolved: each request is bounded and ends once. dns_bus.c carries it there. */
#include "dns_bus.h"

#include <microcat/host/privileged.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/dns.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>

enum { MAX_REQUESTS = 8, MAX_SERVERS = 8, CALLS = 2 };

struct request {
    struct mc_dns *dns;
    unsigned open_calls;
    int result;
    mc_dns_done_fn *done;
    void *ctx;
    struct mc_timer limit;    /* sd-bus alone would give a bus that lets nobody in 90 s */
    struct mc_timer deferred; /* a result that was there before the request was through */
    struct request *next;
    struct mc_dns_call calls[CALLS];
    unsigned n_calls;
};

struct mc_dns {
    struct mc_loop *loop;
    struct mc_dns_bus *bus; /* open only while requests are: an idle bus would wake us for other people's news */
    struct mc_timer close_soon;
    struct request *requests;
};

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
    for (unsigned i = 0; i < CALLS; i++)
        mc_dns_bus_forget(&request->calls[i]);
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

/* Always through the queue: nobody is called back from inside sd-bus. */
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

static void on_broken(void *ctx, int error)
{
    struct mc_dns *dns = ctx;

    for (struct request *request = dns->requests; request != NULL; request = request->next) {
        if (request->open_calls == 0)
            continue;
        request->open_calls = 0;
        request->result = error;
        settle(request);
    }
}

static void on_answer(void *ctx, int result)
{
    struct request *request = ctx;

    if (request->open_calls == 0)
        return;
    request->open_calls--;
    if (request->result == 0)
        request->result = result;
    settle(request);
}

static void on_close_soon(void *ctx)
{
    struct mc_dns *dns = ctx;

    if (dns->requests == NULL)
        mc_dns_bus_close(dns->bus);
}

struct mc_dns *mc_dns_new(struct mc_loop *loop)
{
    struct mc_dns *dns = calloc(1, sizeof(*dns));

    if (dns == NULL)
        return NULL;
    dns->loop = loop;
    dns->bus = mc_dns_bus_new(loop, on_broken, dns);
    if (dns->bus == NULL) {
        free(dns);
        return NULL;
    }
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
    mc_dns_bus_free(dns->bus);
    free(dns);
}

int mc_dns_set_address(struct mc_dns *dns, const char *address)
{
    return mc_dns_bus_set_address(dns->bus, address);
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
    mc_timer_arm(&request->limit, mc_loop_timers(dns->loop), MC_DNS_LIMIT_MS);
    dns->requests = request;
    return request;
}

/* The place for one more call of @request. */
static struct mc_dns_call *next_call(struct request *request)
{
    struct mc_dns_call *call = &request->calls[request->n_calls++];

    *call = (struct mc_dns_call){.answer = on_answer, .ctx = request};
    return call;
}

static int sent(struct request *request, int r)
{
    request->open_calls += r == 0;
    return r;
}

/* From here on the result comes through @done, whatever it is. */
static int conclude(struct request *request, int r)
{
    if (r < 0 && request->result == 0)
        request->result = r;
    settle(request);
    if (request->open_calls > 0)
        mc_dns_bus_pump(request->dns->bus);
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
    if (mc_privileged()->set_resolved != NULL)
        return conclude(request, mc_privileged()->set_resolved(ifname, servers, n_servers, default_route));
    r = mc_dns_bus_open(dns->bus);
    if (r >= 0)
        r = sent(request, mc_dns_bus_set_servers(dns->bus, index, servers, n_servers, next_call(request)));
    if (r >= 0)
        r = sent(request, mc_dns_bus_set_default_route(dns->bus, index, default_route, next_call(request)));
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
    if (mc_privileged()->revert_resolved != NULL)
        return conclude(request, mc_privileged()->revert_resolved(ifname));
    r = mc_dns_bus_open(dns->bus);
    if (r >= 0)
        r = sent(request, mc_dns_bus_revert(dns->bus, index, next_call(request)));
    return conclude(request, r);
}
