/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

/*
 * The helper's protocol, both ways: whatever comes is refused, or can be said again to the byte; what is understood as
 * a request gets a reply that can be said. The first byte is the direction and how many descriptors came. The server
 * has nothing of its own, no folder and no pppd, so that it can do no more than refuse.
 */

#include <microcat/base/log.h>
#include <microcat/daemon/config.h>
#include <microcat/helper/server.h>
#include <microcat/io/loop.h>

#include <stdlib.h>
#include <string.h>

#define NOWHERE "/nonexistent/microcatd"

static void quiet(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n, const char *message)
{
}

static void no_report(void *ctx, enum mc_log_level level, const char *text)
{
}

static void serve(const struct mc_helper_message *request)
{
    static const char *const pid_files[] = {NOWHERE, NULL};
    static const struct mc_helper_place place = {.instance = "fuzz",
                                                 .notes = NOWHERE,
                                                 .config = NOWHERE "/fuzz.conf",
                                                 .pid_files = pid_files,
                                                 .plugin = NOWHERE,
                                                 .resolv_conf = NOWHERE "/resolv.conf",
                                                 .resolvconf = NOWHERE,
                                                 .networkmanager = NOWHERE};
    static const char text[] = "[PDP]\nAPN=apn\nType=IPV4V6\n[PPP]\nVRF=no-such\n[Probe]\nMethod=icmp\n";
    static const int none[MC_HELPER_FDS_MAX] = {-1, -1, -1};
    static struct mc_helper_server *server;
    static struct mc_config *config;
    static struct mc_loop *loop;
    struct mc_helper_message reply;
    int fds[MC_HELPER_FDS_MAX];
    char said[MC_HELPER_MESSAGE_BYTES];

    mc_log_set_sink(quiet, NULL);
    if (loop == NULL && (mc_loop_new(&loop) < 0 || mc_helper_server_new(loop, &place, &server) < 0 ||
                         mc_config_load_text("fuzz", text, sizeof(text) - 1, no_report, NULL, &config) < 0))
        abort();
    for (int mistakes = 0; mistakes < 2; mistakes++) {
        mc_helper_serve(server, mistakes ? NULL : mc_config_settings(config), request, none, &reply, fds);
        if (mc_helper_pack(MC_HELPER_REPLY, &reply, said) < 0)
            abort();
        mc_helper_close_fds(fds);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mc_helper_message message;
    char again[MC_HELPER_MESSAGE_BYTES];

    if (size == 0)
        return 0;
    const enum mc_helper_direction direction = data[0] & 1 ? MC_HELPER_REPLY : MC_HELPER_REQUEST;
    if (mc_helper_unpack(direction, data + 1, size - 1, data[0] >> 1, &message) < 0)
        return 0;
    int len = mc_helper_pack(direction, &message, again);
    if (len != (int)size - 1 || memcmp(again, data + 1, size - 1) != 0 || mc_helper_kind_name(message.kind) == NULL ||
        mc_helper_fds(direction, message.kind, message.result) != (size_t)data[0] >> 1)
        abort();
    if (direction == MC_HELPER_REQUEST)
        serve(&message);
    return 0;
}
