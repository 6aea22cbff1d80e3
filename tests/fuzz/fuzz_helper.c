/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

/* The helper's protocol, both ways: whatever comes is refused, or can be said again to the byte. The first byte is the
 * direction and how many descriptors came. */

#include <microcat/helper/protocol.h>

#include <stdlib.h>
#include <string.h>

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
    return 0;
}
