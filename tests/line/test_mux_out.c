/* SPDX-License-Identifier: MIT */
/* What the multiplexer sends first, and when: AT before data, data in pace with a wire of the test's own. */
#include "muxdesk.h"
#include <errno.h>
#include <microcat/base/cleanup.h>

static struct desk d;
static uint8_t bulk[65536];

/* Data is offered whenever there is room, for ten seconds of a saturated wire; meanwhile AT commands go out. */
static void saturate(unsigned n1, int32_t baud, int64_t most_us)
{
    int64_t wire_us = 0, worst_us = 0, idle_us = 0, at_bytes = 0, begin_bytes;
    size_t sent = 0;
    desk_ready(&d, n1, baud);
    d.quiet = true;
    desk_pass(&d, 100);
    begin_bytes = d.written_bytes;
    for (int64_t ms = 0; ms < 10000; ms++, desk_pass(&d, 1)) {
        int64_t before = d.written_bytes;
        int r;
        while ((r = mc_mux_send(d.mux, 2, bulk + sent % 4096, 1000)) > 0)
            sent += (size_t)r;
        if (ms % 97 == 50) {
            int64_t ahead_us = wire_us + (d.written_bytes - begin_bytes) * 10000000 / baud - ms * 1000;
            if (ahead_us > worst_us)
                worst_us = ahead_us;
            assert_int_equal(mc_mux_send(d.mux, 1, "AT\r", 3), 3);
            at_bytes += 9;
            assert_int_equal(d.written_bytes - before >= 9, true); /* at once */
        }
        int64_t done_us = (d.written_bytes - begin_bytes) * 10000000 / baud + wire_us;
        if (done_us < (ms + 1) * 1000) { /* it ran dry */
            idle_us += (ms + 1) * 1000 - done_us;
            wire_us += (ms + 1) * 1000 - done_us;
        }
    }
    double share = (double)mc_buf_len(&d.carried[2]) / ((double)baud / 10 * 10 - (double)at_bytes);
    print_message("# N1 %u, %d baud: AT waits %.1f ms at most, payload %.1f %% of the wire, idle %.1f ms\n", n1, baud,
                  (double)worst_us / 1000, share * 100, (double)idle_us / 1000);
    assert_in_range(worst_us, 1, most_us);
    if (n1 >= 256)
        assert_true(share >= 0.97);
    for (size_t i = 0; i < mc_buf_len(&d.carried[2]); i += 997)
        assert_in_range(mc_buf_head(&d.carried[2])[i], 0, 255);
    desk_close(&d);
}

static void in_pace(void **state)
{
    saturate(256, 115200, 50000);
    saturate(1500, 115200, 50000);
    saturate(64, 115200, 50000);
    saturate(1024, 460800, 50000);
    saturate(64, 9600, 60000);
}

/* Both get half of the wire. */
static void in_turn(void **state)
{
    desk_ready(&d, 256, 115200);
    mc_mux_open(d.mux, 3);
    desk_say(&d, 3, MUX_UA, NULL, 0);
    d.quiet = true;
    for (int64_t ms = 0; ms < 3000; ms++, desk_pass(&d, 1)) {
        assert_true(mc_mux_send(d.mux, 2, bulk, 1000) >= 0);
        assert_true(mc_mux_send(d.mux, 3, bulk, 1000) >= 0);
    }
    assert_in_range(mc_buf_len(&d.carried[2]), mc_buf_len(&d.carried[3]) - 600, mc_buf_len(&d.carried[3]) + 600);
    desk_close(&d);
}

/* Small pieces do not wait for more; room() comes when there is some, and no byte is lost or doubled. */
static void room(void **state)
{
    size_t sent = 0;
    desk_ready(&d, 128, 115200);
    for (size_t i = 0; i < sizeof(bulk); i++)
        bulk[i] = (uint8_t)(i * 31 >> 3);
    assert_int_equal(mc_mux_send(d.mux, 2, bulk, 1), 1);
    desk_wrote(&d, "UIH2[00]");
    sent = 1;
    d.quiet = true;
    while (sent < sizeof(bulk)) {
        int r = mc_mux_send(d.mux, 2, bulk + sent, sizeof(bulk) - sent);
        assert_true(r >= 0);
        sent += (size_t)r;
        if (sent == sizeof(bulk))
            break;
        assert_string_equal(d.events, "");
        for (int ms = 0; !*d.events; ms++) {
            assert_in_range(ms, 0, 100);
            desk_pass(&d, 1);
        }
        desk_told(&d, "room2 ");
    }
    desk_pass(&d, 1000);
    assert_int_equal(mc_buf_len(&d.carried[2]), sizeof(bulk));
    assert_memory_equal(mc_buf_head(&d.carried[2]), bulk, sizeof(bulk));
    desk_close(&d);
}

static void the_port_is_full(void **state)
{
    static const int errors[] = {-EAGAIN, -ENOBUFS};
    for (size_t i = 0; i < MC_LENGTH_OF(errors); i++) {
        desk_ready(&d, 64, 115200);
        d.write_result = errors[i];
        assert_int_equal(mc_mux_send(d.mux, 1, "A", 1), 1);
        assert_int_equal(mc_mux_send(d.mux, 1, "B", 1), 1);
        assert_int_equal(mc_mux_send(d.mux, 2, "d", 1), 1);
        desk_command(&d, "\x23\x01", 2);
        d.write_result = 0;
        desk_wrote(&d, "");
        mc_mux_writable(d.mux);
        desk_wrote(&d, "UIH1[41] UIH0[2101] UIH1[42] UIH2[64]");
        desk_close(&d);
    }
    desk_ready(&d, 64, 115200);
    d.pending = 5; /* of data only */
    assert_int_equal(mc_mux_send(d.mux, 2, "d", 1), 1);
    assert_int_equal(mc_mux_send(d.mux, 1, "A", 1), 1);
    desk_wrote(&d, "UIH1[41]");
    d.pending = 0;
    mc_mux_writable(d.mux);
    desk_wrote(&d, "UIH2[64]");
    d.write_result = -EIO; /* the port says itself what is wrong */
    assert_int_equal(mc_mux_send(d.mux, 1, "A", 1), 1);
    d.write_result = 0;
    mc_mux_writable(d.mux);
    desk_wrote(&d, "");
    desk_close(&d);
}

/* A modem that asks more than it listens makes nothing grow; and freeing writes nothing. */
static void bounded(void **state)
{
    desk_ready(&d, 64, 115200);
    d.write_result = -EAGAIN;
    for (int i = 0; i < 1000; i++)
        desk_command(&d, "\x23\x01", 2);
    d.write_result = 0;
    d.quiet = true;
    mc_mux_writable(d.mux);
    assert_in_range(strlen(d.out), 1000, 3500);
    d.write_result = -EAGAIN;
    desk_command(&d, "\x23\x01", 2);
    d.write_result = 0;
    desk_forget(&d);
    int64_t before = d.written_bytes;
    mc_mux_abandon(d.mux);
    desk_pass(&d, 100000);
    desk_told(&d, "");
    desk_close(&d);
    assert_int_equal(d.written_bytes, before);
}

static void odd_parameters(void **state)
{
    static const struct {
        unsigned n1, expected;
        int32_t baud;
    } rows[] = {{0, 1, 0}, {1500, 1500, -1}, {100000, MC_MUX_N1_MAX, 9600}};
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        desk_ready(&d, rows[i].n1, rows[i].baud);
        assert_int_equal(mc_mux_n1(d.mux), rows[i].expected);
        d.quiet = true;
        assert_int_equal(mc_mux_send(d.mux, 1, bulk, 3000), 3000);
        assert_int_equal(mc_mux_send(d.mux, 2, bulk, 3000), 3000);
        desk_pass(&d, 29000);
        assert_int_equal(mc_buf_len(&d.carried[1]), 3000);
        assert_true(mc_buf_len(&d.carried[2]) > 200);
        desk_close(&d);
    }
}

/* AT goes out at once, so that there is room before the caller has heard that there was none: it is told all the same.
 */
static void room_at_once(void **state)
{
    desk_ready(&d, 64, 115200);
    d.quiet = true;
    assert_int_equal(mc_mux_send(d.mux, 1, bulk, 5000), 4096);
    desk_told(&d, "");
    desk_pass(&d, 1);
    desk_told(&d, "room1 ");
    desk_close(&d);
}

/* Any DLC may carry data, and is in pace then. */
static void the_last_dlc_carries_data(void **state)
{
    desk_ready(&d, 64, 115200);
    mc_mux_set_kind(d.mux, 4, MC_MUX_DATA);
    mc_mux_set_kind(d.mux, 5, MC_MUX_DATA); /* there is none */
    mc_mux_open(d.mux, 4);
    desk_say(&d, 4, MUX_UA, NULL, 0);
    desk_pass(&d, 1000);
    d.quiet = true;
    assert_int_equal(mc_mux_send(d.mux, 4, bulk, 3000), 3000);
    assert_in_range(mc_buf_len(&d.carried[4]), 64, 1000);
    desk_pass(&d, 1000);
    assert_int_equal(mc_buf_len(&d.carried[4]), 3000);
    desk_close(&d);
}

/* A frame of data takes 25 ms of the wire, or has 32 bytes where that is less; AT has as much as was agreed on. */
static void frames_of_data(void **state)
{
    static const struct {
        unsigned n1;
        int32_t baud;
        size_t bytes;
    } rows[] = {{1500, 115200, 281}, {64, 115200, 64}, {1500, 19200, 41},
                {1500, 9600, 32},    {1500, 1200, 32}, {20, 1200, 20}};
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        desk_ready(&d, rows[i].n1, rows[i].baud);
        desk_pass(&d, 2000); /* the wire is free */
        desk_forget(&d);
        assert_int_equal(mc_mux_send(d.mux, 2, bulk, 3000), 3000);
        assert_memory_equal(d.out, "UIH2[", 5);
        assert_int_equal(strcspn(d.out + 5, "]"), 2 * rows[i].bytes);
        d.quiet = true;
        assert_int_equal(mc_mux_send(d.mux, 1, bulk, 3000), 3000);
        assert_int_equal(mc_buf_len(&d.carried[1]), 3000);
        desk_close(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_data),   cmocka_unit_test(room_at_once), cmocka_unit_test(the_last_dlc_carries_data),
        cmocka_unit_test(in_pace),          cmocka_unit_test(in_turn),      cmocka_unit_test(room),
        cmocka_unit_test(the_port_is_full), cmocka_unit_test(bounded),      cmocka_unit_test(odd_parameters),
    };
    return cmocka_run_group_tests_name("line/mux_out", tests, NULL, NULL);
}
