/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <microcat/base/fault.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void codes_are_fixed(void **state)
{
    /* Programs rely on these words: a changed one fails here and wants a reason. */
    static const struct {
        enum mc_fault fault;
        const char *code;
    } rows[] = {
        {MC_FAULT_NONE, "none"},
        {MC_FAULT_NO_DEVICE, "no-device"},
        {MC_FAULT_DEVICE_BUSY, "device-busy"},
        {MC_FAULT_NOT_A_MODEM, "not-a-modem"},
        {MC_FAULT_MODEM_SILENT, "modem-silent"},
        {MC_FAULT_STUCK_IN_DATA, "stuck-in-data"},
        {MC_FAULT_MUX_SILENT, "mux-silent"},
        {MC_FAULT_MUX_LEFT, "mux-left"},
        {MC_FAULT_SIM_PIN_WRONG, "sim-pin-wrong"},
        {MC_FAULT_APN_REJECTED, "apn-rejected"},
        {MC_FAULT_PPP_ECHO_DEAD, "ppp-echo-dead"},
        {MC_FAULT_NO_CARRIER, "no-carrier"},
        {MC_FAULT_LINK_STALE, "link-stale"},
        {MC_FAULT_NO_KERNEL_PPP, "no-kernel-ppp"},
        {MC_FAULT_INTERNAL, "internal"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(mc_fault_info(rows[i].fault)->code, rows[i].code);
        assert_int_equal(mc_fault_from_code(rows[i].code), rows[i].fault);
    }
    assert_int_equal(mc_fault_from_code("no-such-fault"), -ENOENT);
    assert_int_equal(mc_fault_from_code(""), -ENOENT);
    assert_int_equal(mc_fault_from_code(NULL), -ENOENT);
    assert_ptr_equal(mc_fault_info(MC_FAULT_COUNT), mc_fault_info(MC_FAULT_INTERNAL));
    assert_ptr_equal(mc_fault_info((enum mc_fault) - 1), mc_fault_info(MC_FAULT_INTERNAL));
}

/* They go into a message catalog and a manual page: one line each, plain ASCII, no stray spaces. */
static void assert_tidy(const char *text)
{
    assert_false(isspace((unsigned char)text[0]));
    assert_null(strstr(text, "  "));
    for (const char *c = text; *c; c++)
        assert_true(*c >= ' ' && *c < 0x7f);
}

static void assert_sentences(const char *text)
{
    size_t len = strlen(text);

    assert_tidy(text);
    assert_true(len > 5);
    assert_true(isupper((unsigned char)text[0]) || text[0] == '+' || text[0] == '`' || strncmp(text, "pppd", 4) == 0);
    assert_int_equal(text[len - 1], '.');
}

static void every_row_is_whole(void **state)
{
    for (int fault = 0; fault < MC_FAULT_COUNT; fault++) {
        const struct mc_fault_info *info = mc_fault_info((enum mc_fault)fault);
        assert_int_equal(mc_fault_from_code(info->code), fault); /* so every code is there once */
        assert_int_equal(strspn(info->code, "abcdefghijklmnopqrstuvwxyz-"), strlen(info->code));
        assert_tidy(info->text);
        assert_in_range(strlen(info->text), 5, 70);
        assert_int_not_equal(info->text[strlen(info->text) - 1], '.');
        assert_sentences(info->means);
        assert_sentences(info->does);
        if (info->next)
            assert_sentences(info->next);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_fixed),
        cmocka_unit_test(every_row_is_whole),
    };
    return cmocka_run_group_tests_name("base/fault", tests, NULL, NULL);
}
