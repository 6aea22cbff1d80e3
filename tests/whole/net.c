/* SPDX-License-Identifier: MIT */
#include "internet_sum.h"
#include "whole.h"

#include <arpa/inet.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

unsigned whole_default_routes(const char *ifname, int metric)
{
    char *routes = whole_read("/proc/net/route"), *save = NULL, name[32];
    unsigned destination, n = 0;
    int got;

    for (char *line = strtok_r(routes, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        n += sscanf(line, "%31s %x %*x %*x %*d %*d %d", name, &destination, &got) == 3 && destination == 0 &&
             (!ifname || (!strcmp(name, ifname) && got == metric));
    free(routes);
    return n;
}

#define PINGS_ID 0x4d44

int whole_pings(struct whole *w, unsigned n, size_t bytes)
{
    uint8_t packet[1500] = {0};
    struct icmphdr *header = (struct icmphdr *)packet;
    struct sockaddr_in to = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

    assert_true(fd >= 0 && bytes <= sizeof(packet));
    assert_int_equal(inet_pton(AF_INET, whole_get(w, "ppp.remote"), &to.sin_addr), 1);
    for (unsigned i = 0; i < n; i++) {
        *header = (struct icmphdr){.type = ICMP_ECHO, .un.echo = {.id = PINGS_ID, .sequence = (uint16_t)i}};
        internet_sum_put((uint8_t *)&header->checksum, packet, bytes);
        assert_int_equal(sendto(fd, packet, bytes, 0, (struct sockaddr *)&to, sizeof(to)), bytes);
    }
    return fd;
}

unsigned whole_pings_back(int fd, unsigned n, int64_t quiet_ms)
{
    uint8_t answer[1600];
    uint64_t seen = 0;

    while ((unsigned)__builtin_popcountll(seen) < n && whole_poll(fd, POLLIN, whole_clock_ms() + quiet_ms)) {
        const struct icmphdr *header = (struct icmphdr *)(answer + 20);

        if (recv(fd, answer, sizeof(answer), 0) >= 28 && header->type == ICMP_ECHOREPLY &&
            header->un.echo.id == PINGS_ID)
            seen |= 1ULL << (header->un.echo.sequence % 64);
    }
    close(fd);
    return (unsigned)__builtin_popcountll(seen);
}

void whole_ping(struct whole *w)
{
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;

    while (whole_pings_back(whole_pings(w, 1, 32), 1, 1000) == 0)
        if (whole_clock_ms() > until_ms)
            fail_msg("no answer from %s", whole_get(w, "ppp.remote"));
}
