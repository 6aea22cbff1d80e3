/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <microcat/at/redact.h>
#include <microcat/base/cleanup.h>
#include <string.h>

static const struct {
    const char *text, *out;
} rows[] = {
    {"AT+CPIN=\"1234\"", "AT+CPIN=…"},
    {"AT+CPIN=1234,5678", "AT+CPIN=…"},
    {"at+cpin=\"1234\"", "at+cpin=…"},
    {"?+CPIN=\"1234\"", "?+CPIN=…"},
    {"AT+CLCK=\"SC\",1,\"1234\"", "AT+CLCK=…"},
    {"AT+CPWD=\"SC\",\"1234\",\"4321\"", "AT+CPWD=…"},
    {"AT+CPIN?", "AT+CPIN?"},
    {"AT+CPIN=?", "AT+CPIN=?"},
    {"AT+CPIN=", "AT+CPIN="},
    {"AT+CPIN=? ;", "AT+CPIN=? ;"},
    {"AT+CPIN=1", "AT+CPIN=…"},
    {"AT+CPIN=?1234", "AT+CPIN=…"},
    {"+CPIN: READY", "+CPIN: READY"},
    /* wherever in a chain, and with blanks anywhere */
    {"AT+CPIN=?;+CPIN=\"1234\"", "AT+CPIN=?;+CPIN=…"},
    {"AT+CLCK=\"SC\",1,\"1234\";+CPIN=\"1234\"", "AT+CLCK=…"},
    {"AT+CPIN = \"1234\"", "AT+CPIN =…"},
    {"AT+CPIN\t=\t\"1234\"", "AT+CPIN\t=…"},
    {"AT+C PIN =\t? ;", "AT+C PIN =\t? ;"},
    {"AT + C PIN= 1234", "AT + C PIN=…"},
    {"at+simei=86985000000043", "at+simei=…"},
    {"AT+CGAUTH?;+CGAUTH=1,2,\"secret\",\"sora\"", "AT+CGAUTH?;+CGAUTH=1,2,\"…\",\"…\""},
    {"AT+CGAUTH=?;+CGAUTH=1,2,\"secret\",\"sora\"", "AT+CGAUTH=?;+CGAUTH=1,2,\"…\",\"…\""},
    {"AT+CGAUTH = 1,2,\"secret\",\"sora\"", "AT+CGAUTH = 1,2,\"…\",\"…\""},
    {"AT+CGAUTH=1,0;+CPIN=\"1234\"", "AT+CGAUTH=…"},
    {"AT+CPIN=\"1234\";+CGAUTH=1,2,\"secret\",\"sora\"", "AT+CPIN=…"},
    {"AT+CGAUTH=1,2,\"secret\",\"sora\";+CPIN=?", "AT+CGAUTH=1,2,\"…\",\"…\""},
    {"AT+CGAUTH?;+CGDCONT=1,\"IP\",\"a\",\"b\"", "AT+CGAUTH?;+CGDCONT=1,\"IP\",\"a\",\"b\""},
    {"+CGMR: 2374B05SIM767XM5A_M", "+CGMR: 2374B05SIM767XM5A_M"},
    {"+SPIC: 3,10,0,10", "+SPIC: 3,10,0,10"},
    {"AT+CGAUTH=1,2,\"secret\",\"sora\"", "AT+CGAUTH=1,2,\"…\",\"…\""},
    {"AT+CGAUTH=1,2,secret,sora", "AT+CGAUTH=1,2,…,…"},
    {"AT+CGAUTH=1,2,\"a,b\",\"sora\"", "AT+CGAUTH=1,2,\"…\",\"…\""},
    {"AT+CGAUTH=1,2,\"half", "AT+CGAUTH=1,2,\"…\""},
    {"AT+CGAUTH=1,0", "AT+CGAUTH=1,0"},
    {"AT+CGAUTH?", "AT+CGAUTH?"},
    {"+CGAUTH: 1,2,\"sora\",\"secret\"", "+CGAUTH: 1,2,\"sora\",\"…\""},
    {"+CGAUTH: 1,2,\"so,ra\",\"se,cret\"", "+CGAUTH: 1,2,\"so,ra\",\"…\""},
    {"+CGAUTH: 1,0 ,\"\",\"\"", "+CGAUTH: 1,0 ,\"\",\"\""},
    {"+ICCID: 8942310000000009012", "+ICCID: 8942…9012"},
    {"+ICCID: 8942310xxxxxxxxxxxxx", "+ICCID: 8942…xxxx"},
    {"IMEI: 869850000000430", "IMEI: 8698…0430"},
    {"IMEI: 86985000000043", "IMEI: 8698…0043"},
    {"IMEI: 8698500000004", "IMEI: 8698500000004"},
    {"+ICCID: 8942ABCDEFABCDEF", "+ICCID: 8942…CDEF"},
    {"+ICCID: 894ABCDEFABCDEFA", "+ICCID: 894ABCDEFABCDEFA"},
    {"440101234567", "4401…4567"},
    {"44010123456", "44…56"},
    {"869850000000430", "8698…0430"},
    {"440101234567890", "4401…7890"},
    {"4401012345", "44…45"},
    {"440101", "44…01"},
    {"12345", "12345"},
    {"+CPSI: LTE,Online,440-10,0x1698,39683652,181,EUTRAN-BAND28,9510,3,3,20,61,41,3",
     "+CPSI: LTE,Online,440-10,0x1698,39683652,181,EUTRAN-BAND28,9510,3,3,20,61,41,3"},
    {"+CGDCONT: 1,\"IP\",\"soracom.io\",\"10.164.98.251\"", "+CGDCONT: 1,\"IP\",\"soracom.io\",\"10.164.98.251\""},
    {"CONNECT", "CONNECT"},
    {"123456 1", "123456 1"},
    {"1 123456", "1 123456"},
    {"Model: SIM7672JP-MNGV", "Model: SIM7672JP-MNGV"},
    {"OK", "OK"},
    {"", ""},
};

static void test_rows(void **state)
{
    char out[256];
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        assert_ptr_equal(mc_at_redact(rows[i].text, out, sizeof(out)), out);
        assert_string_equal(out, rows[i].out);
    }
}

static void test_short_buffers(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        for (size_t size_bytes = 0; size_bytes < 40; size_bytes++) {
            char out[41];
            memset(out, '#', sizeof(out));
            mc_at_redact(rows[i].text, out, size_bytes);
            assert_int_equal(out[size_bytes], '#');
            if (size_bytes > 0)
                assert_int_equal(strncmp(out, rows[i].out, strlen(out)), 0); /* a prefix of the whole */
        }
    }
}

/* What stands behind the end of a text is none of it. */
static void test_the_end(void **state)
{
    static const char *const texts[] = {"AT+CGAUTH=1,0\0,1,2,3", "AT+X=1;+CPIN\0=12", "OK?\0?12"};
    for (size_t i = 0; i < MC_LENGTH_OF(texts); i++) {
        char out[64];
        memset(out, '#', sizeof(out));
        mc_at_redact(texts[i], out, sizeof(out));
        assert_string_equal(out, texts[i]);
        assert_int_equal(out[strlen(out) + 1], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_short_buffers),
                                       cmocka_unit_test(test_the_end)};
    return cmocka_run_group_tests_name("at.redact", tests, NULL, NULL);
}
