/* SPDX-License-Identifier: MIT */
#include <microcat/io/loop.h>
#include <microcat/ppp/probe.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "internet_sum.h"
#include "netns.h"

#include <cmocka.h>

/* In a namespace of its own, so that 127.0.0.1 answers echoes and a TUN interface is the network that does or does not
 * answer. */
static struct mc_loop *loop;
static int tun = -1;

static struct {
    int n;
    enum mc_probe_result result;
    int rtt_ms, error;
} seen;

static void on_done(void *ctx, enum mc_probe_result result, int rtt_ms, int error)
{
    seen.n++;
    seen.result = result;
    seen.rtt_ms = rtt_ms;
    seen.error = error;
}

static int set_up(void **state)
{
    if (test_network_enter() == 0)
        tun = netns_tun("mcppp0", "10.164.98.251");
    if (tun >= 0 && system("ip route add default dev mcppp0") != 0)
        return -1;
    return mc_loop_new(&loop);
}

static int tear_down(void **state)
{
    mc_loop_free(loop);
    close(tun);
    return 0;
}

static struct mc_probe *start(enum mc_probe_kind kind, const char *ifname, const char *address, int port, int limit_ms)
{
    struct mc_probe_target target = {kind, ifname, address, port, limit_ms};
    struct mc_probe *probe = NULL;

    memset(&seen, 0, sizeof(seen));
    assert_int_equal(mc_probe_start(loop, &target, on_done, NULL, &probe), 0);
    assert_int_equal(seen.n, 0); /* never from inside */
    return probe;
}

static void wait_done(void)
{
    while (seen.n == 0)
        assert_int_equal(mc_loop_turn(loop), 0);
    assert_int_equal(seen.n, 1);
}

static void echo_answered(void **state)
{
    NEEDS_NETNS(tun);
    start(MC_PROBE_ICMP, "lo", "127.0.0.1", 0, 5000);
    wait_done();
    assert_int_equal(seen.result, MC_PROBE_ANSWERED);
    assert_in_range(seen.rtt_ms, 0, 5000);
}

static void echo6_answered(void **state)
{
    NEEDS_NETNS(tun);
    if (access("/proc/net/if_inet6", F_OK) != 0) { /* a kernel without IPv6 */
        const struct mc_probe_target target = {MC_PROBE_ICMP, "lo", "::1", 0, 5000};
        struct mc_probe *probe;

        assert_int_equal(mc_probe_start(loop, &target, on_done, NULL, &probe), -EAFNOSUPPORT);
        return;
    }
    start(MC_PROBE_ICMP, "lo", "::1", 0, 5000);
    wait_done();
    assert_int_equal(seen.result, MC_PROBE_ANSWERED);
}

static void nobody_answers(void **state)
{
    static const enum mc_probe_kind kinds[] = {MC_PROBE_ICMP, MC_PROBE_DNS, MC_PROBE_TCP};

    NEEDS_NETNS(tun);
    for (size_t i = 0; i < 3; i++) {
        start(kinds[i], "mcppp0", "100.127.0.53", 443, 60);
        wait_done();
        assert_int_equal(seen.result, MC_PROBE_LOST);
        assert_int_equal(seen.rtt_ms, -1);
    }
}

/* The echo request that went out, turned round; @spoil what must make it nobody's answer. */
static size_t take_echo(uint8_t *packet, size_t size)
{
    ssize_t n;

    for (;;) {
        n = read(tun, packet, size);
        if (n >= 28 && packet[0] == 0x45 && packet[9] == 1)
            return (size_t)n;
        assert_true(n > 0 || errno == EAGAIN);
    }
}

static void reply_echo(uint8_t *packet, size_t n, size_t spoil)
{
    uint8_t source[4];

    memcpy(source, packet + 12, 4);
    memcpy(packet + 12, packet + 16, 4);
    memcpy(packet + 16, source, 4);
    packet[20] = 0; /* echo reply */
    packet[10] = packet[11] = packet[22] = packet[23] = 0;
    if (spoil != 0)
        packet[spoil] ^= 0x55;
    internet_sum_put(packet + 10, packet, 20);
    internet_sum_put(packet + 22, packet + 20, n - 20);
    assert_int_equal(write(tun, packet, n), n);
}

static void drain_tun(void)
{
    uint8_t packet[2048];

    while (read(tun, packet, sizeof(packet)) > 0)
        ;
}

static void only_our_own_echo_counts(void **state)
{
    /* byte of the packet that is not ours: source address, id, data */
    static const size_t spoils[] = {15, 24, 30};
    uint8_t packet[2048], copy[2048];
    size_t n;

    NEEDS_NETNS(tun);
    drain_tun();
    start(MC_PROBE_ICMP, "mcppp0", "100.127.0.53", 0, 300);
    n = take_echo(packet, sizeof(packet));
    assert_in_range(n, 28, 60); /* small */
    for (size_t i = 0; i < 3; i++) {
        memcpy(copy, packet, n);
        reply_echo(copy, n, spoils[i]);
    }
    wait_done();
    assert_int_equal(seen.result, MC_PROBE_LOST);

    start(MC_PROBE_ICMP, "mcppp0", "100.127.0.53", 0, 5000);
    n = take_echo(packet, sizeof(packet));
    reply_echo(packet, n, 0);
    wait_done();
    assert_int_equal(seen.result, MC_PROBE_ANSWERED);
}

static int server(int type, int *ret_port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(in);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    *ret_port = ntohs(in.sin_port);
    return fd;
}

static void dns_ids_are_checked(void **state)
{
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    uint8_t packet[512];
    int port, fd = server(SOCK_DGRAM, &port);
    ssize_t n;

    start(MC_PROBE_DNS, NULL, "127.0.0.1", port, 5000);
    n = recvfrom(fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &len);
    assert_int_equal(n, 17);
    assert_memory_equal(packet + 2, "\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00\x01", 15);
    assert_int_equal(sendto(fd, packet, (size_t)n, 0, (struct sockaddr *)&from, len), n); /* a question is no answer */
    packet[2] = 0x81;
    packet[0] ^= 0xff;
    assert_int_equal(sendto(fd, packet, (size_t)n, 0, (struct sockaddr *)&from, len), n); /* not our id */
    packet[0] ^= 0xff;
    assert_int_equal(sendto(fd, packet, 5, 0, (struct sockaddr *)&from, len), 5); /* no answer at all */
    assert_int_equal(mc_loop_turn(loop), 0);
    assert_int_equal(seen.n, 0);
    packet[3] = 0x85; /* "refused" is an answer as well */
    assert_int_equal(sendto(fd, packet, (size_t)n, 0, (struct sockaddr *)&from, len), n);
    wait_done();
    assert_int_equal(seen.result, MC_PROBE_ANSWERED);
    close(fd);
}

static void a_refusal_is_an_answer(void **state)
{
    int port, fd = server(SOCK_DGRAM, &port);

    close(fd);
    start(MC_PROBE_DNS, NULL, "127.0.0.1", port, 5000);
    wait_done();
    assert_int_equal(seen.result, MC_PROBE_ANSWERED);
    fd = server(SOCK_STREAM, &port); /* bound, not listening */
    start(MC_PROBE_TCP, NULL, "127.0.0.1", port, 5000);
    wait_done();
    assert_int_equal(seen.result, MC_PROBE_ANSWERED);
    close(fd);
}

static void tcp_connects(void **state)
{
    int port, fd = server(SOCK_STREAM, &port);

    assert_int_equal(listen(fd, 1), 0);
    start(MC_PROBE_TCP, NULL, "127.0.0.1", port, 5000);
    wait_done();
    assert_int_equal(seen.result, MC_PROBE_ANSWERED);
    close(fd);
}

static void cancelled_says_nothing(void **state)
{
    int port, fd = server(SOCK_DGRAM, &port);

    mc_probe_cancel(start(MC_PROBE_DNS, NULL, "127.0.0.1", port, 1));
    mc_probe_cancel(NULL);
    close(fd);
    assert_int_equal(mc_timerq_next_ms(mc_loop_timers(loop)), -1);
    assert_int_equal(seen.n, 0);
}

static void cannot_start(void **state)
{
    static const struct {
        struct mc_probe_target target;
        int result;
    } cases[] = {
        {{MC_PROBE_NONE, NULL, "127.0.0.1", 0, 10}, -EINVAL},
        {{MC_PROBE_ICMP, NULL, "soracom.io", 0, 10}, -EINVAL},
        {{MC_PROBE_DNS, NULL, "", 0, 10}, -EINVAL},
        {{MC_PROBE_TCP, NULL, "127.0.0.1", 0, 10}, -EINVAL},
        {{MC_PROBE_TCP, NULL, "127.0.0.1", 65536, 10}, -EINVAL},
        {{MC_PROBE_DNS, "nope0", "127.0.0.1", 0, 10}, -ENODEV},
    };
    struct mc_probe *probe;

    NEEDS_NETNS(tun);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(mc_probe_start(loop, &cases[i].target, on_done, NULL, &probe), cases[i].result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echo_answered),       cmocka_unit_test(echo6_answered),
        cmocka_unit_test(nobody_answers),      cmocka_unit_test(only_our_own_echo_counts),
        cmocka_unit_test(dns_ids_are_checked), cmocka_unit_test(a_refusal_is_an_answer),
        cmocka_unit_test(tcp_connects),        cmocka_unit_test(cancelled_says_nothing),
        cmocka_unit_test(cannot_start),
    };
    return cmocka_run_group_tests_name("ppp/probe", tests, set_up, tear_down);
}
