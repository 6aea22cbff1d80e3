/* SPDX-License-Identifier: MIT */
#include "alloc_fail.h"
#include "pty.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/buf.h>
#include <microcat/io/fdport.h>
#include <microcat/io/port.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

struct peer {
    struct mc_loop *loop;
    struct test_pty pty;
    struct mc_transport *transport;
    struct mc_buf got;
    size_t take_at_most; /* a call; 0: all */
    unsigned drained;
    int error;
    bool closed, inside_write, close_in_callback;
};

static size_t on_bytes(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct peer *peer = ctx;
    size_t take = peer->take_at_most && len_bytes > peer->take_at_most ? peer->take_at_most : len_bytes;

    assert_false(peer->inside_write);
    assert_int_equal(mc_buf_append(&peer->got, data, take), 0);
    if (peer->close_in_callback) {
        peer->transport->ops->close(peer->transport);
        peer->transport = NULL;
    }
    return take;
}

static void on_drained(void *ctx)
{
    struct peer *peer = ctx;

    assert_false(peer->inside_write);
    peer->drained++;
}

static void on_closed(void *ctx, int error)
{
    struct peer *peer = ctx;

    assert_false(peer->inside_write);
    assert_false(peer->closed);
    peer->closed = true;
    peer->error = error;
    if (peer->close_in_callback) {
        peer->transport->ops->close(peer->transport);
        peer->transport = NULL;
    }
}

static const struct mc_transport_events events = {on_bytes, on_drained, on_closed};

static void start(struct peer *peer)
{
    memset(peer, 0, sizeof(*peer));
    mc_buf_init(&peer->got, 1 << 20);
    assert_int_equal(mc_loop_new(&peer->loop), 0);
    assert_int_equal(test_pty_open(&peer->pty), 0);
    assert_int_equal(mc_port_open(peer->loop, peer->pty.path, &peer->transport), 0);
    mc_transport_listen(peer->transport, &events, peer);
}

static void stop(struct peer *peer)
{
    if (peer->transport)
        peer->transport->ops->close(peer->transport);
    test_pty_close(&peer->pty);
    mc_buf_free(&peer->got);
    mc_loop_free(peer->loop);
}

static int put(struct peer *peer, const void *data, size_t len)
{
    peer->inside_write = true;
    int r = peer->transport->ops->write(peer->transport, data, len);
    peer->inside_write = false;
    return r;
}

static bool got_something(void *ctx)
{
    return mc_buf_len(&((struct peer *)ctx)->got) > 0;
}

static bool was_drained(void *ctx)
{
    return ((struct peer *)ctx)->drained > 0;
}

static void bytes_go_both_ways(void **state)
{
    char text[16] = "";
    struct peer peer;

    start(&peer);
    assert_int_equal(put(&peer, "AT", 2), 0);
    assert_int_equal(put(&peer, "\r", 1), 0);
    assert_int_equal(peer.transport->ops->pending_bytes(peer.transport), 3);
    assert_true(test_wait(peer.loop, was_drained, &peer, 5000));
    assert_int_equal(peer.drained, 1);
    assert_int_equal(peer.transport->ops->pending_bytes(peer.transport), 0);
    assert_int_equal(read(peer.pty.master, text, sizeof(text)), 3);
    assert_string_equal(text, "AT\r");

    assert_int_equal(write(peer.pty.master, "\r\nOK\r\n\0\x11\x13", 9), 9); /* raw: NUL, XON, XOFF too */
    assert_true(test_wait(peer.loop, got_something, &peer, 5000));
    assert_int_equal(mc_buf_len(&peer.got), 9);
    assert_memory_equal(mc_buf_head(&peer.got), "\r\nOK\r\n\0\x11\x13", 9);
    stop(&peer);
}

static uint8_t back[MC_FDPORT_QUEUE_BYTES];
static size_t n_back;

static void on_master(void *ctx, int fd, unsigned ready)
{
    ssize_t n = read(fd, back + n_back, sizeof(back) - n_back);

    assert_true(n > 0);
    n_back += (size_t)n;
}

static bool all_back(void *ctx)
{
    return n_back == *(size_t *)ctx;
}

static void a_full_queue_refuses_all_and_loses_nothing(void **state)
{
    static uint8_t block[1000];
    struct mc_watch watch;
    struct peer peer;
    size_t sent = 0;
    int r;

    start(&peer);
    while ((r = put(&peer, memset(block, (int)(sent / sizeof(block)) & 0xff, sizeof(block)), sizeof(block))) == 0)
        sent += sizeof(block);
    assert_int_equal(r, -ENOBUFS);
    assert_in_range(sent, MC_FDPORT_QUEUE_BYTES - sizeof(block), MC_FDPORT_QUEUE_BYTES);
    assert_int_equal(peer.transport->ops->pending_bytes(peer.transport), sent);
    assert_int_equal(mc_watch_add(&watch, peer.loop, peer.pty.master, MC_WATCH_READ, on_master, NULL), 0);
    assert_true(test_wait(peer.loop, all_back, &sent, 5000));
    for (size_t i = 0; i < sent; i++)
        assert_int_equal(back[i], (i / sizeof(block)) & 0xff);
    assert_true(test_wait(peer.loop, was_drained, &peer, 5000));
    assert_int_equal(peer.drained, 1);
    mc_watch_remove(&watch);
    stop(&peer);
}

static bool got_four(void *ctx)
{
    return mc_buf_len(&((struct peer *)ctx)->got) == 4;
}

static bool got_five(void *ctx)
{
    return mc_buf_len(&((struct peer *)ctx)->got) == 5;
}

static void what_is_not_taken_comes_again(void **state)
{
    struct peer peer;

    start(&peer);
    peer.take_at_most = 2;
    assert_int_equal(write(peer.pty.master, "abcde", 5), 5);
    assert_true(test_wait(peer.loop, got_something, &peer, 5000));
    assert_int_equal(mc_buf_len(&peer.got), 2);
    assert_int_equal(put(&peer, "x", 1), 0); /* writing goes on meanwhile */
    assert_true(test_wait(peer.loop, was_drained, &peer, 5000));
    assert_int_equal(mc_buf_len(&peer.got), 2);
    peer.transport->ops->resume(peer.transport);
    assert_int_equal(mc_buf_len(&peer.got), 2); /* not from inside resume */
    assert_true(test_wait(peer.loop, got_four, &peer, 5000));
    peer.transport->ops->resume(peer.transport);
    assert_true(test_wait(peer.loop, got_five, &peer, 5000));
    assert_memory_equal(mc_buf_head(&peer.got), "abcde", 5);
    stop(&peer);
}

/* Pieces that come during a lull are read as one, writing goes on meanwhile, and a second lull does not lengthen it. */
static void a_lull_reads_in_one_piece(void **state)
{
    struct peer peer;

    start(&peer);
    int64_t began_ms = mc_timerq_now_ms(mc_loop_timers(peer.loop));
    peer.transport->ops->lull(peer.transport, 200);
    assert_int_equal(write(peer.pty.master, "ab", 2), 2);
    assert_int_equal(put(&peer, "x", 1), 0);
    assert_true(test_wait(peer.loop, was_drained, &peer, 5000));
    assert_int_equal(mc_buf_len(&peer.got), 0);
    peer.transport->ops->lull(peer.transport, 60000);
    assert_int_equal(write(peer.pty.master, "cde", 3), 3);
    assert_true(test_wait(peer.loop, got_something, &peer, 5000));
    assert_int_equal(mc_buf_len(&peer.got), 5);
    assert_true(mc_timerq_now_ms(mc_loop_timers(peer.loop)) - began_ms >= 200);
    assert_int_equal(write(peer.pty.master, "f", 1), 1); /* and it is over */
    mc_buf_consume(&peer.got, 5);
    assert_true(test_wait(peer.loop, got_something, &peer, 5000));
    peer.transport->ops->lull(peer.transport, 60000);
    stop(&peer);
}

/* Not a byte more than is wanted, nor what is held beside it; and all of it in order when that is over. */
static void reads_no_more_than_is_wanted(void **state)
{
    struct peer peer;

    start(&peer);
    assert_int_equal(peer.transport->ops->read_most(peer.transport, 3), 0);
    assert_int_equal(write(peer.pty.master, "abcde", 5), 5);
    assert_true(test_wait(peer.loop, got_something, &peer, 5000));
    assert_int_equal(mc_buf_len(&peer.got), 3);
    assert_int_equal(peer.transport->ops->read_most(peer.transport, 0), 0);
    assert_int_equal(put(&peer, "x", 1), 0);
    assert_true(test_wait(peer.loop, was_drained, &peer, 5000)); /* what is written goes on */
    assert_int_equal(mc_buf_len(&peer.got), 3);
    assert_int_equal(peer.transport->ops->read_most(peer.transport, SIZE_MAX), 0);
    assert_true(test_wait(peer.loop, got_five, &peer, 5000));
    assert_memory_equal(mc_buf_head(&peer.got), "abcde", 5);
    stop(&peer);
}

static void a_hang_up_is_no_device_after_the_last_bytes(void **state)
{
    struct peer peer;

    start(&peer);
    assert_int_equal(write(peer.pty.master, "BYE", 3), 3);
    assert_true(test_wait(peer.loop, got_something, &peer, 5000));
    test_pty_hang_up(&peer.pty);
    assert_true(test_wait_flag(peer.loop, &peer.closed, 5000));
    assert_int_equal(peer.error, -ENODEV);
    assert_memory_equal(mc_buf_head(&peer.got), "BYE", 3);
    assert_int_equal(put(&peer, "x", 1), -ENODEV);
    assert_int_equal(peer.transport->ops->set_baud(peer.transport, 115200), -ENODEV);
    stop(&peer);
}

static void writing_into_a_hang_up_closes_once(void **state)
{
    struct peer peer;

    start(&peer);
    test_pty_hang_up(&peer.pty);
    assert_int_equal(put(&peer, "x", 1), 0); /* not known yet */
    assert_true(test_wait_flag(peer.loop, &peer.closed, 5000));
    assert_int_equal(peer.error, -ENODEV);
    stop(&peer);
}

static void closing_from_any_callback_is_safe(void **state)
{
    struct peer peer;

    start(&peer);
    peer.close_in_callback = true;
    assert_int_equal(put(&peer, "x", 1), 0);
    assert_int_equal(write(peer.pty.master, "y", 1), 1);
    while (peer.transport)
        assert_int_equal(mc_loop_turn(peer.loop), 0);
    stop(&peer);

    start(&peer);
    peer.close_in_callback = true;
    test_pty_hang_up(&peer.pty);
    assert_true(test_wait_flag(peer.loop, &peer.closed, 5000));
    assert_null(peer.transport);
    stop(&peer);
}

static void line_settings_reach_the_pty(void **state)
{
    struct termios settings;
    struct peer peer;

    start(&peer);
    const struct mc_transport_ops *ops = peer.transport->ops;
    assert_int_equal(ops->set_baud(peer.transport, 460800), 0);
    assert_int_equal(ops->set_flow(peer.transport, MC_FLOW_RTSCTS), 0);
    assert_int_equal(tcgetattr(peer.pty.master, &settings), 0);
    assert_int_equal(cfgetospeed(&settings), B460800);
    assert_true(settings.c_cflag & CRTSCTS);
    assert_int_equal(ops->set_flow(peer.transport, MC_FLOW_NONE), 0);
    assert_int_equal(tcgetattr(peer.pty.master, &settings), 0);
    assert_false(settings.c_cflag & CRTSCTS);
    assert_int_equal(ops->set_baud(peer.transport, 12345), -EINVAL);
    assert_int_equal(ops->set_dtr(peer.transport, true), 0);
    assert_int_equal(ops->set_rts(peer.transport, false), 0);
    assert_int_equal(ops->set_break(peer.transport, true), 0);
    stop(&peer);
}

static void a_socket_is_a_transport_too(void **state)
{
    struct peer peer = {0};
    int fds[2];

    mc_buf_init(&peer.got, 100);
    assert_int_equal(mc_loop_new(&peer.loop), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    peer.pty = (struct test_pty){.master = fds[1], .slave = -1};
    assert_int_equal(mc_fdport_new(peer.loop, fds[0], NULL, NULL, &peer.transport), 0);
    mc_transport_listen(peer.transport, &events, &peer);
    assert_int_equal(mc_port_fd(peer.transport), fds[0]);
    assert_true(fcntl(fds[0], F_GETFD) & FD_CLOEXEC);
    assert_int_equal(peer.transport->ops->set_baud(peer.transport, 115200), 0);
    assert_int_equal(write(fds[1], "z", 1), 1);
    assert_true(test_wait(peer.loop, got_something, &peer, 5000));
    test_pty_hang_up(&peer.pty);
    assert_true(test_wait_flag(peer.loop, &peer.closed, 5000));
    assert_int_equal(peer.error, -ENODEV);
    stop(&peer);
}

static void nothing_leaks_without_memory(void **state)
{
    struct test_pty pty;
    struct mc_loop *loop;

    assert_int_equal(mc_loop_new(&loop), 0);
    assert_int_equal(test_pty_open(&pty), 0);
    for (unsigned nth = 1;; nth++) {
        struct mc_transport *transport = NULL;
        alloc_fail_at(nth);
        int r = mc_port_open(loop, pty.path, &transport);
        if (!alloc_fail_stop()) {
            assert_int_equal(r, 0);
            transport->ops->close(transport);
            break;
        }
        assert_int_equal(r, -ENOMEM);
        assert_null(transport);
    }
    test_pty_close(&pty);
    mc_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_go_both_ways),
        cmocka_unit_test(a_full_queue_refuses_all_and_loses_nothing),
        cmocka_unit_test(what_is_not_taken_comes_again),
        cmocka_unit_test(a_lull_reads_in_one_piece),
        cmocka_unit_test(reads_no_more_than_is_wanted),
        cmocka_unit_test(a_hang_up_is_no_device_after_the_last_bytes),
        cmocka_unit_test(writing_into_a_hang_up_closes_once),
        cmocka_unit_test(closing_from_any_callback_is_safe),
        cmocka_unit_test(line_settings_reach_the_pty),
        cmocka_unit_test(a_socket_is_a_transport_too),
        cmocka_unit_test(nothing_leaks_without_memory),
    };
    return cmocka_run_group_tests_name("io/fdport", tests, NULL, NULL);
}
