/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

/* The plugin's protocol and the relay's scanner: whatever comes, bounded, and what was understood can be said again. */

#include <microcat/ppp/plugin_proto.h>
#include <microcat/ppp/relay.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void on_sign(void *ctx, enum mc_relay_sign sign, const char *line)
{
    if (mc_relay_sign_name(sign) == NULL || strlen(line) > MC_RELAY_TAIL_BYTES)
        abort();
}

static void say_again(const struct mc_plugin_msg *msg)
{
    char line[MC_PLUGIN_LINE_BYTES];
    struct mc_plugin_msg again;
    int len = mc_plugin_encode(msg, line, sizeof(line));

    if (len <= 0 || mc_plugin_decode(line, (size_t)len - 1, &again) != 0 || again.kind != msg->kind)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mc_plugin_reader reader;
    struct mc_relay_scan scan;
    struct mc_plugin_msg msg;
    const char *at = (const char *)data;
    size_t left = size;

    mc_plugin_reader_init(&reader);
    while (mc_plugin_read(&reader, &at, &left, &msg) == 1)
        say_again(&msg);
    mc_relay_scan_init(&scan, on_sign, NULL);
    mc_relay_scan_feed(&scan, data, size / 2);
    mc_relay_scan_feed(&scan, data + size / 2, size - size / 2);
    mc_relay_scan_idle(&scan);
    if (scan.len > MC_RELAY_TAIL_BYTES)
        abort();
    return 0;
}
