/* SPDX-License-Identifier: MIT */
/* The table of the configuration: every row against its own default and example, and what each kind of row refuses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <microcat/base/cleanup.h>
#include <microcat/daemon/config.h>

static void every_row_is_whole(void **state)
{
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        char allowed[256];

        assert_non_null(row->key);
        assert_non_null(row->default_text);
        assert_non_null(row->help);
        assert_int_equal(row->help[strlen(row->help) - 1], '.');
        assert_true(row->min <= row->max);
        assert_true(row->type != MC_CONFIG_NAME || row->names);
        mc_config_row_allowed(row, allowed, sizeof(allowed));
        assert_true(strlen(allowed) > 0 && strlen(allowed) < sizeof(allowed) - 1);
        assert_true(!(row->flags & MC_CONFIG_REQUIRED) || row->example);
        for (size_t j = 0; j < i; j++) {
            assert_true(mc_config_rows[j].section != row->section || strcmp(mc_config_rows[j].key, row->key) != 0);
            assert_true(mc_config_rows[j].offset != row->offset);
        }
        if (i > 0) /* sections are not torn apart */
            assert_true(row->section >= mc_config_rows[i - 1].section);
    }
}

/* A value in every row's own words: what is set comes out again, and the empty text brings the default back. */
static void every_row_makes_the_round_trip(void **state)
{
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        const char *text = row->example ? row->example : row->default_text;
        const char *section = mc_strtab_name(&mc_config_section_names, (int)row->section);
        struct mc_settings settings;
        char out[256];

        assert_ptr_equal(mc_config_row_find(section, row->key), row);
        assert_int_equal(mc_settings_init(&settings), 0);
        mc_config_row_format(row, &settings, out, sizeof(out));
        struct mc_settings again;
        assert_int_equal(mc_settings_init(&again), 0);
        if (*out && !(row->flags & MC_CONFIG_SECRET))
            assert_int_equal(mc_config_row_set(row, &again, out), 0);
        assert_int_equal(mc_config_diff(&settings, &again, NULL, NULL), 0);

        assert_int_equal(mc_config_row_set(row, &settings, text), 0);
        mc_config_row_format(row, &settings, out, sizeof(out));
        if (row->example) {
            assert_string_equal(out, row->example);
            assert_int_equal(mc_config_diff(&settings, &again, NULL, NULL), 1u << row->section);
        }
        assert_int_equal(mc_config_row_set(row, &settings, ""), 0);
        assert_int_equal(mc_config_diff(&settings, &again, NULL, NULL), 0);
        mc_settings_done(&settings);
        mc_settings_done(&again);
    }
}

static const struct {
    const char *section, *key, *text;
    int result;
} values[] = {
    {"Modem", "Device", "auto", 0},
    {"Modem", "Device", "/dev/serial/by-id/usb-MechaTracks_MicroCat.1-if00", 0},
    {"Modem", "Device", "ttyACM0", -EINVAL},
    {"Modem", "Device", "/", -EINVAL},
    {"Modem", "Device", "/dev/tty\x01", -EINVAL},
    {"Modem", "UsbID", "388b:ca71 2E8A:000a", 0},
    {"Modem", "UsbID", "388b:ca7", -EINVAL},
    {"Modem", "UsbID", "388b-ca71", -EINVAL},
    {"Modem", "UsbID", "388b:ca71,2e8a:000a", -EINVAL},
    {"Modem", "UsbID", "388b:cag1", -EINVAL},
    {"Modem", "UsbID", "         ", -EINVAL},
    {"Modem", "BaudRate", "460800", 0},
    {"Modem", "BaudRate", "921600", -EINVAL},
    {"Modem", "BaudRate", "115201", -EINVAL},
    {"Modem", "BaudRate", "fast", -EINVAL},
    {"Modem", "FlowControl", "none", 0},
    {"Modem", "FlowControl", "RTSCTS", -EINVAL},
    {"Modem", "FlowControl", "xonxoff", -EINVAL},
    {"Modem", "Reset", "break", 0},
    {"Modem", "Reset", "/usr/bin/gpioset gpiochip0 31=1", 0},
    {"Modem", "Reset", "gpioset", -EINVAL},
    {"Modem", "Power", "rts", 0},
    {"Modem", "Power", "break", -EINVAL},
    {"Modem", "BootTime", "4s", -EINVAL},
    {"Modem", "BootTime", "5min", 0},
    {"Modem", "BootTime", "301s", -EINVAL},
    {"Modem", "SampleInterval", "9s", -EINVAL},
    {"Modem", "SampleInterval", "0", 0},
    {"Modem", "SampleInterval", "1h", 0},
    {"Modem", "SampleInterval", "61min", -EINVAL},
    {"SIM", "PIN", "1234", 0},
    {"SIM", "PIN", "12345678", 0},
    {"SIM", "PIN", "123", -EINVAL},
    {"SIM", "PIN", "123456789", -EINVAL},
    {"SIM", "PIN", "12a4", -EINVAL},
    {"PDP", "ContextID", "15", 0},
    {"PDP", "ContextID", "0", -EINVAL},
    {"PDP", "ContextID", "16", -EINVAL},
    {"PDP", "ContextID", "1.5", -EINVAL},
    {"PDP", "APN", "internet.t-mobile_1", 0},
    {"PDP", "APN", "soracom.io\"", -EINVAL},
    {"PDP", "APN", "soracom\rio", -EINVAL},
    {"PDP", "APN", "soracom io", -EINVAL},
    {"PDP", "APN", "soracom,io", -EINVAL},
    {"PDP", "APN", "\xE3\x81\x82", -EINVAL},
    {"PDP", "Type", "IPV4V6", 0},
    {"PDP", "Type", "ip", -EINVAL},
    {"PDP", "Authentication", "chap", 0},
    {"PDP", "Authentication", "mschap", -EINVAL},
    {"PDP", "User", "a user; with #signs", 0},
    {"PDP", "User", "a\"b", -EINVAL},
    {"PDP", "Password", "p'w\\d", 0},
    {"PDP", "Password", "a\nb", -EINVAL},
    {"PPP", "Program", "/usr/sbin/pppd", 0},
    {"PPP", "Program", "pppd", -EINVAL},
    {"PPP", "Interface", "wwan0", 0},
    {"PPP", "Interface", "a-name-too-long1", -EINVAL},
    {"PPP", "Interface", "a/b", -EINVAL},
    {"PPP", "Interface", "..", -EINVAL},
    {"PPP", "MTU", "1500", 0},
    {"PPP", "MTU", "1501", -EINVAL},
    {"PPP", "MTU", "0", -EINVAL},
    {"PPP", "MTU", "127", -EINVAL},
    {"PPP", "EchoInterval", "0", 0},
    {"PPP", "EchoInterval", "1min 30s", 0},
    {"PPP", "EchoInterval", "1500ms", -EINVAL},
    {"PPP", "EchoInterval", "-1", -EINVAL},
    {"PPP", "EchoInterval", "2h", -EINVAL},
    {"PPP", "EchoInterval", "5 parsecs", -EINVAL},
    {"PPP", "EchoFailure", "0", -EINVAL},
    {"PPP", "DefaultRoute", "off", 0},
    {"PPP", "DefaultRoute", "true", 0},
    {"PPP", "DefaultRoute", "ipv4", 0},
    {"PPP", "DefaultRoute", "ipv6", 0},
    {"PPP", "DefaultRoute", "ipv5", -EINVAL},
    {"PPP", "RouteTable", "4294967295", 0},
    {"PPP", "RouteTable", "4294967296", -EINVAL},
    {"PPP", "DefaultRoute", "maybe", -EINVAL},
    {"PPP", "RouteMetric", "2147483647", 0},
    {"PPP", "RouteMetric", "2147483648", -EINVAL},
    {"PPP", "RouteMetric", "99999999999999999999", -EINVAL},
    {"Probe", "Method", "icmp", 0},
    {"Probe", "Method", "http", -EINVAL},
    {"Probe", "Target", "2001:db8::1", 0},
    {"Probe", "Target", "8.8.8.8", 0},
    {"Probe", "Target", "example.com", -EINVAL},
    {"Probe", "Target", "8.8.8.256", -EINVAL},
    {"Probe", "Port", "65536", -EINVAL},
    {"Probe", "Interval", "0", 0},
    {"Probe", "Interval", "4s", -EINVAL},
    {"Recovery", "NetworkBackoff", "11min", -EINVAL},
    {"Recovery", "NetworkBackoff", "20min", 0},
    {"Recovery", "RedialDelay", "0", -EINVAL},
    {"Recovery", "RedialMax", "infinity", -EINVAL},
    {"Control", "Socket", "/tmp/x.sock", 0},
    {"Control", "Socket", "x.sock", -EINVAL},
    {"Control", "Group", "dialout", 0},
    {"Control", "Group", "a group", -EINVAL},
    {"Control", "TraceLines", "9", -EINVAL},
};

static void values_are_taken_or_refused(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(values); i++) {
        const struct mc_config_row *row = mc_config_row_find(values[i].section, values[i].key);
        struct mc_settings before, after;

        assert_non_null(row);
        assert_int_equal(mc_settings_init(&before), 0);
        assert_int_equal(mc_settings_init(&after), 0);
        if (mc_config_row_set(row, &after, values[i].text) != values[i].result)
            fail_msg("[%s] %s=%s", values[i].section, values[i].key, values[i].text);
        if (values[i].result < 0) /* what is refused changes nothing */
            assert_int_equal(mc_config_diff(&before, &after, NULL, NULL), 0);
        mc_settings_done(&before);
        mc_settings_done(&after);
    }
}

/* What was a yes or a no before it had families is read as before. */
static void a_default_route_by_family(void **state)
{
    static const struct {
        const char *text;
        enum mc_default_route value;
    } rows[] = {{"yes", MC_DEFAULT_ROUTE_YES}, {"on", MC_DEFAULT_ROUTE_YES},    {"1", MC_DEFAULT_ROUTE_YES},
                {"no", MC_DEFAULT_ROUTE_NO},   {"false", MC_DEFAULT_ROUTE_NO},  {"0", MC_DEFAULT_ROUTE_NO},
                {"", MC_DEFAULT_ROUTE_YES},    {"ipv4", MC_DEFAULT_ROUTE_IPV4}, {"ipv6", MC_DEFAULT_ROUTE_IPV6}};
    struct mc_settings settings;

    assert_int_equal(mc_settings_init(&settings), 0);
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        assert_int_equal(mc_config_row_set(mc_config_row_find("PPP", "DefaultRoute"), &settings, rows[i].text), 0);
        assert_int_equal(settings.ppp.default_route, rows[i].value);
    }
    mc_settings_done(&settings);
}

static void overlong_text_is_refused(void **state)
{
    for (size_t i = 0; i < mc_config_n_rows; i++) {
        const struct mc_config_row *row = &mc_config_rows[i];
        char text[1024] = "";
        struct mc_settings settings;

        if (row->type != MC_CONFIG_TEXT)
            continue;
        memset(text, '1', (size_t)row->max + 1);
        text[0] = '/';
        assert_int_equal(mc_settings_init(&settings), 0);
        assert_int_equal(mc_config_row_set(row, &settings, text), -EINVAL);
        mc_settings_done(&settings);
    }
}

static void collect(void *ctx, enum mc_log_level level, const char *text)
{
    assert_int_equal(level, MC_LOG_INFO);
    strcat(strcat((char *)ctx, text), "\n");
}

static void difference_names_keys_but_no_secrets(void **state)
{
    struct mc_settings before, after;
    char text[1024] = "";

    assert_int_equal(mc_settings_init(&before), 0);
    assert_int_equal(mc_settings_init(&after), 0);
    mc_config_row_set(mc_config_row_find("PDP", "APN"), &after, "soracom.io");
    mc_config_row_set(mc_config_row_find("PDP", "Password"), &after, "verysecret");
    mc_config_row_set(mc_config_row_find("SIM", "PIN"), &after, "4321");
    mc_config_row_set(mc_config_row_find("PPP", "EchoInterval"), &after, "90s");
    unsigned changed = mc_config_diff(&before, &after, collect, text);
    assert_int_equal(changed, 1u << MC_CONFIG_SIM | 1u << MC_CONFIG_PDP | 1u << MC_CONFIG_PPP);
    assert_string_equal(text, "[SIM] PIN changed\n[PDP] APN: (unset) -> soracom.io\n[PDP] Password changed\n"
                              "[PPP] EchoInterval: 20s -> 90s\n");
    mc_settings_done(&before);
    mc_settings_done(&after);
}

static void allowed_is_said_in_words(void **state)
{
    static const struct {
        const char *section, *key, *allowed;
    } rows[] = {
        {"PDP", "ContextID", "a number from 1 to 15"},
        {"Modem", "FlowControl", "none or rtscts"},
        {"PDP", "Type", "IP, IPV6 or IPV4V6"},
        {"PPP", "UseDNS", "yes or no"},
        {"PPP", "EchoInterval",
         "a time in whole seconds from 1s to 1h (ms, s, min, h, d; a plain number is seconds), or 0 for off"},
        {"SIM", "PIN", "4 to 8 digits"},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        char out[256];
        mc_config_row_allowed(mc_config_row_find(rows[i].section, rows[i].key), out, sizeof(out));
        assert_string_equal(out, rows[i].allowed);
    }
}

static void no_report(void *ctx, enum mc_log_level level, const char *text)
{
}

/* Not one of a file's rules touches it: blanks, quotes, what would be a comment. */
static void kept_and_restored_to_the_letter(void **state)
{
    static const char text[] =
        "[PDP]\nAPN=a\nType=IPV4V6\nPassword=x\n[PPP]\nMTU=1400\nEchoInterval=1min 30s\nDefaultRoute=ipv6\n";
    static const char *const no_good[] = {"", "rubbish", "rubbish\n", "PPP.MTU=9000\n", "PPP.MTU\n", "PPP.MTU=1400"};
    struct mc_config *config, *again;

    assert_int_equal(mc_config_load_text("test", text, strlen(text), no_report, NULL, &config), 0);
    assert_int_equal(mc_config_row_set(mc_config_row_find("PDP", "Password"),
                                       (struct mc_settings *)mc_config_settings(config), " '#;=[x] "),
                     0);
    char *kept = mc_config_keep(config);
    assert_non_null(kept);
    assert_int_equal(mc_config_restore(kept, &again), 0);
    assert_int_equal(mc_config_diff(mc_config_settings(config), mc_config_settings(again), NULL, NULL), 0);
    assert_string_equal(mc_config_settings(again)->pdp.password, " '#;=[x] ");
    mc_config_free(again);
    free(kept);
    mc_config_free(config);
    for (size_t i = 0; i < MC_LENGTH_OF(no_good); i++)
        assert_int_equal(mc_config_restore(no_good[i], &again), -EBADMSG);
    assert_int_equal(mc_config_restore("PPP.OfAnotherVersion=1\nPPP.MTU=1300\n", &again), 0);
    assert_int_equal(mc_config_settings(again)->ppp.mtu, 1300);
    mc_config_free(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),          cmocka_unit_test(every_row_makes_the_round_trip),
        cmocka_unit_test(values_are_taken_or_refused), cmocka_unit_test(a_default_route_by_family),
        cmocka_unit_test(overlong_text_is_refused),    cmocka_unit_test(difference_names_keys_but_no_secrets),
        cmocka_unit_test(allowed_is_said_in_words),    cmocka_unit_test(kept_and_restored_to_the_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
