/* SPDX-License-Identifier: MIT */
#include <microcat/base/cleanup.h>
#include <microcat/helper/client.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static int trouble;
static char mistake[MC_HELPER_PATH_BYTES];

int mc_helper_trouble(void)
{
    return trouble;
}

const char *mc_helper_trouble_text(void)
{
    static char text[sizeof(mistake) + 40];

    if (trouble != MC_HELPER_MISTAKES)
        return strerror(-trouble);
    snprintf(text, sizeof(text), "the configuration has mistakes: %s", mistake);
    return text;
}

static int reach(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    if (strlen(path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    /* Connects at once: it is queued, and systemd starts the helper for it. */
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        return errno == ENOENT || errno == ECONNREFUSED ? -ENOTCONN : errno == EAGAIN ? -ETIMEDOUT : -errno;
    return MC_TAKE_FD(fd);
}

static int exchange(int fd, const struct mc_helper_message *request, const int *fds, struct mc_helper_message *reply,
                    int reply_fds[MC_HELPER_FDS_MAX], int deadline_ms)
{
    int r = mc_helper_send(fd, MC_HELPER_REQUEST, request, fds, deadline_ms);

    if (r == -EINVAL)
        return r; /* ours: it cannot be said */
    if (r == 0 || r == -EPIPE)
        r = mc_helper_receive(fd, MC_HELPER_REPLY, reply, reply_fds, deadline_ms);
    if (r == 0 && reply->kind != request->kind) {
        mc_helper_close_fds(reply_fds);
        r = -EBADMSG;
    }
    return r == -EBADMSG ? -EPROTO : r == -ENODATA || r == -EPIPE ? -ECONNABORTED : r;
}

static int ask(const char *path, const struct mc_helper_message *request, const int *fds,
               struct mc_helper_message *reply, int reply_fds[MC_HELPER_FDS_MAX], int deadline_ms)
{
    _cleanup_close_ int fd = reach(path);

    return fd < 0 ? fd : exchange(fd, request, fds, reply, reply_fds, deadline_ms);
}

int mc_helper_call(const char *path, const struct mc_helper_message *request, const int *fds,
                   union mc_helper_body *ret_reply, int ret_fds[MC_HELPER_FDS_MAX], int deadline_ms)
{
    struct mc_helper_message reply;
    int reply_fds[MC_HELPER_FDS_MAX] = {-1, -1, -1};
    int r = ask(path, request, fds, &reply, reply_fds, deadline_ms);

    if (r == -ECONNRESET) /* it ended, of idleness, just as we came, and has not read it: the next one will */
        r = ask(path, request, fds, &reply, reply_fds, deadline_ms);
    if (r == -ECONNRESET)
        r = -ECONNABORTED;
    trouble = r == -EINVAL ? 0 : r;
    if (ret_fds != NULL)
        memcpy(ret_fds, reply_fds, sizeof(reply_fds));
    else
        mc_helper_close_fds(reply_fds);
    if (r == 0 && reply.result == MC_HELPER_MISTAKES) {
        trouble = MC_HELPER_MISTAKES;
        snprintf(mistake, sizeof(mistake), "%s", reply.body.path.text);
        r = -EINVAL;
    }
    if (r < 0)
        return r;
    if (ret_reply != NULL)
        *ret_reply = reply.body;
    return reply.result;
}
