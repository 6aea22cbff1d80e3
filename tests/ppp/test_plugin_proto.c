/* SPDX-License-Identifier: MIT */
#include <microcat/ppp/plugin_proto.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct mc_plugin_msg sample(enum mc_plugin_kind kind)
{
    struct mc_plugin_msg msg;

    mc_plugin_msg_init(&msg, kind);
    msg.pid = 4711;
    msg.unit = 3;
    msg.mtu = 1500;
    msg.status = 15;
    msg.phase = 8;
    msg.rx_bytes = UINT64_MAX;
    msg.tx_bytes = 12;
    msg.seconds = UINT32_MAX;
    strcpy(msg.version, "2.4.9");
    strcpy(msg.ifname, "ppp3");
    strcpy(msg.local, kind == MC_PLUGIN_IPV6_UP ? "fe80::1" : "10.164.98.251");
    strcpy(msg.remote, kind == MC_PLUGIN_IPV6_UP ? "fe80::2" : "10.64.64.64");
    strcpy(msg.dns1, "100.127.0.53");
    strcpy(msg.dns2, "100.127.1.53");
    strcpy(msg.auth, "CHAP");
    strcpy(msg.user, "sora@so ra");
    strcpy(msg.password, "100% \"geheim\" = \xc3\xa4\xc3\xb6");
    return msg;
}

static void lines(void **state)
{
    static const struct {
        enum mc_plugin_kind kind;
        const char *line;
    } cases[] = {
        {MC_PLUGIN_HELLO, "hello version=2.4.9 pid=4711\n"},
        {MC_PLUGIN_PHASE, "phase phase=8 ifname=ppp3\n"},
        {MC_PLUGIN_IP_UP, "ip-up ifname=ppp3 unit=3 mtu=1500 local=10.164.98.251 remote=10.64.64.64 dns1=100.127.0.53 "
                          "dns2=100.127.1.53\n"},
        {MC_PLUGIN_IP_DOWN, "ip-down\n"},
        {MC_PLUGIN_IPV6_UP, "ipv6-up ifname=ppp3 unit=3 mtu=1500 local=fe80::1 remote=fe80::2\n"},
        {MC_PLUGIN_IPV6_DOWN, "ipv6-down\n"},
        {MC_PLUGIN_AUTH, "auth auth=CHAP\n"},
        {MC_PLUGIN_EXIT, "exit status=15 rx=18446744073709551615 tx=12 seconds=4294967295\n"},
        {MC_PLUGIN_WANTED, "secrets-wanted auth=CHAP\n"},
        {MC_PLUGIN_SECRETS, "secrets user=sora%40so%20ra password=100%25%20%22geheim%22%20%3D%20%C3%A4%C3%B6\n"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mc_plugin_msg msg = sample(cases[i].kind), back;
        char line[MC_PLUGIN_LINE_BYTES], again[MC_PLUGIN_LINE_BYTES];
        int len = mc_plugin_encode(&msg, line, sizeof(line));

        assert_string_equal(line, cases[i].line);
        assert_int_equal(len, strlen(line));
        assert_int_equal(mc_plugin_decode(line, (size_t)len - 1, &back), 0);
        assert_int_equal(back.kind, cases[i].kind);
        assert_int_equal(mc_plugin_encode(&back, again, sizeof(again)), len);
        assert_string_equal(again, line);
    }
}

static void values_survive(void **state)
{
    struct mc_plugin_msg msg = sample(MC_PLUGIN_SECRETS), back;
    char line[MC_PLUGIN_LINE_BYTES];
    int len = mc_plugin_encode(&msg, line, sizeof(line));

    assert_int_equal(mc_plugin_decode(line, (size_t)len - 1, &back), 0);
    assert_string_equal(back.user, msg.user);
    assert_string_equal(back.password, msg.password);

    msg.user[0] = msg.password[0] = '\0'; /* an empty password is an answer */
    len = mc_plugin_encode(&msg, line, sizeof(line));
    assert_string_equal(line, "secrets user= password=\n");
    assert_int_equal(mc_plugin_decode(line, (size_t)len - 1, &back), 0);
    assert_string_equal(back.password, "");
}

static void the_longest_secrets_fit(void **state)
{
    struct mc_plugin_msg msg, back;
    char line[MC_PLUGIN_LINE_BYTES];
    int len;

    mc_plugin_msg_init(&msg, MC_PLUGIN_SECRETS);
    memset(msg.user, '%', sizeof(msg.user) - 1);
    memset(msg.password, '=', sizeof(msg.password) - 1);
    len = mc_plugin_encode(&msg, line, sizeof(line));
    assert_true(len > 0);
    assert_int_equal(mc_plugin_decode(line, (size_t)len - 1, &back), 0);
    assert_string_equal(back.user, msg.user);
    assert_string_equal(back.password, msg.password);
}

static void refused_to_encode(void **state)
{
    struct mc_plugin_msg msg = sample(MC_PLUGIN_SECRETS);
    char line[MC_PLUGIN_LINE_BYTES];

    assert_int_equal(mc_plugin_encode(&msg, line, 20), -ENOBUFS);
    assert_int_equal(mc_plugin_encode(&msg, line, 0), -ENOBUFS);
    strcpy(msg.user, "a\nphase phase=8");
    assert_int_equal(mc_plugin_encode(&msg, line, sizeof(line)), -EINVAL);
    msg = sample(MC_PLUGIN_SECRETS);
    memset(msg.user, 'a', sizeof(msg.user)); /* no NUL */
    assert_int_equal(mc_plugin_encode(&msg, line, sizeof(line)), -EINVAL);
    msg.kind = MC_PLUGIN_KIND_COUNT;
    assert_int_equal(mc_plugin_encode(&msg, line, sizeof(line)), -EINVAL);
}

static void bad_lines(void **state)
{
    static const struct {
        const char *line;
        int result;
    } cases[] = {
        {"", -EBADMSG},
        {" ", -EBADMSG},
        {"phase ", -EBADMSG},
        {"phase  phase=8", -EBADMSG},
        {" phase phase=8", -EBADMSG},
        {"phase phase", -EBADMSG},
        {"phase =8", -EBADMSG},
        {"phase phase=", -EBADMSG},
        {"phase phase=-1", -EBADMSG},
        {"phase phase=8x", -EBADMSG},
        {"phase phase=2147483648", -EBADMSG},
        {"phase phase=99999999999999999999999", -EBADMSG},
        {"exit rx=18446744073709551616", -EBADMSG},
        {"exit seconds=4294967296", -EBADMSG},
        {"ip-up ifname=ppp0123456789abcdef", -EBADMSG},
        {"ip-up local=10.0.0", -EBADMSG},
        {"ip-up local=soracom.io", -EBADMSG},
        {"ip-up ifname=pp%0A", -EBADMSG},
        {"ip-up ifname=pp%00", -EBADMSG},
        {"ip-up ifname=pp%4", -EBADMSG},
        {"ip-up ifname=pp%", -EBADMSG},
        {"ip-up ifname=pp%zz", -EBADMSG},
        {"ip-up ifname=a\tb", -EBADMSG},
        {"ip-up ifname=a\x01", -EBADMSG},
        {"hullo version=1", -ENOMSG},
        {"PHASE phase=8", -ENOMSG},
        {"phase phase=2147483647", 0},
        {"phase phase=8 colour=blue", 0}, /* a key of a later version */
        {"ip-up ifname=ppp%30", 0},
        {"phase password=x", 0}, /* not a key of this kind */
        {"ip-up local= remote=", 0},
    };
    struct mc_plugin_msg msg;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (mc_plugin_decode(cases[i].line, strlen(cases[i].line), &msg) != cases[i].result)
            fail_msg("\"%s\": %d wanted, %d got", cases[i].line, cases[i].result,
                     mc_plugin_decode(cases[i].line, strlen(cases[i].line), &msg));
}

static const char stream[] = "hello version=2.5.2 pid=9\nnews of=tomorrow\nphase phase=8\nip-down\n";

static void any_fragmentation(void **state)
{
    for (size_t split = 0; split <= strlen(stream); split++)
        for (size_t step = 1; step < 6; step++) {
            struct mc_plugin_reader reader;
            struct mc_plugin_msg msg;
            unsigned seen = 0;

            mc_plugin_reader_init(&reader);
            for (size_t at = 0; at < strlen(stream);) {
                size_t n = at < split ? split - at : step;
                const char *data = stream + at;
                size_t len = n > strlen(stream) - at ? strlen(stream) - at : n;
                int r;

                at += len;
                while ((r = mc_plugin_read(&reader, &data, &len, &msg)) == 1)
                    seen = seen * 10 + (unsigned)msg.kind + 1;
                assert_int_equal(r, 0);
                assert_int_equal(len, 0);
            }
            assert_int_equal(seen, (MC_PLUGIN_HELLO + 1) * 100 + (MC_PLUGIN_PHASE + 1) * 10 + MC_PLUGIN_IP_DOWN + 1);
        }
}

static void endless_line(void **state)
{
    struct mc_plugin_reader reader;
    struct mc_plugin_msg msg;
    char noise[64];
    int r = 0;

    memset(noise, 'a', sizeof(noise));
    mc_plugin_reader_init(&reader);
    for (int i = 0; i < 1000 && r == 0; i++) {
        const char *data = noise;
        size_t len = sizeof(noise);

        r = mc_plugin_read(&reader, &data, &len, &msg);
    }
    assert_int_equal(r, -EMSGSIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(values_survive),
        cmocka_unit_test(the_longest_secrets_fit),
        cmocka_unit_test(refused_to_encode),
        cmocka_unit_test(bad_lines),
        cmocka_unit_test(any_fragmentation),
        cmocka_unit_test(endless_line),
    };
    return cmocka_run_group_tests_name("ppp/plugin_proto", tests, NULL, NULL);
}
