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

void whole_ping(struct whole *w)
{
    struct {
        struct icmphdr header;
        uint8_t data[24];
    } packet = {.header = {.type = ICMP_ECHO, .un.echo.id = 0x4d43}};
    struct sockaddr_in to = {.sin_family = AF_INET};
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;
    uint8_t answer[512];
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

    assert_true(fd >= 0);
    assert_int_equal(inet_pton(AF_INET, whole_get(w, "ppp.remote"), &to.sin_addr), 1);
    internet_sum_put((uint8_t *)&packet.header.checksum, (const uint8_t *)&packet, sizeof(packet));
    for (bool got = false; !got;) {
        assert_int_equal(sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&to, sizeof(to)), sizeof(packet));
        while (!got && whole_poll(fd, POLLIN, whole_clock_ms() + 1000)) {
            ssize_t n = recv(fd, answer, sizeof(answer), 0);
            got = n >= 28 && answer[20] == ICMP_ECHOREPLY;
        }
        if (!got && whole_clock_ms() > until_ms)
            fail_msg("no answer from %s", inet_ntoa(to.sin_addr));
    }
    close(fd);
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
