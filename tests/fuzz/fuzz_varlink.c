/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "varlink.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* One Varlink message without its NUL: refused with a reason, or a call that can be answered with its own parameters.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct varlink_call call;
    char why[200] = "";
    size_t len = 0;
    char *text;

    if (varlink_parse((const char *)data, size, &call, why, sizeof(why)) < 0) {
        assert(why[0] != '\0');
        return 0;
    }
    assert(call.method && json_is_object(call.parameters));
    text = varlink_reply(json_incref(call.parameters), call.more, &len);
    assert(text && strlen(text) == len);
    free(text);
    varlink_call_clear(&call);
    return 0;
}
