/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/host/privileged.h>
#include <microcat/io/loop.h>
#include <microcat/ppp/probe.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

enum { ECHO_DATA = 16, DNS_QUERY = 17 };

struct mc_probe {
    struct mc_loop *loop;
    struct mc_watch watch;
    struct mc_timer timer;
    mc_probe_done_fn *done;
    void *ctx;
    int fd, family;
    bool raw; /* ICMP without the kernel's help */
    enum mc_probe_kind kind;
    uint16_t id;
    uint8_t nonce[ECHO_DATA];
    int64_t sent_ms;
};

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    };
    socklen_t len;
};

static int parse_address(const char *text, int port, struct address *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (port < 0 || port > 65535)
        return -EINVAL;
    if (inet_pton(AF_INET, text, &ret->in.sin_addr) == 1) {
        ret->in.sin_family = AF_INET;
        ret->in.sin_port = htons((uint16_t)port);
        ret->len = sizeof(ret->in);
        return 0;
    }
    memset(ret, 0, sizeof(*ret));
    if (inet_pton(AF_INET6, text, &ret->in6.sin6_addr) != 1)
        return -EINVAL;
    ret->in6.sin6_family = AF_INET6;
    ret->in6.sin6_port = htons((uint16_t)port);
    ret->len = sizeof(ret->in6);
    return 0;
}

static void release(struct mc_probe *probe)
{
    mc_watch_remove(&probe->watch);
    mc_timer_disarm(&probe->timer);
    if (probe->fd >= 0)
        close(probe->fd);
    free(probe);
}

static void finish(struct mc_probe *probe, enum mc_probe_result result, int error)
{
    mc_probe_done_fn *done = probe->done;
    void *ctx = probe->ctx;
    int64_t rtt = mc_loop_clock_ms() - probe->sent_ms;

    release(probe);
    done(ctx, result, result == MC_PROBE_ANSWERED ? (int)rtt : -1, error);
}

static void on_late(void *ctx)
{
    finish(ctx, MC_PROBE_LOST, 0);
}

static uint16_t checksum(const void *data, size_t len)
{
    const uint8_t *bytes = data;
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < len; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return htons((uint16_t)~sum);
}

struct echo {
    uint8_t type, code;
    uint16_t sum, id, seq;
    uint8_t data[ECHO_DATA];
};

static int send_echo(struct mc_probe *probe)
{
    struct echo echo = {.type = probe->family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST, .id = probe->id, .seq = 1};

    memcpy(echo.data, probe->nonce, sizeof(echo.data));
    if (probe->family == AF_INET) /* for IPv6 the kernel does it, it needs the addresses */
        echo.sum = checksum(&echo, sizeof(echo));
    return send(probe->fd, &echo, sizeof(echo), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The smallest question every resolver can answer from its cache: SOA of the root. */
static int send_query(struct mc_probe *probe)
{
    uint8_t query[DNS_QUERY] = {
        0, 0, 1 /* recursion desired */, 0, 0, 1 /* one question */, 0, 0, 0, 0, 0, 0, 0 /* the root */, 0, 6 /* SOA */,
        0, 1 /* IN */};

    memcpy(query, &probe->id, 2);
    return send(probe->fd, query, sizeof(query), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static bool is_our_echo(const struct mc_probe *probe, const uint8_t *packet, size_t len)
{
    struct echo echo;
    uint8_t reply = probe->family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY;

    if (probe->raw && probe->family == AF_INET) { /* raw IPv4 sockets show the IP header */
        size_t header = len > 0 ? (size_t)(packet[0] & 15) * 4 : 0;

        if (header < sizeof(struct ip) || header > len)
            return false;
        packet += header;
        len -= header;
    }
    if (len < sizeof(echo))
        return false;
    memcpy(&echo, packet, sizeof(echo));
    /* A ping socket has an id of the kernel's choice; the nonce tells our echo in any case. */
    return echo.type == reply && (!probe->raw || echo.id == probe->id) &&
           memcmp(echo.data, probe->nonce, ECHO_DATA) == 0;
}

static bool is_our_answer(const struct mc_probe *probe, const uint8_t *packet, size_t len)
{
    return len >= 12 && memcmp(packet, &probe->id, 2) == 0 && (packet[2] & 0x80) != 0;
}

/* ECONNREFUSED is an answer: a host out there heard us and said no. */
static void finish_error(struct mc_probe *probe, int error)
{
    if (error == ECONNREFUSED)
        finish(probe, MC_PROBE_ANSWERED, 0);
    else if (error == ETIMEDOUT)
        finish(probe, MC_PROBE_LOST, 0);
    else
        finish(probe, MC_PROBE_FAILED, -error);
}

static void on_datagram(void *ctx, int fd, unsigned ready)
{
    struct mc_probe *probe = ctx;
    uint8_t packet[2048];

    for (;;) {
        ssize_t n = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0) {
            finish_error(probe, errno);
            return;
        }
        if (probe->kind == MC_PROBE_ICMP ? is_our_echo(probe, packet, (size_t)n)
                                         : is_our_answer(probe, packet, (size_t)n)) {
            finish(probe, MC_PROBE_ANSWERED, 0);
            return;
        }
    }
}

static void on_connected(void *ctx, int fd, unsigned ready)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0}; /* one packet to end it, instead of four */
    int error = 0;
    socklen_t len = sizeof(error);

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        error = errno;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    if (error == 0)
        finish(ctx, MC_PROBE_ANSWERED, 0);
    else
        finish_error(ctx, error);
}

static int prepare(struct mc_probe *probe, const struct mc_probe_target *target, const struct address *address)
{
    int retries = 2; /* of the SYN: within the few seconds that a probe has */

    probe->fd = mc_privileged()->open_probe(probe->kind, probe->family, target->ifname, &probe->raw);
    if (probe->fd < 0)
        return probe->fd;
    if (probe->kind == MC_PROBE_TCP)
        setsockopt(probe->fd, IPPROTO_TCP, TCP_SYNCNT, &retries, sizeof(retries));
    /* Connected, so that the kernel hands us nobody else's packets, and errors of our own. */
    if (connect(probe->fd, &address->any, address->len) < 0 && errno != EINPROGRESS)
        return -errno;
    return 0;
}

static int launch(struct mc_probe *probe)
{
    bool tcp = probe->kind == MC_PROBE_TCP;
    int r = tcp ? 0 : probe->kind == MC_PROBE_ICMP ? send_echo(probe) : send_query(probe);

    if (r < 0)
        return r;
    return mc_watch_add(&probe->watch, probe->loop, probe->fd, tcp ? MC_WATCH_WRITE : MC_WATCH_READ,
                        tcp ? on_connected : on_datagram, probe);
}

int mc_probe_start(struct mc_loop *loop, const struct mc_probe_target *target, mc_probe_done_fn *done, void *ctx,
                   struct mc_probe **ret_probe)
{
    int port = target->kind == MC_PROBE_DNS && target->port == 0 ? 53 : target->port;
    struct address address;
    struct mc_probe *probe;
    int r = parse_address(target->address, target->kind == MC_PROBE_ICMP ? 0 : port, &address);

    if (r < 0 || target->kind == MC_PROBE_NONE || (target->kind == MC_PROBE_TCP && port == 0))
        return -EINVAL;
    probe = calloc(1, sizeof(*probe));
    if (probe == NULL)
        return -ENOMEM;
    *probe = (struct mc_probe){.loop = loop, .fd = -1, .done = done, .ctx = ctx, .kind = target->kind};
    probe->family = address.any.sa_family;
    mc_timer_init(&probe->timer, "probe", on_late, probe);
    if (getrandom(probe->nonce, sizeof(probe->nonce), 0) != sizeof(probe->nonce) ||
        getrandom(&probe->id, sizeof(probe->id), 0) != sizeof(probe->id))
        r = -EIO;
    probe->sent_ms = mc_loop_clock_ms();
    r = r < 0 ? r : prepare(probe, target, &address);
    if (r == 0)
        r = launch(probe);
    if (r < 0) {
        release(probe);
        return r;
    }
    mc_timer_arm(&probe->timer, mc_loop_timers(loop), target->timeout_ms);
    *ret_probe = probe;
    return 0;
}

void mc_probe_cancel(struct mc_probe *probe)
{
    if (probe != NULL)
        release(probe);
}
