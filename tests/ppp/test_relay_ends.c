/* SPDX-License-Identifier: MIT */
/* The relay's words and ends: what the modem says between the frames, silence, pppd's end, and the relay's own. */
#include "relaydesk.h"

#include "alloc_fail.h"
#include "pty.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FRAME "\x7e\xff\x03\xc0\x21 a frame \x12\x34\x7e"

/* ---- signs ---- */

/* It is told from the loop, with the words at pppd's already, and once. */
static void a_sign_is_told_from_the_loop(void **state)
{
    struct relaydesk *desk = *state;

    relaydesk_modem_says(desk, FRAME "\r\nNO CARRIER\r\n");
    assert_string_equal(desk->signs, "");
    assert_int_equal(relaydesk_pppd_reads(desk), strlen(FRAME "\r\nNO CARRIER\r\n"));
    relaydesk_turn(desk);
    assert_string_equal(desk->signs, "no-carrier(NO CARRIER) ");
    assert_false(relaydesk_timer_armed(desk));
    relaydesk_modem_says(desk, "\r\nRDY\r\n");
    relaydesk_turn(desk);
    assert_string_equal(desk->signs, "no-carrier(NO CARRIER) rebooted(RDY) ");
    assert_true(relaydesk_rests(desk));
}

static void the_first_four_signs_of_a_turn_are_told(void **state)
{
    struct relaydesk *desk = *state;

    relaydesk_modem_says(desk, "\r\nQCRDY\r\n\r\n+CPIN: READY\r\n\r\nSMS DONE\r\n");
    relaydesk_modem_says(desk, "\r\nPB DONE\r\n\r\nNO CARRIER\r\n\r\nRDY\r\n");
    relaydesk_turn(desk);
    assert_string_equal(desk->signs, "rebooted(QCRDY) rebooted(+CPIN: READY) rebooted(SMS DONE) rebooted(PB DONE) ");
    desk->signs[0] = '\0';
    relaydesk_modem_says(desk, "\r\nRDY\r\n\r\nPOWERD DOWN\r\n\r\n+PPPD: DISCONNECTED\r\n\r\nNO CARRIER\r\n");
    relaydesk_turn(desk);
    assert_string_equal(desk->signs,
                        "rebooted(RDY) off(POWERD DOWN) disconnected(+PPPD: DISCONNECTED) no-carrier(NO CARRIER) ");
}

static size_t say_no_carrier(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct relaydesk *desk = ctx;

    mc_relay_resume(desk->relay);
    mc_relay_from_modem(desk->relay, (const uint8_t *)"\r\nNO CARRIER\r\n", 14);
    return relaydesk_to_modem(ctx, data, len_bytes);
}

static void count_sign(void *ctx, enum mc_relay_sign sign, const char *line)
{
    struct relaydesk *desk = ctx;

    assert_false(desk->inside);
    desk->inside = true;
    if (desk->rooms++ < 2)
        mc_relay_from_modem(desk->relay, (const uint8_t *)"\r\nRDY\r\n", 7);
    desk->inside = false;
    assert_int_equal(sign, desk->rooms == 1 ? MC_RELAY_NO_CARRIER : MC_RELAY_REBOOTED);
}

/* The modem's bytes may come from inside any callback; what they say is told later. */
static void callbacks_may_call_the_relay(void **state)
{
    static const struct mc_relay_events events = {.to_modem = say_no_carrier, .on_sign = count_sign};
    struct relaydesk *desk = *state;

    relaydesk_begin(desk, &events);
    relaydesk_pppd_sends(desk, "x", 1);
    for (int turns = 0; turns < 4; turns++)
        relaydesk_turn(desk);
    assert_int_equal(desk->rooms, 3);
    assert_int_equal(desk->n_got, 1);
    assert_false(relaydesk_timer_armed(desk));
}

/* ---- silence ---- */

static void silence_ends_an_open_frame(void **state)
{
    struct relaydesk *desk = *state;

    relaydesk_turn(desk); /* the queue's clock is set */
    relaydesk_modem_says(desk, "\x7e\xff\x03 cut off");
    relaydesk_pass(desk, MC_RELAY_IDLE_MS - 1);
    relaydesk_modem_says(desk, "\r\nNO CARRIER\r\n"); /* that was no silence */
    relaydesk_pass(desk, MC_RELAY_IDLE_MS - 1);
    assert_string_equal(desk->signs, "");
    relaydesk_modem_says(desk, ""); /* no bytes are no end of the silence */
    relaydesk_pass(desk, 1);
    assert_string_equal(desk->signs, "no-carrier(NO CARRIER) ");
    assert_false(relaydesk_timer_armed(desk));
}

static void a_closed_frame_waits_for_nothing(void **state)
{
    struct relaydesk *desk = *state;

    relaydesk_modem_says(desk, FRAME);
    assert_false(relaydesk_timer_armed(desk));
    relaydesk_modem_says(desk, "\xff\x03");
    assert_true(relaydesk_timer_armed(desk));
    relaydesk_modem_says(desk, "\x7e");
    assert_false(relaydesk_timer_armed(desk));
}

/* While it is we who hold the rest of the frame up, silence means nothing. */
static void no_silence_while_pppd_holds_the_modem_up(void **state)
{
    static const uint8_t no_flag[RELAYDESK_BYTES];
    struct relaydesk *desk = *state;

    relaydesk_modem_says(desk, "\x7e\xff");
    assert_true(relaydesk_timer_armed(desk));
    relaydesk_fill(desk, no_flag);
    assert_false(relaydesk_timer_armed(desk));
    assert_int_equal(mc_relay_from_modem(desk->relay, no_flag, 1), 0);
    assert_false(relaydesk_timer_armed(desk));
    relaydesk_pppd_reads(desk);
    relaydesk_turn(desk);
    assert_int_equal(desk->rooms, 1);
    relaydesk_modem_says(desk, "\r\nNO CARRIER\r\n");
    relaydesk_pass(desk, MC_RELAY_IDLE_MS);
    assert_string_equal(desk->signs, "no-carrier(NO CARRIER) ");
}

/* ---- pppd's end ---- */

static void drain_gives_all_that_is_left(void **state)
{
    static const char last[10000] = "last words";
    struct relaydesk *desk = *state;

    desk->takes = 2;
    relaydesk_pppd_sends(desk, "abc", 3);
    relaydesk_turn(desk);
    relaydesk_pppd_sends(desk, last, sizeof(last));
    relaydesk_modem_says(desk, "\r\nNO CARRIER\r\n");
    desk->takes = SIZE_MAX;
    mc_relay_drain(desk->relay);
    assert_string_equal(desk->signs, "no-carrier(NO CARRIER) ");
    assert_int_equal(desk->n_got, 3 + sizeof(last));
    assert_memory_equal(desk->got, "abc", 3);
    assert_memory_equal(desk->got + 3, last, sizeof(last));
    assert_int_equal(mc_relay_counters(desk->relay)->tx_bytes, desk->n_got);
    mc_relay_drain(desk->relay);
    relaydesk_turn(desk);
    assert_int_equal(desk->n_got, 3 + sizeof(last));
    assert_string_equal(desk->signs, "no-carrier(NO CARRIER) ");
}

/* A modem's side that takes no more ends it; what it was offered is kept, and comes in order if it takes it later. */
static void drain_goes_as_far_as_it_is_taken(void **state)
{
    struct relaydesk *desk = *state;
    uint8_t bytes[6000];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i / 24);
    relaydesk_pppd_sends(desk, bytes, sizeof(bytes));
    desk->takes = 10;
    mc_relay_drain(desk->relay);
    assert_int_equal(desk->n_got, 10);
    assert_int_equal(desk->offers, 1);
    desk->takes = 10;
    mc_relay_drain(desk->relay);
    assert_int_equal(desk->n_got, 20);
    assert_int_equal(desk->offers, 2);
    desk->takes = SIZE_MAX;
    mc_relay_resume(desk->relay);
    relaydesk_turn(desk);
    relaydesk_turn(desk);
    assert_int_equal(desk->n_got, sizeof(bytes));
    assert_memory_equal(desk->got, bytes, sizeof(bytes));
}

static size_t write_more(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct relaydesk *desk = ctx;

    if (desk->offers == 0)
        relaydesk_pppd_sends(desk, "and more", 8);
    return relaydesk_to_modem(ctx, data, len_bytes);
}

/* What comes while it drains comes along, up to the end of all. */
static void drain_reads_up_to_the_end(void **state)
{
    static const struct mc_relay_events events = {.to_modem = write_more};
    struct relaydesk *desk = *state;

    relaydesk_begin(desk, &events);
    relaydesk_pppd_sends(desk, "a", 1);
    mc_relay_drain(desk->relay);
    assert_int_equal(desk->n_got, 9);
    assert_memory_equal(desk->got, "aand more", 9);
    relaydesk_pppd_sends(desk, "last", 4);
    close(desk->theirs);
    desk->theirs = -1;
    mc_relay_drain(desk->relay);
    assert_int_equal(desk->n_got, 13);
}

static void drain_now(void *ctx, int fd, unsigned ready)
{
    struct relaydesk *desk = ctx;

    mc_relay_drain(desk->relay);
    assert_int_equal(desk->n_got, 2);
}

/* pppd's exit and its last bytes come in one look at the descriptors, the exit first: what the modem's side refused
 * stays, although the pty was found readable. */
static void drain_before_the_bytes_are_told(void **state)
{
    struct relaydesk *desk = *state;
    struct mc_watch exits;
    uint8_t bytes[5000];
    int fds[2];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i / 20);
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_int_equal(mc_watch_add(&exits, desk->loop, fds[0], MC_WATCH_READ, drain_now, desk), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    relaydesk_pppd_sends(desk, bytes, sizeof(bytes)); /* more than the relay takes at once */
    desk->takes = 2;
    relaydesk_turn(desk);
    mc_watch_remove(&exits);
    assert_int_equal(desk->offers, 1);
    desk->takes = SIZE_MAX;
    mc_relay_resume(desk->relay);
    relaydesk_turn(desk);
    relaydesk_turn(desk);
    assert_int_equal(desk->n_got, sizeof(bytes));
    assert_memory_equal(desk->got, bytes, sizeof(bytes));
    close(fds[0]);
    close(fds[1]);
}

/* The other end closed: what is left of it comes, then nothing wakes the loop any more. Until pppd's exit is known, the
 * modem's bytes are dropped, but looked at. */
static void closed(struct relaydesk *desk)
{
    relaydesk_turn(desk);
    errno = EAGAIN; /* the end of a file is no error, and what errno says then is of before */
    relaydesk_turn(desk);
    assert_int_equal(desk->n_got, 10);
    assert_memory_equal(desk->got, "last words", 10);
    assert_true(relaydesk_rests(desk));
    for (unsigned i = 0; i < 2 * RELAYDESK_BYTES / sizeof(desk->read); i++)
        assert_int_equal(mc_relay_from_modem(desk->relay, desk->read, sizeof(desk->read)), sizeof(desk->read));
    relaydesk_modem_says(desk, FRAME "\r\nNO CARRIER\r\n");
    relaydesk_turn(desk);
    assert_string_equal(desk->signs, "no-carrier(NO CARRIER) ");
    assert_true(relaydesk_rests(desk));
    assert_int_equal(mc_relay_counters(desk->relay)->rx_stalls, desk->rooms);
}

static void a_closed_end_does_not_keep_the_loop_awake(void **state)
{
    struct relaydesk *desk = *state;

    relaydesk_pppd_sends(desk, "last words", 10);
    close(desk->theirs);
    desk->theirs = -1;
    closed(desk);
}

static bool last_words_are_there(void *ctx)
{
    return ((const struct relaydesk *)ctx)->n_got == 10;
}

static void open_pty(struct relaydesk *desk)
{
    struct test_pty pty;

    assert_int_equal(test_pty_open(&pty), 0);
    relaydesk_end(desk);
    desk->ours = pty.master;
    desk->theirs = pty.slave;
    relaydesk_begin(desk, NULL);
}

/* Linux takes bytes for a pty that nobody has open until its buffer is full, and calls it neither readable nor
 * writable. */
static void a_hung_up_pty_does_not_keep_the_loop_awake(void **state)
{
    struct relaydesk *desk = *state;

    open_pty(desk);
    relaydesk_pppd_sends(desk, "last words", 10);
    close(desk->theirs);
    desk->theirs = -1;
    assert_true(test_wait(desk->loop, last_words_are_there, desk, 10000));
    closed(desk);
}

/* It hung up while the modem's bytes were refused: they are asked for, and dropped. */
static void a_pty_that_hangs_up_while_full(void **state)
{
    static const uint8_t zeros[RELAYDESK_BYTES];
    struct relaydesk *desk = *state;
    size_t first;

    open_pty(desk);
    first = relaydesk_fill(desk, zeros);
    assert_in_range(first, 1, sizeof(zeros) - 1);
    desk->waiting = zeros + first;
    desk->n_waiting = sizeof(zeros) - first;
    close(desk->theirs);
    desk->theirs = -1;
    for (int turns = 0; turns < 3; turns++)
        relaydesk_turn(desk);
    assert_int_equal(desk->n_waiting, 0);
    assert_true(relaydesk_rests(desk));
}

/* ---- the relay's own ---- */

static void a_freed_relay_calls_nobody_and_closes_nothing(void **state)
{
    struct relaydesk *desk = *state;

    relaydesk_modem_says(desk, "\r\nNO CARRIER\r\n\x7e\xff");
    relaydesk_pppd_sends(desk, "x", 1);
    mc_relay_free(desk->relay);
    desk->relay = NULL;
    assert_false(relaydesk_timer_armed(desk));
    assert_true(relaydesk_rests(desk));
    assert_int_equal(desk->offers, 0);
    assert_string_equal(desk->signs, "");
    assert_int_not_equal(fcntl(desk->ours, F_GETFD), -1);
    mc_relay_free(NULL);
}

/* What the allocator has given out; 0 where a sanitizer counts instead. */
static size_t given_bytes(void)
{
    return mallinfo2().uordblks;
}

static void nothing_is_left_of_a_relay_that_was_freed(void **state)
{
    struct relaydesk *desk = *state;
    size_t before;

    relaydesk_begin(desk, NULL);
    before = given_bytes();
    for (int i = 0; i < 10; i++)
        relaydesk_begin(desk, NULL);
    assert_int_equal(given_bytes(), before);
}

/* Every allocation fails once, and a descriptor that has no readiness: the error is given back and nothing is left. */
static void a_relay_that_cannot_be_made(void **state)
{
    struct relaydesk *desk = *state;
    struct mc_relay *relay = NULL;
    char directory[SCRATCH_BYTES], path[SCRATCH_BYTES + 8];
    size_t before = given_bytes();
    int fd, r;

    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        r = mc_relay_new(desk->loop, desk->theirs, &(const struct mc_relay_events){0}, NULL, &relay);
        if (!alloc_fail_stop()) {
            assert_int_not_equal(nth, 1);
            break;
        }
        assert_int_equal(r, -ENOMEM);
        assert_null(relay);
        assert_int_equal(given_bytes(), before);
    }
    assert_int_equal(r, 0);
    mc_relay_free(relay);
    relay = NULL;

    assert_int_equal(scratch_make(directory), 0);
    snprintf(path, sizeof(path), "%s/file", directory);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (int i = 0; i < 10; i++) {
        if (i == 1)
            before = given_bytes(); /* the loop keeps what it needs for one more descriptor */
        assert_int_equal(mc_relay_new(desk->loop, fd, &(const struct mc_relay_events){0}, NULL, &relay), -EPERM);
    }
    assert_int_equal(given_bytes(), before);
    assert_null(relay);
    close(fd);
    unlink(path);
    rmdir(directory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, relaydesk_set_up, relaydesk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sign_is_told_from_the_loop),
        TEST(the_first_four_signs_of_a_turn_are_told),
        TEST(callbacks_may_call_the_relay),
        TEST(silence_ends_an_open_frame),
        TEST(a_closed_frame_waits_for_nothing),
        TEST(no_silence_while_pppd_holds_the_modem_up),
        TEST(drain_gives_all_that_is_left),
        TEST(drain_goes_as_far_as_it_is_taken),
        TEST(drain_reads_up_to_the_end),
        TEST(drain_before_the_bytes_are_told),
        TEST(a_closed_end_does_not_keep_the_loop_awake),
        TEST(a_hung_up_pty_does_not_keep_the_loop_awake),
        TEST(a_pty_that_hangs_up_while_full),
        TEST(a_freed_relay_calls_nobody_and_closes_nothing),
        TEST(nothing_is_left_of_a_relay_that_was_freed),
        TEST(a_relay_that_cannot_be_made),
    };
    return cmocka_run_group_tests_name("ppp/relay_ends", tests, NULL, NULL);
}
