/* SPDX-License-Identifier: MIT */
/*
 * In place of the stand-in's TUN device: nobody behind the link, or, with Interface=flood, a process that loads it both
 * ways. It sends pings, which the simulated network answers at the same length, and keeps so many under way that the
 * line never waits for it, but fewer bytes than the stand-in would begin to drop.
 */
#include "internet_sum.h"
#include "standin_tun.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 20, PACKET_BYTES = 1400, WINDOW = 16, LOST_MS = 4000 };

/* RFC 1071, over an even number of bytes. */
static void make_ping(uint8_t *packet, const uint8_t local[4], const uint8_t remote[4])
{
    const uint8_t header[] = {0x45, 0, PACKET_BYTES >> 8, PACKET_BYTES & 0xff, 0, 0, 0, 0, 64, 1};

    for (int i = 0; i < PACKET_BYTES; i++)
        packet[i] = (uint8_t)(i * 7); /* no value more often than others: as much escaping as ordinary data needs */
    memset(packet, 0, HEADER + 8);
    memcpy(packet, header, sizeof(header));
    memcpy(packet + 12, local, 4);
    memcpy(packet + 16, remote, 4);
    internet_sum_put(packet + 10, packet, HEADER);
    packet[HEADER] = 8;
    internet_sum_put(packet + HEADER + 2, packet + HEADER, PACKET_BYTES - HEADER);
}

/* Until the stand-in closes its end. */
static void flood(int fd, const uint8_t *packet)
{
    uint8_t answer[2048];
    int under_way = 0;

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};

        for (; under_way < WINDOW; under_way++)
            if (send(fd, packet, PACKET_BYTES, MSG_NOSIGNAL) < 0)
                return;
        if (poll(&wait, 1, LOST_MS) == 0) {
            under_way = 0; /* lost, all of them: begin anew */
            continue;
        }
        if (recv(fd, answer, sizeof(answer), 0) <= 0)
            return;
        under_way--;
    }
}

int standin_tun_open(const char *name, const uint8_t local[4], const uint8_t remote[4], int mtu, char ret_name[16])
{
    uint8_t packet[PACKET_BYTES];
    int ends[2];

    if (strcmp(name, "flood") != 0)
        return -ENODEV;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    make_ping(packet, local, remote);
    switch (fork()) {
    case -1:
        close(ends[0]);
        close(ends[1]);
        return -errno;
    case 0:
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], 0);
        closefrom(1);
        flood(0, packet);
        _exit(0);
    default:
        close(ends[1]);
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        snprintf(ret_name, 16, "%s", name);
        return ends[0];
    }
}
