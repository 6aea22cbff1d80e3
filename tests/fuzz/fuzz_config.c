/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/daemon/config.h>
#include <stdbool.h>
#include <string.h>

/*
 * The configuration as text. Whatever it is: it is taken or refused with words, every word is printable, what was taken
 * is allowed (set again from how it is printed, nothing changes), and what is printed shows no secret.
 */

struct heard {
    size_t errors;
};

static void hear(void *ctx, enum mc_log_level level, const char *text)
{
    struct heard *heard = ctx;

    for (const char *p = text; *p; p++)
        assert(*p >= ' ' && *p <= '~');
    heard->errors += level == MC_LOG_ERR;
}

static void check_settings(const struct mc_config *config)
{
    const struct mc_settings *settings = mc_config_settings(config);
    struct mc_settings again;

    assert(mc_settings_init(&again) == 0);
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        char text[512];
        if (row->flags & MC_CONFIG_SECRET) {
            const char *secret = *(char *const *)((const char *)settings + row->offset);
            assert(mc_config_row_set(row, &again, secret) == 0);
        } else {
            mc_config_row_format(row, settings, text, sizeof(text));
            assert(mc_config_row_set(row, &again, text) == 0);
        }
    }
    assert(mc_config_diff(settings, &again, NULL, NULL) == 0);
    mc_settings_done(&again);
}

static void check_print(const struct mc_config *config)
{
    bool has_password = *mc_config_settings(config)->pdp.password, has_pin = *mc_config_settings(config)->sim.pin;
    _cleanup_free_ char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    assert(out);
    mc_config_print(config, out);
    fclose(out);
    assert(strstr(text, has_password ? "\nPassword=(set) " : "\nPassword= "));
    assert(strstr(text, has_pin ? "\nPIN=(set) " : "\nPIN= "));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct mc_config *config = NULL;
    struct heard heard = {0};
    int r = mc_config_load_text("fuzz", (const char *)data, len_bytes, hear, &heard, &config);

    assert((r == 0) == (heard.errors == 0));
    assert((r == 0 || r == -ENODATA) == (config != NULL));
    if (config) {
        check_settings(config);
        check_print(config);
    }
    mc_config_free(config);
    return 0;
}
