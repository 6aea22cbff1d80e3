/* SPDX-License-Identifier: MIT */
/* The helper's messages: each kind both ways, and all that is no message. */
#include <microcat/base/cleanup.h>
#include <microcat/helper/protocol.h>
#include <microcat/host/privileged.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char data[MC_HELPER_MESSAGE_BYTES + 1];

static int take(enum mc_helper_direction direction, int len, size_t n_fds)
{
    struct mc_helper_message message;

    return mc_helper_unpack(direction, data, (size_t)len, n_fds, &message);
}

/* Every kind, with an empty body, which all of them can carry. */
static void each_kind_both_ways(void **state)
{
    for (int kind = 0; kind < MC_HELPER_KIND_COUNT; kind++) {
        assert_non_null(mc_helper_kind_name((enum mc_helper_kind)kind));
        for (int direction = MC_HELPER_REQUEST; direction <= MC_HELPER_REPLY; direction++) {
            const struct mc_helper_message message = {.kind = (enum mc_helper_kind)kind};
            const size_t fds = mc_helper_fds((enum mc_helper_direction)direction, message.kind, 0);
            struct mc_helper_message again;
            int len = mc_helper_pack((enum mc_helper_direction)direction, &message, data);

            assert_in_range(len, 16, MC_HELPER_MESSAGE_BYTES);
            assert_in_range(fds, 0, MC_HELPER_FDS_MAX);
            assert_int_equal(mc_helper_unpack((enum mc_helper_direction)direction, data, (size_t)len, fds, &again), 0);
            assert_memory_equal(&again, &message, sizeof(again));
            /* to the byte, and to the descriptor */
            assert_int_equal(take((enum mc_helper_direction)direction, len - 1, fds), -EBADMSG);
            assert_int_equal(take((enum mc_helper_direction)direction, len + 1, fds), -EBADMSG);
            assert_int_equal(take((enum mc_helper_direction)direction, len, fds + 1), -EBADMSG);
            if (fds > 0)
                assert_int_equal(take((enum mc_helper_direction)direction, len, fds - 1), -EBADMSG);
        }
    }
    assert_null(mc_helper_kind_name(MC_HELPER_KIND_COUNT));
    assert_int_equal(mc_helper_pack(MC_HELPER_REQUEST, &(struct mc_helper_message){.kind = MC_HELPER_KIND_COUNT}, data),
                     -EINVAL);
}

/* The head's four fields, each spoilt. */
static void a_head_that_is_none(void **state)
{
    static const struct {
        size_t at;
        char byte;
    } rows[] = {{0, 'x'}, {3, '2'}, {4, MC_HELPER_KIND_COUNT}, {7, 1}, {8, 1}, {11, 1}, {12, 1}, {15, (char)0xff}};
    const struct mc_helper_message message = {.kind = MC_HELPER_ASK_ROUTER};

    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        int len = mc_helper_pack(MC_HELPER_REQUEST, &message, data);
        assert_int_equal(take(MC_HELPER_REQUEST, len, 0), 0);
        data[rows[i].at] = rows[i].byte;
        assert_int_equal(take(MC_HELPER_REQUEST, len, 0), -EBADMSG);
    }
    for (int len = 0; len < 16; len++)
        assert_int_equal(take(MC_HELPER_REQUEST, len, 0), -EBADMSG);
}

/* A failure has no descriptors; a request has no result. */
static void results(void **state)
{
    struct mc_helper_message message = {.kind = MC_HELPER_OPEN_PTY, .result = -EPERM};
    int len = mc_helper_pack(MC_HELPER_REPLY, &message, data);

    assert_int_equal(mc_helper_fds(MC_HELPER_REPLY, MC_HELPER_OPEN_PTY, -EPERM), 0);
    assert_int_equal(take(MC_HELPER_REPLY, len, 0), 0);
    assert_int_equal(take(MC_HELPER_REPLY, len, 2), -EBADMSG);
    assert_int_equal(mc_helper_pack(MC_HELPER_REQUEST, &message, data), -EINVAL);
}

/* To whatever was asked: which mistakes they are, and no more. */
static void mistakes_of_the_configuration(void **state)
{
    for (int kind = 0; kind < MC_HELPER_KIND_COUNT; kind++) {
        struct mc_helper_message message = {.kind = (enum mc_helper_kind)kind,
                                            .result = MC_HELPER_MISTAKES,
                                            .body.path = {"/etc/x.conf:4: [PPP] MTU="}};
        int len = mc_helper_pack(MC_HELPER_REPLY, &message, data);

        assert_int_equal(len, 16 + MC_HELPER_PATH_BYTES);
        assert_int_equal(take(MC_HELPER_REPLY, len, 0), 0);
        assert_int_equal(take(MC_HELPER_REPLY, len, 1), -EBADMSG);
        assert_int_equal(mc_helper_pack(MC_HELPER_REQUEST, &message, data), -EINVAL);
        message.body.path.text[3] = '\n';
        assert_int_equal(mc_helper_pack(MC_HELPER_REPLY, &message, data), -EINVAL);
    }
}

static const struct {
    const char *what;
    enum mc_helper_direction direction;
    struct mc_helper_message message;
} unsound[] = {
    {"no such board line", MC_HELPER_REQUEST, {MC_HELPER_START_BOARD, 0, {.number = MC_HELPER_BOARD_COUNT}}},
    {"no such family", MC_HELPER_REQUEST, {MC_HELPER_ADD_ROUTE, 0, {.number = 2}}},
    {"no such family of ICMP", MC_HELPER_REQUEST, {MC_HELPER_OPEN_PROBE, 0, {.number = 2}}},
    {"no such errand", MC_HELPER_REQUEST, {MC_HELPER_STATUS, 0, {.number = MC_ERRAND_COUNT}}},
    {"a signal to nobody", MC_HELPER_REQUEST, {MC_HELPER_SIGNAL, 0, {.signal = {MC_ERRAND_COUNT, 0}}}},
    {"no such signal", MC_HELPER_REQUEST, {MC_HELPER_SIGNAL, 0, {.signal = {0, MC_HELPER_SIGNAL_COUNT}}}},
    {"no such record", MC_HELPER_REQUEST, {MC_HELPER_START_RESOLVCONF, 0, {.names = {.option = MC_RECORD_COUNT}}}},
    {"neither on nor off", MC_HELPER_REQUEST, {MC_HELPER_NETWORKMANAGER, 0, {.number = 2}}},
    {"too many servers", MC_HELPER_REQUEST, {MC_HELPER_WRITE_NAMES, 0, {.names = {1, {.n = 5}}}}},
    {"a server that is not there", MC_HELPER_REQUEST, {MC_HELPER_WRITE_NAMES, 0, {.names = {1, {.n = 1}}}}},
    {"one more than said",
     MC_HELPER_REQUEST,
     {MC_HELPER_SET_RESOLVED, 0, {.names = {1, {.n = 1, .address = {"192.0.2.1", "192.0.2.2"}}}}}},
    {"a line end in an address", MC_HELPER_REQUEST, {MC_HELPER_ADD_SERVER, 0, {.address = {"192.0.2.1\nx"}}}},
    {"something behind the end", MC_HELPER_REQUEST, {MC_HELPER_ADD_SERVER, 0, {.address = {"192.0.2.1\0x"}}}},
    {"a path that is no text", MC_HELPER_REQUEST, {MC_HELPER_TTY_HOLDER, 0, {.path = {"/dev/tty\xff"}}}},
    {"a pid that is none", MC_HELPER_REPLY, {MC_HELPER_TTY_HOLDER, 0, {.process = {.pid = -1}}}},
    {"it half wrote", MC_HELPER_REPLY, {MC_HELPER_WRITE_NAMES, 0, {.number = 2}}},
};

/* Neither said nor heard. To hear them the body is put in by hand, as a hostile end would. */
static void what_is_not_sound(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(unsound); i++) {
        const struct mc_helper_message *message = &unsound[i].message;
        const struct mc_helper_message empty = {.kind = message->kind};
        const size_t fds = mc_helper_fds(unsound[i].direction, message->kind, 0);
        int len = mc_helper_pack(unsound[i].direction, &empty, data);

        assert_int_equal(take(unsound[i].direction, len, fds), 0);
        memcpy(data + 16, &message->body, (size_t)len - 16);
        if (take(unsound[i].direction, len, fds) != -EBADMSG)
            fail_msg("taken: %s", unsound[i].what);
        if (mc_helper_pack(unsound[i].direction, message, data) != -EINVAL)
            fail_msg("said: %s", unsound[i].what);
    }
}

static void a_text_without_end(void **state)
{
    struct mc_helper_message message = {.kind = MC_HELPER_TTY_HOLDER};

    memset(message.body.path.text, 'a', sizeof(message.body.path.text));
    assert_int_equal(mc_helper_pack(MC_HELPER_REQUEST, &message, data), -EINVAL);
    assert_false(mc_helper_text(message.body.address.text, 4, "abcd"));
    assert_true(mc_helper_text(message.body.address.text, 4, "abc"));
    assert_string_equal(message.body.address.text, "abc");
}

/* ---- over a socket ---- */

static int ends[2];

static int connect_ends(void **state)
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int close_ends(void **state)
{
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static int lowest_free(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    close(fd);
    return fd;
}

static void descriptors_go_along(void **state)
{
    const struct mc_helper_message message = {.kind = MC_HELPER_OPEN_PTY, .body.path = {"/dev/pts/4"}};
    struct mc_helper_message got;
    int fds[MC_HELPER_FDS_MAX];
    struct stat sent, received;

    assert_int_equal(mc_helper_send(ends[0], MC_HELPER_REPLY, &message, ends, 1000), 0);
    assert_int_equal(mc_helper_receive(ends[1], MC_HELPER_REPLY, &got, fds, 1000), 0);
    assert_string_equal(got.body.path.text, "/dev/pts/4");
    assert_int_equal(fds[2], -1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
        fstat(ends[i], &sent);
        fstat(fds[i], &received);
        assert_int_equal(sent.st_ino, received.st_ino);
    }
    mc_helper_close_fds(fds);
    assert_int_equal(fds[0], -1);
}

/* More than it should, with a message that takes none: refused, and nothing stays open. */
static void descriptors_that_nobody_wants(void **state)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(5 * sizeof(int))];
    } control = {0};
    const struct mc_helper_message message = {.kind = MC_HELPER_ASK_ROUTER};
    const int many[5] = {0, 0, 0, 0, 0};
    struct mc_helper_message got;
    int fds[MC_HELPER_FDS_MAX];

    for (size_t n = 1; n <= 5; n++) {
        const int before = lowest_free();
        struct iovec part = {.iov_base = data, .iov_len = (size_t)mc_helper_pack(MC_HELPER_REQUEST, &message, data)};
        struct msghdr header = {.msg_iov = &part,
                                .msg_iovlen = 1,
                                .msg_control = control.bytes,
                                .msg_controllen = CMSG_SPACE(n * sizeof(int))};
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);

        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(n * sizeof(int));
        memcpy(CMSG_DATA(rights), many, n * sizeof(int));
        assert_true(sendmsg(ends[0], &header, 0) > 0);
        assert_int_equal(mc_helper_receive(ends[1], MC_HELPER_REQUEST, &got, fds, 1000), -EBADMSG);
        assert_int_equal(fds[0], -1);
        assert_int_equal(lowest_free(), before);
    }
}

static void silence_and_the_end(void **state)
{
    struct mc_helper_message got;
    int fds[MC_HELPER_FDS_MAX];

    assert_int_equal(mc_helper_receive(ends[1], MC_HELPER_REQUEST, &got, fds, 10), -ETIMEDOUT);
    memset(data, 'x', sizeof(data));
    assert_int_equal(send(ends[0], data, sizeof(data), 0), sizeof(data)); /* longer than any message */
    assert_int_equal(mc_helper_receive(ends[1], MC_HELPER_REQUEST, &got, fds, 1000), -EBADMSG);
    shutdown(ends[0], SHUT_RDWR);
    assert_int_equal(mc_helper_receive(ends[1], MC_HELPER_REQUEST, &got, fds, 1000), -ENODATA);
    assert_int_equal(mc_helper_send(ends[1], MC_HELPER_REQUEST,
                                    &(struct mc_helper_message){.kind = MC_HELPER_ASK_ROUTER}, NULL, 1000),
                     -EPIPE);
}

/* Somebody who reads nothing holds nobody up for longer than the deadline. */
static void nobody_reads(void **state)
{
    const struct mc_helper_message message = {.kind = MC_HELPER_TTY_HOLDER};
    int r = 0;

    for (int i = 0; i < 100000 && r == 0; i++)
        r = mc_helper_send(ends[0], MC_HELPER_REQUEST, &message, NULL, 10);
    assert_int_equal(r, -ETIMEDOUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_both_ways),
        cmocka_unit_test(a_head_that_is_none),
        cmocka_unit_test(results),
        cmocka_unit_test(mistakes_of_the_configuration),
        cmocka_unit_test(what_is_not_sound),
        cmocka_unit_test(a_text_without_end),
        cmocka_unit_test_setup_teardown(descriptors_go_along, connect_ends, close_ends),
        cmocka_unit_test_setup_teardown(descriptors_that_nobody_wants, connect_ends, close_ends),
        cmocka_unit_test_setup_teardown(silence_and_the_end, connect_ends, close_ends),
        cmocka_unit_test_setup_teardown(nobody_reads, connect_ends, close_ends),
    };
    return cmocka_run_group_tests_name("helper/protocol", tests, NULL, NULL);
}
