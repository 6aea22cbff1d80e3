/* SPDX-License-Identifier: MIT */
/* What is generated for people says all that the tables say: argv is FOLDER-OF-CONF FOLDER-OF-MAN
 * MICROCAT-DOCS ARCHITECTURE.md. */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <microcat/base/fault.h>
#include <microcat/base/state.h>
#include <microcat/daemon/config.h>
#include <microcat/daemon/message_id.h>
#include <microcat/daemon/options.h>

static const char *conf_dir, *man_dir, *docs, *page;

static char *slurp(const char *dir, const char *name)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
    fclose(f);
    return text;
}

static void must_have(const char *text, const char *what)
{
    if (!strstr(text, what))
        fail_msg("not there: %s", what);
}

/* "--a-b" as troff has it, between @before and @after. */
static const char *troff(const char *before, const char *name, const char *after)
{
    static char out[256];
    size_t used = (size_t)snprintf(out, sizeof(out), "%s", before);

    for (; *name; name++)
        used += (size_t)snprintf(out + used, sizeof(out) - used, "%s%c", *name == '-' ? "\\" : "", *name);
    snprintf(out + used, sizeof(out) - used, "%s", after);
    return out;
}

static void manual_has_every_setting(void **state)
{
    char *text = slurp(man_dir, "microcatd.conf.5");

    for (size_t i = 0; i < mc_config_n_rows; i++) {
        char entry[128];
        snprintf(entry, sizeof(entry), ".TP\n\\fB%s=\\fR\n", mc_config_rows[i].key);
        must_have(text, entry);
    }
    assert_null(strstr(text, "\n@"));
    free(text);
}

static void manual_has_options_states_and_faults(void **state)
{
    char *text = slurp(man_dir, "microcatd.8");
    const char *name, *argument, *help;

    for (size_t i = 0; mc_options_row(i, &name, &argument, &help) == 0; i++)
        must_have(text, troff(".TP\n\\fB\\-\\-", name, "\\fR"));
    for (int i = 0; i < MC_STATE_COUNT; i++)
        must_have(text, troff(".TP\n\\fB", mc_strtab_name(&mc_state_names, i), "\\fR\n"));
    for (int i = MC_FAULT_NONE + 1; i < MC_FAULT_COUNT; i++)
        must_have(text, troff(".TP\n\\fB", mc_fault_info((enum mc_fault)i)->code, "\\fR\n"));
    assert_null(strstr(text, "\n@"));
    free(text);
}

static void catalog_has_every_fault(void **state)
{
    char *text = slurp(conf_dir, "microcatd.catalog");
    size_t entries = 0;

    for (int i = MC_FAULT_NONE + 1; i < MC_FAULT_COUNT; i++) {
        const struct mc_fault_info *info = mc_fault_info((enum mc_fault)i);
        char entry[512], id[MC_MESSAGE_ID_BYTES];
        snprintf(entry, sizeof(entry), "\n\n-- %s\nSubject: LTE link: %s\nDefined-By: microcatd\n",
                 mc_message_id(info->code, id), info->text);
        must_have(text, entry);
    }
    for (const char *p = text; (p = strstr(p, "\n-- ")); p++)
        entries++;
    assert_int_equal(entries, MC_FAULT_COUNT - 1);
    free(text);
}

static void hear(void *ctx, enum mc_log_level level, const char *text)
{
    strcat(strcat((char *)ctx, text), "\n");
}

static void load_defaults(const char *text)
{
    struct mc_config *config = NULL;
    struct mc_settings defaults;
    char said[2048] = "";

    assert_int_equal(mc_config_load_text("x", text, strlen(text), hear, said, &config), -ENODATA);
    assert_string_equal(said, "x: [PDP] APN= is missing; for example: APN=soracom.io\n");
    assert_int_equal(mc_settings_init(&defaults), 0);
    assert_int_equal(mc_config_diff(&defaults, mc_config_settings(config), hear, said), 0);
    mc_settings_done(&defaults);
    mc_config_free(config);
}

/* As it is installed, and with every key taken out of its comment: nothing but the APN is missing, all are defaults. */
static void example_is_the_defaults(void **state)
{
    char *text = slurp(conf_dir, "microcatd.conf");

    load_defaults(text);
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        char line[256];
        snprintf(line, sizeof(line), "%s=%s\n", mc_config_rows[i].key, mc_config_rows[i].default_text);
        must_have(text, line);
    }
    for (char *p = text; (p = strstr(p, "\n#")); p++)
        if (isupper((unsigned char)p[2]))
            p[1] = ' ';
    load_defaults(text);
    free(text);
}

/* systemd's own reader takes the catalog: what it shows for one of its ids is ours. */
static void systemd_takes_the_catalog(void **state)
{
    char command[1024], id[MC_MESSAGE_ID_BYTES], line[256] = "";

    if (system("command -v journalctl >/dev/null") != 0) {
        print_message("needs journalctl\n");
        skip();
    }
    snprintf(command, sizeof(command),
             "set -e; d=$(mktemp -d); trap 'rm -rf \"$d\"' EXIT; mkdir -p \"$d/usr/lib/systemd/catalog\" "
             "\"$d/var/lib/systemd/catalog\"; cp \"$CONF_DIR/microcatd.catalog\" \"$d/usr/lib/systemd/catalog/\"; "
             "journalctl --root=\"$d\" --update-catalog 2>&1; journalctl --root=\"$d\" --dump-catalog %s 2>&1 | "
             "grep Subject",
             mc_message_id("no-carrier", id));
    setenv("CONF_DIR", conf_dir, 1);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f) && strncmp(line, "Subject", 7) != 0)
        ;
    pclose(f);
    must_have(line, mc_fault_info(MC_FAULT_NO_CARRIER)->text);
}

/* The picture of the states is the one that the tables make (if not: scripts/docs). */
static void page_shows_the_states_as_they_are(void **state)
{
    setenv("DOCS", docs, 1);
    setenv("PAGE", page, 1);
    assert_int_equal(system("\"$DOCS\" page \"$PAGE\" | cmp - \"$PAGE\""), 0);
}

/* And so is the picture of the chain, beside the page. */
static void picture_shows_the_layers_as_they_are(void **state)
{
    setenv("DOCS", docs, 1);
    setenv("PAGE", page, 1);
    assert_int_equal(system("\"$DOCS\" chain | cmp - \"$(dirname \"$PAGE\")/docs/chain.svg\""), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manual_has_every_setting),
        cmocka_unit_test(manual_has_options_states_and_faults),
        cmocka_unit_test(catalog_has_every_fault),
        cmocka_unit_test(example_is_the_defaults),
        cmocka_unit_test(systemd_takes_the_catalog),
        cmocka_unit_test(page_shows_the_states_as_they_are),
        cmocka_unit_test(picture_shows_the_layers_as_they_are),
    };
    if (argc != 5)
        return 2;
    conf_dir = argv[1];
    man_dir = argv[2];
    docs = argv[3];
    page = argv[4];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
