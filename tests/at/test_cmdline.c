/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <microcat/at/cmdline.h>
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

/* What stands behind AT, and what a modem reads there: name, op (! exec, ? read, # test, = write), arguments. */
static const struct {
    const char *line, *items;
} rows[] = {
    {"", ""},
    {" ", ""},
    {";", ""},
    {"I", "I!|"},
    {"+CSQ", "+CSQ!|"},
    {"+csq", "+CSQ!|"},
    {"+CEREG?", "+CEREG?|"},
    {"+CMUX=?", "+CMUX#|"},
    {"+CFUN=1,1", "+CFUN=1,1|"},
    {" +CFUN = 1 , 1", "+CFUN=1,1|"},
    {"+ C F U N=6", "+CFUN=6|"},
    {"+CSQ;+CMUX=0", "+CSQ!|+CMUX=0|"},
    {"+CSQ ; + CMUX=0;", "+CSQ!|+CMUX=0|"},
    {"E0+CRESET", "E!0|+CRESET!|"},
    {"E0Q1V0&FZ", "E!0|Q!1|V!0|&F!|Z!|"},
    {"e 0 q 1 & f 0", "E!0|Q!1|&F!0|"},
    {"+CSQ;D*99***1#", "+CSQ!|D!*99***1#|"},
    {"D*99***1#;+CSQ", "D!*99***1#|+CSQ!|"},
    {"DT 123;H", "D!T123|H!|"},
    {"S0=1S3?", "S0=1|S3?|"},
    {"S0=1+CMUX=0", "S0=1|+CMUX=0|"},
    {"S0=?+CPOF", "S0#|+CPOF!|"},
    {"V?E0", "V?|E!0|"},
    {"E=0", "E!|-"},
    {"S0=1;S3?", "S0=1|S3?|"},
    {"S 3=13", "S3=13|"},
    {"\\Q3", "\\Q!3|"},
    {"+CUSD=1,\"+CMUX=0;D1\"", "+CUSD=1,\"+CMUX=0;D1\"|"},
    {"+CGDCONT=1,\"IP\",\"a b\";+CSQ", "+CGDCONT=1,\"IP\",\"a b\"|+CSQ!|"},
    {"+X=\"open;+CMUX=0", "+X=\"open;+CMUX=0|"},
    {"$QCPWRDN", "$QCPWRDN!|"},
    {"*ATREADY?", "*ATREADY?|"},
    {"^SYSINFO", "^SYSINFO!|"},
    {"I;1", "I!|-"},
    {"?", "-"},
    {"&", "-"},
    {"=1", "-"},
    {"+CSQ;\x01", "+CSQ!|-"},
    {"+CFUN\t=\t1\t,\t1", "+CFUN=1,1|"},
    {"+x!y%z-0.1/2:3_4=5", "+X!Y%Z-0.1/2:3_4=5|"},
    {"&D2+CSQ", "&D!2|+CSQ!|"},
    {"&S1+CSQ", "&S!1|+CSQ!|"},
    {"E0?", "E!0|-"},
    {"E00Q01&F00V10", "E!0|Q!1|&F!0|V!10|"},
    {"E 0 0", "E!0|"},
    {"S03=013S00?", "S3=13|S0?|"},
    {"+CFUN=01,001", "+CFUN=1,1|"},
    {"+CFUN=,01;+CFUN=00", "+CFUN=,1|+CFUN=0|"},
    {"D0123;DT007", "D!0123|D!T007|"},
    {"+CPIN=\"0042\",10", "+CPIN=\"0042\",10|"},
};

static void lines_come_apart_as_a_modem_reads_them(void **state)
{
    static const char ops[] = {'!', '?', '#', '='};
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        struct mc_at_item item;
        const char *pos = rows[i].line;
        char got[160] = "";
        int r;
        while ((r = mc_at_cmdline_next(&pos, &item)) == 1) {
            size_t len = strlen(got);
            snprintf(got + len, sizeof(got) - len, "%s%c%s|", item.name, ops[item.op], item.args);
        }
        if (r < 0)
            strcat(got, "-");
        else
            assert_string_equal(pos, "");
        if (strcmp(got, rows[i].items) != 0)
            fail_msg("\"%s\" became \"%s\"", rows[i].line, got);
    }
}

/* A name or arguments longer than their place are cut, to the last byte of it. */
static void what_is_too_long_is_cut(void **state)
{
    struct mc_at_item item;
    for (size_t len = 1; len < 100; len++) {
        char line[256] = "+";
        memset(line + 1, 'A', len);
        line[1 + len] = '=';
        memset(line + 2 + len, '1', len);
        const char *pos = line;
        assert_int_equal(mc_at_cmdline_next(&pos, &item), 1);
        assert_int_equal(strlen(item.name), len + 1 < sizeof(item.name) ? len + 1 : sizeof(item.name) - 1);
        assert_int_equal(strlen(item.args), len < sizeof(item.args) ? len : sizeof(item.args) - 1);
        assert_string_equal(pos, "");
    }
}

/* Whatever stands there: every call moves on, and nothing is written past its place. */
static void anything_comes_to_an_end(void **state)
{
    uint32_t random = 12345;
    for (int n = 0; n < 20000; n++) {
        static const char letters[] = "aTdS+&\\;\"=?,019 #*Z\t\x7f\xc3";
        char line[200];
        size_t len = (random = random * 1664525 + 1013904223) >> 8 & 127;
        for (size_t i = 0; i < len; i++)
            line[i] = letters[((random = random * 1664525 + 1013904223) >> 16) % (sizeof(letters) - 1)];
        line[len] = '\0';
        const char *pos = line, *before = NULL;
        struct mc_at_item item;
        while (mc_at_cmdline_next(&pos, &item) == 1) {
            assert_true(pos > line && pos <= line + len && pos != before);
            assert_true(item.name[0] && strlen(item.name) < sizeof(item.name) && strlen(item.args) < sizeof(item.args));
            before = pos;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_apart_as_a_modem_reads_them),
        cmocka_unit_test(what_is_too_long_is_cut),
        cmocka_unit_test(anything_comes_to_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
