/* SPDX-License-Identifier: MIT */
/* A call of the daemon's to its helper, and each way in which there is no answer. */
#include <microcat/base/cleanup.h>
#include <microcat/helper/client.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum manner { ANSWERS, REFUSES, HANGS_UP, SAYS_NOTHING, SAYS_NONSENSE, ANSWERS_ANOTHER, GOES_FIRST, ALWAYS_GOES };

static struct {
    char path[108];
    int listen_fd;
    pthread_t thread;
    enum manner manner;
} helper;

/* Accepts, and closes once there is something that it has not read. */
static void go_unread(void)
{
    struct pollfd came = {.fd = accept(helper.listen_fd, NULL, NULL), .events = POLLIN};

    poll(&came, 1, 5000);
    close(came.fd);
}

static void *serve(void *unused)
{
    if (helper.manner == GOES_FIRST || helper.manner == ALWAYS_GOES)
        go_unread();
    if (helper.manner == ALWAYS_GOES) {
        go_unread();
        return NULL;
    }
    int fd = accept(helper.listen_fd, NULL, NULL), fds[MC_HELPER_FDS_MAX];
    struct mc_helper_message message;

    if (mc_helper_receive(fd, MC_HELPER_REQUEST, &message, fds, 5000) < 0 && helper.manner != HANGS_UP)
        abort();
    switch (helper.manner) {
    case ANSWERS:
    case GOES_FIRST:
        message.result = 0;
        message.body = (union mc_helper_body){.number = 1007};
        mc_helper_send(fd, MC_HELPER_REPLY, &message, NULL, 5000);
        break;
    case REFUSES:
        message.result = -EPERM;
        mc_helper_send(fd, MC_HELPER_REPLY, &message, NULL, 5000);
        break;
    case SAYS_NONSENSE:
        send(fd, "nonsense", 8, MSG_NOSIGNAL);
        break;
    case ANSWERS_ANOTHER:
        message.kind = MC_HELPER_ASK_ROUTER;
        mc_helper_send(fd, MC_HELPER_REPLY, &message, NULL, 5000);
        break;
    case SAYS_NOTHING: /* until the caller has had enough */
        mc_helper_receive(fd, MC_HELPER_REQUEST, &message, fds, 5000);
        break;
    case HANGS_UP:
    case ALWAYS_GOES:
        break;
    }
    close(fd);
    return NULL;
}

static void begin(enum manner manner)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    helper.manner = manner;
    helper.listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    strcpy(address.sun_path, helper.path);
    unlink(helper.path);
    assert_int_equal(bind(helper.listen_fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(helper.listen_fd, 1), 0);
    assert_int_equal(pthread_create(&helper.thread, NULL, serve, NULL), 0);
}

static void end(void)
{
    pthread_join(helper.thread, NULL);
    close(helper.listen_fd);
    unlink(helper.path);
}

static const struct {
    enum manner manner;
    int deadline_ms, result, trouble;
} rows[] = {
    {ANSWERS, 5000, 0, 0},
    {REFUSES, 5000, -EPERM, 0},
    {HANGS_UP, 5000, -ECONNABORTED, -ECONNABORTED},
    {SAYS_NOTHING, 50, -ETIMEDOUT, -ETIMEDOUT},
    {SAYS_NONSENSE, 5000, -EPROTO, -EPROTO},
    {ANSWERS_ANOTHER, 5000, -EPROTO, -EPROTO},
    {GOES_FIRST, 5000, 0, 0},
    {ALWAYS_GOES, 5000, -ECONNABORTED, -ECONNABORTED},
};

static void each_manner(void **state)
{
    const struct mc_helper_message request = {.kind = MC_HELPER_JOIN_VRF};
    union mc_helper_body reply;

    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        begin(rows[i].manner);
        int r = mc_helper_call(helper.path, &request, NULL, &reply, NULL, rows[i].deadline_ms);
        end();
        assert_int_equal(r, rows[i].result);
        assert_int_equal(mc_helper_trouble(), rows[i].trouble);
        if (r == 0)
            assert_int_equal(reply.number, 1007);
    }
}

static void nobody_is_there(void **state)
{
    const struct mc_helper_message request = {.kind = MC_HELPER_JOIN_VRF};

    assert_int_equal(mc_helper_call(helper.path, &request, NULL, NULL, NULL, 50), -ENOTCONN);
    assert_int_equal(mc_helper_trouble(), -ENOTCONN);
}

/* What cannot be said is the caller's mistake, not the helper's. */
static void what_cannot_be_said(void **state)
{
    const struct mc_helper_message request = {.kind = MC_HELPER_ADD_ROUTE, .body.number = 17};

    begin(HANGS_UP);
    assert_int_equal(mc_helper_call(helper.path, &request, NULL, NULL, NULL, 50), -EINVAL);
    end();
    assert_int_equal(mc_helper_trouble(), 0);
}

static int set_up(void **state)
{
    snprintf(helper.path, sizeof(helper.path), "/tmp/microcat-test-helper-%d.sock", (int)getpid());
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_manner),
        cmocka_unit_test(nobody_is_there),
        cmocka_unit_test(what_cannot_be_said),
    };
    return cmocka_run_group_tests_name("helper/client", tests, set_up, NULL);
}
