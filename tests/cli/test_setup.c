/* SPDX-License-Identifier: MIT */
/* What setup makes of a configuration's text, and what it finds for an operator. */
#include "conf_edit.h"
#include "providers.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_key_is_set_where_it_belongs(void **state)
{
    static const struct {
        const char *before, *after;
    } rows[] = {
        {"", "[PDP]\nAPN=x\n"},
        {"[PDP]\nAPN=\n", "[PDP]\nAPN=x\n"},
        {"[PDP]\nAPN = old\nUser=u\n", "[PDP]\nAPN=x\nUser=u\n"},
        {"[PDP]\n# of the contract\n#APN=\n\n[PPP]\nMTU=1400\n",
         "[PDP]\n# of the contract\nAPN=x\n\n[PPP]\nMTU=1400\n"},
        {"[PDP]\n#APN=\nAPN=one\n", "[PDP]\n#APN=\nAPN=x\n"},
        {"[PDP]\nAPN=one\nAPN=two\n", "[PDP]\nAPN=one\nAPN=x\n"}, /* the last one counts */
        {"[PDP]\nType=IP\n\n[PPP]\nAPN=not-here\n", "[PDP]\nType=IP\nAPN=x\n\n[PPP]\nAPN=not-here\n"},
        {"[SIM]\nPIN=1234", "[SIM]\nPIN=1234\n\n[PDP]\nAPN=x\n"},
        {"[PDP]\nType=IP", "[PDP]\nType=IP\nAPN=x\n"},
        {"[PDPX]\nAPN=1\n", "[PDPX]\nAPN=1\n\n[PDP]\nAPN=x\n"},
        {"[PDP]\nAPNX=1\n", "[PDP]\nAPNX=1\nAPN=x\n"},
        /* what the reader takes for the same */
        {"\xEF\xBB\xBF[PDP]\nAPN=one\n", "\xEF\xBB\xBF[PDP]\nAPN=x\n"},
        {"\xEF\xBB\xBF", "\xEF\xBB\xBF\n\n[PDP]\nAPN=x\n"},
        {"[PDP]\nAPN: one\n", "[PDP]\nAPN=x\n"},
        {"\f[PDP]\n\vAPN\t:one\r\n", "\f[PDP]\nAPN=x\n"},
        {"x\n\xEF\xBB\xBF[PDP]\nAPN=1\n", "x\n\xEF\xBB\xBF[PDP]\nAPN=1\n\n[PDP]\nAPN=x\n"}, /* no mark */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *text = conf_edit_set(rows[i].before, "PDP", "APN", "x"), *again;
        assert_string_equal(text, rows[i].after);
        again = conf_edit_set(text, "PDP", "APN", "x"); /* setting it again changes nothing */
        assert_string_equal(again, text);
        free(text);
        free(again);
    }
}

static void what_is_set_is_seen(void **state)
{
    static const struct {
        const char *text;
        bool set;
    } rows[] = {
        {"[SIM]\nPIN=1234\n", true},
        {"\xEF\xBB\xBF[SIM]\nPIN=1234\n", true},
        {"[SIM]\nPIN:1234\n", true},
        {"[SIM]\n#PIN=1234\n", false},
        {"[PDP]\nPIN=1234\n", false},
        {"\xEF\xBB\xBF", false},
        {"", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (conf_edit_is_set(rows[i].text, "SIM", "PIN") != rows[i].set)
            fail_msg("row %zu", i);
}

static const char xml[] =
    "<?xml version=\"1.0\"?><!DOCTYPE serviceproviders SYSTEM \"x.dtd\"><serviceproviders><country "
    "code=\"jp\"><name>Japan</name>"
    "<provider><name>Other</name><gsm><network-id mcc=\"440\" mnc=\"20\"/><apn value=\"other\"><usage "
    "type=\"internet\"/></apn></gsm>"
    "</provider><provider><name>Docomo &amp; Co</name><gsm><network-id mcc=\"440\" mnc=\"01\"/><network-id mcc=\"440\" "
    "mnc=\"10\"/>"
    "<apn value=\"mms\"><usage type=\"mms\"/></apn><apn value=\"data\"><usage type=\"internet\"/><name>Flat</name>"
    "<username>u</username><password>p</password></apn></gsm></provider></country></serviceproviders>";

static void an_operators_apns(void **state)
{
    struct provider_apn found[4];
    char dir[SCRATCH_BYTES], path[SCRATCH_BYTES + 16];
    FILE *file;

    assert_int_equal(scratch_make(dir), 0);
    snprintf(path, sizeof(path), "%s", scratch_path(dir, "p.xml"));
    assert_int_equal(providers_find(path, "440101234567890", found, 4), 0); /* the package is not installed */
    file = fopen(path, "we");
    fputs(xml, file);
    fclose(file);
    assert_int_equal(providers_find(path, "440101234567890", found, 4), 1);
    assert_string_equal(found[0].apn, "data");
    assert_string_equal(found[0].provider, "Docomo & Co");
    assert_string_equal(found[0].name, "Flat");
    assert_string_equal(found[0].user, "u");
    assert_string_equal(found[0].password, "p");
    assert_int_equal(providers_find(path, "44020", found, 4), 1);
    assert_int_equal(providers_find(path, "310410123456789", found, 4), 0);
    assert_int_equal(providers_find(path, "440101234567890", found, 0), 0);
    file = fopen(path, "we");
    fputs("<serviceproviders><country>", file);
    fclose(file);
    assert_true(providers_find(path, "440101234567890", found, 4) < 0);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_key_is_set_where_it_belongs),
                                       cmocka_unit_test(what_is_set_is_seen), cmocka_unit_test(an_operators_apns)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
