/* SPDX-License-Identifier: MIT */
/* A message and its descriptors over a socket. */
#include <microcat/base/cleanup.h>
#include <microcat/helper/protocol.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static int wait_for(int fd, short events, int64_t until_ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = events};

    for (;;) {
        int64_t left_ms = until_ms - now_ms();
        int r = poll(&poll_fd, 1, left_ms > 0 ? (int)left_ms : 0);

        if (r > 0)
            return 0;
        if (r == 0)
            return -ETIMEDOUT;
        if (errno != EINTR)
            return -errno;
    }
}

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(MC_HELPER_FDS_MAX * sizeof(int))];
};

int mc_helper_send(int fd, enum mc_helper_direction direction, const struct mc_helper_message *message, const int *fds,
                   int deadline_ms)
{
    const size_t n = mc_helper_fds(direction, message->kind, message->result);
    const int64_t until_ms = now_ms() + deadline_ms;
    char data[MC_HELPER_MESSAGE_BYTES];
    union control control = {0};
    int len = mc_helper_pack(direction, message, data);
    struct iovec part = {.iov_base = data, .iov_len = len > 0 ? (size_t)len : 0};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

    if (len < 0)
        return len;
    if (n > 0) {
        header.msg_control = control.bytes;
        header.msg_controllen = CMSG_SPACE(n * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(n * sizeof(int));
        memcpy(CMSG_DATA(rights), fds, n * sizeof(int));
    }
    for (;;) {
        int r = sendmsg(fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
        if (r == -EAGAIN)
            r = wait_for(fd, POLLOUT, until_ms);
        else if (r != -EINTR)
            return r;
        if (r < 0 && r != -EINTR)
            return r;
    }
}

void mc_helper_close_fds(int fds[MC_HELPER_FDS_MAX])
{
    for (size_t i = 0; i < MC_HELPER_FDS_MAX; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = -1;
    }
}

/* What came with the message. More than there is room for never comes: MSG_CTRUNC tells of it, and the kernel has
 * closed the rest. */
static size_t take_fds(struct msghdr *header, int ret_fds[MC_HELPER_FDS_MAX])
{
    size_t n = 0;

    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part != NULL; part = CMSG_NXTHDR(header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        const size_t more = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < more && n < MC_HELPER_FDS_MAX; i++)
            memcpy(&ret_fds[n++], CMSG_DATA(part) + i * sizeof(int), sizeof(int));
    }
    return n;
}

int mc_helper_receive(int fd, enum mc_helper_direction direction, struct mc_helper_message *ret_message,
                      int ret_fds[MC_HELPER_FDS_MAX], int deadline_ms)
{
    const int64_t until_ms = now_ms() + deadline_ms;
    char data[MC_HELPER_MESSAGE_BYTES];
    union control control;
    struct iovec part = {.iov_base = data, .iov_len = sizeof(data)};
    struct msghdr header;
    ssize_t len;

    for (size_t i = 0; i < MC_HELPER_FDS_MAX; i++)
        ret_fds[i] = -1;
    for (;;) {
        header = (struct msghdr){
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
        len = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (len >= 0)
            break;
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        int r = errno == EINTR ? 0 : wait_for(fd, POLLIN, until_ms);
        if (r < 0)
            return r;
    }
    size_t n = take_fds(&header, ret_fds);
    int r = len == 0 ? -ENODATA
            : (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0
                ? -EBADMSG
                : mc_helper_unpack(direction, data, (size_t)len, n, ret_message);
    if (r < 0)
        mc_helper_close_fds(ret_fds);
    return r;
}
