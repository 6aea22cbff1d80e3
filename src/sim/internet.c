/* SPDX-License-Identifier: MIT */
#include "internet.h"
#include <string.h>

enum { ICMP = 1, TCP = 6, UDP = 17, HEADER = 20, DNS_PORT = 53 };
#define PACKET_MAX 1900

static uint16_t sum(const uint8_t *data, size_t len, uint32_t start)
{
    uint32_t total = start;

    for (size_t i = 0; i + 1 < len; i += 2)
        total += (uint32_t)(data[i] << 8 | data[i + 1]);
    if (len & 1)
        total += (uint32_t)data[len - 1] << 8;
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return (uint16_t)~total;
}

static void put16(uint8_t *out, unsigned value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

static uint32_t pseudo(const uint8_t *ip, size_t len)
{
    return (uint32_t)(ip[12] << 8 | ip[13]) + (uint32_t)(ip[14] << 8 | ip[15]) + (uint32_t)(ip[16] << 8 | ip[17]) +
           (uint32_t)(ip[18] << 8 | ip[19]) + ip[9] + (uint32_t)len;
}

/* Fills in @out's header for @len bytes behind it, back to where @packet came from. */
static size_t finish(const uint8_t *packet, uint8_t *out, size_t len)
{
    memset(out, 0, HEADER);
    out[0] = 0x45;
    put16(out + 2, (unsigned)(HEADER + len));
    out[8] = 64;
    out[9] = packet[9];
    memcpy(out + 12, packet + 16, 4);
    memcpy(out + 16, packet + 12, 4);
    put16(out + 10, sum(out, HEADER, 0));
    return HEADER + len;
}

static size_t ping(const uint8_t *packet, const uint8_t *body, size_t len, uint8_t *out)
{
    if (len < 8 || body[0] != 8)
        return 0;
    memcpy(out + HEADER, body, len);
    out[HEADER] = 0;
    put16(out + HEADER + 2, 0);
    put16(out + HEADER + 2, sum(out + HEADER, len, 0));
    return finish(packet, out, len);
}

/* The question comes back with NXDOMAIN: an answer, which is all that a probe wants, and no made-up address. */
static size_t name(const uint8_t *packet, const uint8_t *body, size_t len, uint8_t *out)
{
    size_t total;
    unsigned check;

    if (len < 8 + 12 || (body[2] << 8 | body[3]) != DNS_PORT || (body[10] & 0x80))
        return 0;
    memcpy(out + HEADER, body, len);
    memcpy(out + HEADER, body + 2, 2);
    memcpy(out + HEADER + 2, body, 2);
    put16(out + HEADER + 4, (unsigned)len);
    put16(out + HEADER + 6, 0);
    out[HEADER + 10] = 0x81;
    out[HEADER + 11] = 0x83;
    total = finish(packet, out, len);
    check = sum(out + HEADER, len, pseudo(out, len));
    put16(out + HEADER + 6, check ? check : 0xffff);
    return total;
}

static size_t refuse(const uint8_t *packet, const uint8_t *body, size_t len, uint8_t *out)
{
    uint8_t *tcp = out + HEADER;
    size_t total;

    if (len < 20 || !(body[13] & 0x02) || (body[13] & 0x10))
        return 0;
    memset(tcp, 0, 20);
    memcpy(tcp, body + 2, 2);
    memcpy(tcp + 2, body, 2);
    memcpy(tcp + 8, body + 4, 4);
    for (int i = 11; i >= 8 && ++tcp[i] == 0; i--)
        ;
    tcp[12] = 0x50;
    tcp[13] = 0x14; /* RST, ACK */
    total = finish(packet, out, 20);
    put16(tcp + 16, sum(tcp, 20, pseudo(out, 20)));
    return total;
}

size_t sim_internet_answer(const uint8_t *packet, size_t len_bytes, uint8_t *out)
{
    size_t header = len_bytes >= HEADER ? (size_t)(packet[0] & 15) * 4 : 0;
    size_t total = len_bytes >= HEADER ? (size_t)(packet[2] << 8 | packet[3]) : 0;

    if (header < HEADER || packet[0] >> 4 != 4 || total < header || total > len_bytes || total > PACKET_MAX)
        return 0;
    if ((packet[6] & 0x3f) || packet[7]) /* fragments */
        return 0;
    switch (packet[9]) {
    case ICMP:
        return ping(packet, packet + header, total - header, out);
    case UDP:
        return name(packet, packet + header, total - header, out);
    case TCP:
        return refuse(packet, packet + header, total - header, out);
    default:
        return 0;
    }
}
