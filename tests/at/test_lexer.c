/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <microcat/at/lexer.h>
#include <microcat/base/cleanup.h>
#include <stdlib.h>
#include <string.h>

/* What the lexer makes of @data, fed in pieces of @step bytes: tokens parted by '|', a prompt as '>'. */
static void lex(struct mc_at_lexer *lexer, const char *data, size_t len_bytes, size_t step, char *out)
{
    out[0] = '\0';
    for (size_t from = 0; from < len_bytes; from += step) {
        size_t to = from + step < len_bytes ? from + step : len_bytes;
        for (size_t used = from; used < to;) {
            enum mc_at_token token;
            used += mc_at_lexer_next(lexer, (const uint8_t *)data + used, to - used, &token);
            assert_true(used <= to);
            if (token != MC_AT_TOKEN_NONE)
                strcat(strcat(out, token == MC_AT_TOKEN_PROMPT ? ">" : lexer->line), "|");
        }
    }
}

static const struct {
    const char *data;
    size_t len_bytes;
    const char *lines;
    uint64_t noise_bytes;
} rows[] = {
#define ROW(data, lines, noise)                                                                                        \
    {                                                                                                                  \
        data, sizeof(data) - 1, lines, noise                                                                           \
    }
    ROW("OK\r\n", "OK|", 0),
    ROW("OK\r", "OK|", 0),
    ROW("OK\n", "OK|", 0),
    ROW("O", "", 0),
    ROW("AT\r\r\nOK\r\n", "AT|OK|", 0),
    ROW("\r\n\r\n\n\r", "", 0),
    ROW("+CEREG: 0,5\r\n\r\nOK\r\n", "+CEREG: 0,5|OK|", 0),
    ROW("A\rB\rC\r", "A|B|C|", 0),
    ROW("\r\n> ", ">|", 0),
    ROW("> text\r\n", ">|text|", 0),
    ROW(">x\r>\r x\r", ">x|>| x|", 0),
    ROW("a> b\r\n", "a> b|", 0),
    ROW("+CPIN: READY  \r\nOK \r\n \r\n   \r\n", "+CPIN: READY|OK|", 0),
    ROW("\0\0RDY\r\n", "RDY|", 2),
    ROW("\xff\xfe+CPIN: READY\r\n", "+CPIN: READY|", 2),
    ROW("O\0K\r\nOK\r\n", "OK|", 3),
    ROW("AT\x7f\r\nOK\r\n", "OK|", 3),
    ROW("\x01\x02\r\n\x03OK\x80\r\nOK\r\n", "OK|", 6),
    ROW("tab\there\r\nOK\r\n", "OK|", 8),
    ROW("12345678\x1f\r12345678~\r", "12345678~|", 9),
#undef ROW
};

static void test_rows_at_every_step(void **state)
{
    char out[256];
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        for (size_t step = 1; step <= rows[i].len_bytes; step++) {
            struct mc_at_lexer lexer;
            mc_at_lexer_init(&lexer);
            lex(&lexer, rows[i].data, rows[i].len_bytes, step, out);
            assert_string_equal(out, rows[i].lines);
            assert_int_equal(lexer.noise_bytes, rows[i].noise_bytes);
        }
    }
}

static void test_longest_line(void **state)
{
    static char data[2 * MC_AT_LINE_MAX_BYTES + 16], out[2 * MC_AT_LINE_MAX_BYTES];
    static struct mc_at_lexer lexer;
    static const size_t steps[] = {1, 7, 1000, 3070, 3071, 3072, 10000};
    for (size_t i = 0; i < MC_LENGTH_OF(steps); i++) {
        mc_at_lexer_init(&lexer);
        memset(data, 'x', MC_AT_LINE_MAX_BYTES);
        strcpy(data + MC_AT_LINE_MAX_BYTES, "\r\nOK\r\n");
        lex(&lexer, data, strlen(data), steps[i], out);
        assert_int_equal(strlen(out), MC_AT_LINE_MAX_BYTES + 1 + 3);
        assert_int_equal(lexer.overlong_lines, 0);

        memset(data, 'x', MC_AT_LINE_MAX_BYTES + 1); /* one too many: dropped, and the next line is read again */
        strcpy(data + MC_AT_LINE_MAX_BYTES + 1, "\r\nOK\r\n");
        lex(&lexer, data, strlen(data), steps[i], out);
        assert_string_equal(out, "OK|");
        assert_int_equal(lexer.overlong_lines, 1);
        assert_int_equal(lexer.noise_bytes, MC_AT_LINE_MAX_BYTES + 1);
    }
}

static void test_reset_forgets_half_a_line(void **state)
{
    struct mc_at_lexer lexer;
    char out[64];
    mc_at_lexer_init(&lexer);
    lex(&lexer, "half", 4, 4, out);
    mc_at_lexer_reset(&lexer);
    assert_int_equal(lexer.noise_bytes, 4);
    lex(&lexer, "OK\r\n", 4, 4, out);
    assert_string_equal(out, "OK|");
    mc_at_lexer_reset(&lexer); /* a line that was delivered is no noise */
    assert_int_equal(lexer.noise_bytes, 4);
}

/* Every byte is accounted for: in a line, a line end, or noise; and a good line behind noise is always found. */
static void test_noise(void **state)
{
    static struct mc_at_lexer lexer;
    static uint8_t noise[65536];
    unsigned seed = 1;
    mc_at_lexer_init(&lexer);
    for (int round = 0; round < 32; round++) {
        uint64_t accounted = 0, before = lexer.noise_bytes;
        for (size_t i = 0; i < sizeof(noise); i++)
            noise[i] = (uint8_t)((unsigned)rand_r(&seed) >> 3);
        memcpy(noise + sizeof(noise) - 8, "\r\nDONE\r\n", 8);
        bool found = false;
        for (size_t used = 0; used < sizeof(noise);) {
            enum mc_at_token token;
            size_t left = sizeof(noise) - used, step = (size_t)rand_r(&seed) % 100 + 1;
            used += mc_at_lexer_next(&lexer, noise + used, step < left ? step : left, &token);
            if (token == MC_AT_TOKEN_LINE)
                accounted += lexer.len_bytes;
            if (token == MC_AT_TOKEN_PROMPT)
                accounted += 2;
            found = token == MC_AT_TOKEN_LINE ? strcmp(lexer.line, "DONE") == 0 : found;
        }
        for (size_t i = 0; i < sizeof(noise); i++)
            accounted += noise[i] == '\r' || noise[i] == '\n';
        assert_true(found);
        assert_int_equal(accounted + (lexer.noise_bytes - before), sizeof(noise));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_at_every_step),
        cmocka_unit_test(test_longest_line),
        cmocka_unit_test(test_reset_forgets_half_a_line),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests_name("at.lexer", tests, NULL, NULL);
}
