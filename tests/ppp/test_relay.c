/* SPDX-License-Identifier: MIT */
/*
 * The relay moves bytes: a socketpair stands for pppd's pty where its fill must be exact (what is written to one end is
 * there at the other at once), a real pty where the pty itself matters. What the scanner makes of the bytes is
 * test_relay_scan's.
 */
#include "relaydesk.h"

#include <microcat/host/pty.h>

#include "sys_fail.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#define BLOCK_BYTES 4096 /* as much as the relay holds of what the modem's side does not take */

static const uint8_t *pattern(void)
{
    static uint8_t bytes[RELAYDESK_BYTES];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    return bytes;
}

/* ---- from pppd to the modem ---- */

static void nothing_has_moved_at_first(void **state)
{
    struct relaydesk *desk = *state;
    const struct mc_relay_counters *counters = mc_relay_counters(desk->relay);

    assert_true(relaydesk_rests(desk));
    assert_int_equal(counters->rx_bytes, 0);
    assert_int_equal(counters->tx_bytes, 0);
    assert_int_equal(counters->last_rx_ms, -1);
    assert_int_equal(counters->last_tx_ms, -1);
    assert_int_equal(counters->rx_stalls, 0);
    assert_int_equal(counters->tx_stalls, 0);
    assert_int_equal(desk->offers, 0);
    assert_int_equal(mc_relay_from_modem(desk->relay, (const uint8_t *)"", 0), 0);
    assert_int_equal(counters->last_rx_ms, -1);
    assert_int_equal(counters->rx_stalls, 0);
    assert_true(relaydesk_rests(desk));
}

static void what_pppd_sends_reaches_the_modem(void **state)
{
    struct relaydesk *desk = *state;
    const struct mc_relay_counters *counters = mc_relay_counters(desk->relay);
    int64_t before_ms = mc_loop_clock_ms();

    relaydesk_pppd_sends(desk, pattern(), 10000);
    relaydesk_turn(desk);
    assert_int_equal(desk->n_got, BLOCK_BYTES);
    relaydesk_turn(desk);
    relaydesk_turn(desk);
    assert_int_equal(desk->n_got, 10000);
    assert_memory_equal(desk->got, pattern(), 10000);
    assert_int_equal(desk->offers, 3);
    assert_int_equal(counters->tx_bytes, 10000);
    assert_in_range(counters->last_tx_ms, before_ms, mc_loop_clock_ms());
    assert_int_equal(counters->tx_stalls, 0);
    assert_int_equal(counters->rx_bytes, 0);
    assert_int_equal(counters->last_rx_ms, -1);
    assert_true(relaydesk_rests(desk));
}

/* What is not taken waits, and with it pppd: nothing more is read, the loop sleeps, and the rest comes in order. */
static void a_modem_that_takes_part_holds_pppd_up(void **state)
{
    struct relaydesk *desk = *state;
    const struct mc_relay_counters *counters = mc_relay_counters(desk->relay);

    desk->takes = 3;
    relaydesk_pppd_sends(desk, "0123456789", 10);
    relaydesk_turn(desk);
    relaydesk_pppd_sends(desk, "abc", 3);
    assert_true(relaydesk_rests(desk));
    assert_int_equal(desk->offers, 1);
    assert_int_equal(counters->tx_bytes, 3);
    assert_int_equal(counters->tx_stalls, 1);

    desk->takes = 2; /* again not all: it goes on waiting, without being asked again and again */
    mc_relay_resume(desk->relay);
    relaydesk_turn(desk);
    assert_true(relaydesk_rests(desk));
    assert_int_equal(desk->offers, 2);
    assert_int_equal(counters->tx_bytes, 5);

    desk->takes = SIZE_MAX;
    mc_relay_resume(desk->relay);
    assert_int_equal(desk->offers, 2); /* never from inside the call */
    relaydesk_turn(desk);
    relaydesk_turn(desk);
    assert_int_equal(desk->n_got, 13);
    assert_memory_equal(desk->got, "0123456789abc", 13);
    assert_int_equal(counters->tx_bytes, 13);
    assert_int_equal(counters->tx_stalls, 1);
    assert_true(relaydesk_rests(desk));
}

/* What was read goes on to the modem; what was not stays pppd's. */
static void pppd_is_held(void **state)
{
    struct relaydesk *desk = *state;

    desk->takes = 3;
    relaydesk_pppd_sends(desk, "0123456789", 10);
    relaydesk_turn(desk);
    assert_int_equal(mc_relay_hold(desk->relay, true), 7);
    relaydesk_pppd_sends(desk, "abc", 3);
    desk->takes = SIZE_MAX;
    mc_relay_resume(desk->relay);
    relaydesk_turn(desk);
    assert_true(relaydesk_rests(desk));
    assert_int_equal(desk->n_got, 10);
    assert_int_equal(mc_relay_hold(desk->relay, true), 0);
    assert_int_equal(mc_relay_hold(desk->relay, false), 0);
    relaydesk_turn(desk);
    assert_int_equal(desk->n_got, 13);
    assert_memory_equal(desk->got, "0123456789abc", 13);
}

static void a_modem_that_takes_nothing_is_not_sent_to(void **state)
{
    struct relaydesk *desk = *state;
    const struct mc_relay_counters *counters = mc_relay_counters(desk->relay);

    desk->takes = 0;
    relaydesk_pppd_sends(desk, "x", 1);
    relaydesk_turn(desk);
    assert_int_equal(desk->offers, 1);
    assert_int_equal(counters->tx_bytes, 0);
    assert_int_equal(counters->last_tx_ms, -1);
    assert_int_equal(counters->tx_stalls, 1);
    assert_true(relaydesk_rests(desk));
    desk->takes = SIZE_MAX;
    mc_relay_resume(desk->relay);
    relaydesk_turn(desk);
    assert_int_equal(counters->tx_bytes, 1);
    assert_int_not_equal(counters->last_tx_ms, -1);
    assert_memory_equal(desk->got, "x", 1);
}

static void resuming_what_does_not_wait_does_nothing(void **state)
{
    struct relaydesk *desk = *state;

    mc_relay_resume(desk->relay);
    assert_false(relaydesk_timer_armed(desk));
    relaydesk_pppd_sends(desk, "x", 1);
    relaydesk_turn(desk);
    mc_relay_resume(desk->relay);
    assert_false(relaydesk_timer_armed(desk));
    assert_int_equal(desk->offers, 1);
}

/* ---- from the modem to pppd ---- */

static void what_the_modem_sends_reaches_pppd(void **state)
{
    struct relaydesk *desk = *state;
    const struct mc_relay_counters *counters = mc_relay_counters(desk->relay);
    int64_t before_ms = mc_loop_clock_ms();
    uint8_t read_back[256];

    assert_int_equal(mc_relay_from_modem(desk->relay, pattern(), 1), 1);
    assert_int_equal(counters->rx_bytes, 1);
    assert_in_range(counters->last_rx_ms, before_ms, mc_loop_clock_ms());
    assert_int_equal(mc_relay_from_modem(desk->relay, pattern() + 1, 255), 255);
    assert_int_equal(counters->rx_bytes, 256);
    assert_int_equal(read(desk->theirs, read_back, sizeof(read_back)), 256);
    assert_memory_equal(read_back, pattern(), 256);
    assert_int_equal(counters->rx_stalls, 0);
    assert_int_equal(counters->tx_bytes, 0);
    assert_int_equal(counters->last_tx_ms, -1);
    assert_int_equal(desk->rooms, 0);
    assert_true(relaydesk_rests(desk));
}

/* pppd does not read: part is taken, then nothing, and the loop sleeps until there is room, which is said once. */
static void a_pppd_that_does_not_read_holds_the_modem_up(void **state)
{
    struct relaydesk *desk = *state;
    const struct mc_relay_counters *counters = mc_relay_counters(desk->relay);
    size_t first = relaydesk_fill(desk, pattern());

    assert_in_range(first, 1, RELAYDESK_BYTES - 1);
    assert_int_equal(counters->rx_bytes, first);
    assert_int_equal(counters->rx_stalls, 1);
    assert_int_equal(mc_relay_from_modem(desk->relay, pattern() + first, 100), 0);
    assert_int_equal(counters->rx_bytes, first);
    assert_int_equal(counters->rx_stalls, 1);
    assert_true(relaydesk_rests(desk));
    assert_int_equal(desk->rooms, 0);

    assert_int_equal(relaydesk_pppd_reads(desk), first);
    sys_fail_at(1, EIO); /* room to write is no reason to read */
    relaydesk_turn(desk);
    assert_false(sys_fail_stop());
    assert_int_equal(desk->rooms, 1);
    assert_true(relaydesk_rests(desk)); /* there is room, and nobody wants it */
    assert_int_equal(desk->rooms, 1);
    assert_int_equal(mc_relay_from_modem(desk->relay, pattern() + first, 100), 100);
    assert_int_equal(relaydesk_pppd_reads(desk), 100);
    assert_memory_equal(desk->read, pattern(), first + 100);
    assert_int_equal(counters->rx_stalls, 1);
    assert_int_equal(counters->rx_bytes, first + 100);
}

/* As the line does it: what was refused is offered again from inside on_room, until all is through. */
static void the_rest_is_offered_again_from_on_room(void **state)
{
    struct relaydesk *desk = *state;
    size_t first = relaydesk_fill(desk, pattern());

    desk->waiting = pattern() + first;
    desk->n_waiting = RELAYDESK_BYTES - first;
    for (int turns = 0; turns < 1000 && desk->n_read < RELAYDESK_BYTES; turns++) {
        relaydesk_pppd_reads(desk);
        relaydesk_turn(desk);
    }
    assert_int_equal(desk->n_read, RELAYDESK_BYTES);
    assert_memory_equal(desk->read, pattern(), RELAYDESK_BYTES);
    assert_int_equal(mc_relay_counters(desk->relay)->rx_bytes, RELAYDESK_BYTES);
    assert_int_equal(mc_relay_counters(desk->relay)->rx_stalls, desk->rooms);
    assert_true(relaydesk_rests(desk));
}

/* One direction that is held up does not hold up the other. */
static void the_directions_do_not_hold_each_other_up(void **state)
{
    struct relaydesk *desk = *state;
    size_t first = relaydesk_fill(desk, pattern());

    relaydesk_pppd_sends(desk, "goes on", 7);
    relaydesk_turn(desk);
    assert_int_equal(desk->n_got, 7);
    assert_int_equal(desk->rooms, 0);
    desk->takes = 0;
    relaydesk_pppd_sends(desk, "held", 4);
    relaydesk_turn(desk);
    assert_true(relaydesk_rests(desk));
    assert_int_equal(relaydesk_pppd_reads(desk), first);
    relaydesk_pppd_sends(desk, "more", 4);
    relaydesk_turn(desk);
    assert_int_equal(desk->rooms, 1);
    assert_int_equal(desk->offers, 2); /* room for the one is no word about the other */
    assert_true(relaydesk_rests(desk));
    assert_int_equal(mc_relay_from_modem(desk->relay, pattern(), 10), 10);
    assert_int_equal(desk->n_got, 7);
}

/* An error that passes refuses the bytes; any other means that nobody reads there: dropped, counted, looked at. */
static void errors_of_writing(void **state)
{
    static const struct {
        int error;
        size_t taken;
    } rows[] = {{EAGAIN, 0}, {EINTR, 0}, {EIO, 14}, {EPIPE, 14}};
    struct relaydesk *desk = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mc_relay_counters before = *mc_relay_counters(desk->relay);
        const struct mc_relay_counters *counters = mc_relay_counters(desk->relay);
        unsigned rooms = desk->rooms;
        bool passes = rows[i].taken == 0;

        desk->signs[0] = '\0';
        sys_fail_at(1, rows[i].error);
        assert_int_equal(mc_relay_from_modem(desk->relay, (const uint8_t *)"\r\nNO CARRIER\r\n", 14), rows[i].taken);
        assert_true(sys_fail_stop());
        relaydesk_turn(desk);
        relaydesk_turn(desk);
        assert_int_equal(counters->rx_bytes, before.rx_bytes + rows[i].taken);
        assert_int_equal(counters->rx_stalls, before.rx_stalls + passes);
        assert_int_equal(counters->last_rx_ms == -1, passes);
        assert_int_equal(desk->rooms, rooms + passes);
        assert_string_equal(desk->signs, passes ? "" : "no-carrier(NO CARRIER) ");
        assert_int_equal(relaydesk_pppd_reads(desk), 0);
    }
}

static void errors_of_reading_that_pass(void **state)
{
    static const int errors[] = {EAGAIN, EINTR};
    struct relaydesk *desk = *state;

    relaydesk_pppd_sends(desk, "x", 1);
    for (size_t i = 0; i < 2; i++) {
        sys_fail_at(1, errors[i]);
        relaydesk_turn(desk);
        assert_true(sys_fail_stop());
        assert_int_equal(desk->offers, 0);
    }
    relaydesk_turn(desk);
    assert_int_equal(desk->n_got, 1);
}

static void on_room_and_on_sign_may_be_missing(void **state)
{
    struct relaydesk *desk = *state;

    relaydesk_begin(desk, &(const struct mc_relay_events){.to_modem = relaydesk_to_modem});
    mc_relay_from_modem(desk->relay, (const uint8_t *)"\r\nNO CARRIER\r\n", 14);
    relaydesk_turn(desk);
    assert_false(relaydesk_timer_armed(desk));
    relaydesk_fill(desk, pattern());
    relaydesk_pppd_reads(desk);
    relaydesk_turn(desk);
    assert_true(relaydesk_rests(desk));
    assert_int_equal(mc_relay_from_modem(desk->relay, (const uint8_t *)"x", 1), 1);
}

/* ---- a real pty ---- */

struct ends {
    const struct relaydesk *desk;
    int slave;
};

static bool both_are_there(void *ctx)
{
    const struct ends *ends = ctx;
    int waiting = 0;

    ioctl(ends->slave, FIONREAD, &waiting);
    return ends->desk->n_got == 256 && waiting == 256;
}

/* Every byte there is, both ways, unchanged and not echoed. */
static void a_pty_changes_nothing(void **state)
{
    struct relaydesk *desk = *state;
    struct ends ends = {.desk = desk};
    uint8_t bytes[256], read_back[257];
    char name[64];
    int master;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)i;
    assert_int_equal(mc_pty_open(&master, &ends.slave, name, sizeof(name)), 0);
    relaydesk_end(desk);
    desk->ours = master;
    relaydesk_begin(desk, NULL);
    assert_int_equal(write(ends.slave, bytes, sizeof(bytes)), 256);
    assert_int_equal(mc_relay_from_modem(desk->relay, bytes, sizeof(bytes)), 256);
    assert_true(test_wait(desk->loop, both_are_there, &ends, 10000));
    assert_memory_equal(desk->got, bytes, 256);
    assert_int_equal(read(ends.slave, read_back, sizeof(read_back)), 256);
    assert_memory_equal(read_back, bytes, 256);
    close(ends.slave);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, relaydesk_set_up, relaydesk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_has_moved_at_first),
        TEST(what_pppd_sends_reaches_the_modem),
        TEST(a_modem_that_takes_part_holds_pppd_up),
        TEST(pppd_is_held),
        TEST(a_modem_that_takes_nothing_is_not_sent_to),
        TEST(resuming_what_does_not_wait_does_nothing),
        TEST(what_the_modem_sends_reaches_pppd),
        TEST(a_pppd_that_does_not_read_holds_the_modem_up),
        TEST(the_rest_is_offered_again_from_on_room),
        TEST(the_directions_do_not_hold_each_other_up),
        TEST(errors_of_writing),
        TEST(errors_of_reading_that_pass),
        TEST(on_room_and_on_sign_may_be_missing),
        TEST(a_pty_changes_nothing),
    };
    return cmocka_run_group_tests_name("ppp/relay", tests, NULL, NULL);
}
