/* SPDX-License-Identifier: MIT */
/* The budgets as text: what is saved counts after a restart, and a bad file or a wrong clock never gives more. */
#include "harness.h"
#include <microcat/base/cleanup.h>
#include <microcat/base/hash.h>
#include <string.h>

#define HEADER "microcatd-budgets 1\n"

static void save(struct harness *h, int64_t now_ms, int64_t wall_ms, char text[MC_POLICY_TEXT_BYTES])
{
    int n = mc_policy_save(h->policy, now_ms, wall_ms, text, MC_POLICY_TEXT_BYTES);
    assert_true(n > 0);
    assert_int_equal(n, strlen(text));
}

/* A daemon started anew: its clock began at 0 again. */
static void restart(struct harness *h, const char *text, int64_t now_ms, int64_t wall_ms)
{
    unsigned line = 0;
    mc_policy_free(h->policy);
    h->policy = mc_policy_new(&h->settings, harness_random, h);
    assert_non_null(h->policy);
    if (mc_policy_load(h->policy, text, now_ms, wall_ms, &line) < 0)
        fail_msg("line %u of:\n%s", line, text);
}

static void spend_all(struct harness *h)
{
    for (int i = 0; i < MC_POLICY_DIALS_PER_HOUR; i++)
        mc_policy_dial(h->policy, false, NOW);
    for (int i = 0; i < 6; i++)
        mc_policy_attach(h->policy, false, NOW);
    mc_policy_spend(h->policy, MC_REMEDY_RESET, NOW);
    mc_policy_spend(h->policy, MC_REMEDY_RESET, NOW);
    mc_policy_spend(h->policy, MC_REMEDY_POWER_CYCLE, NOW);
    mc_policy_pin_try(h->policy, "8942310000000000012", "1234", 3);
    mc_policy_pin_wrong(h->policy, "8942310000000000012", "1234");
}

/* So is what is known of a PIN whose verdict was not: the tries before it, and that it may be sent once more only. */
static void a_pin_without_a_verdict_survives_a_restart(void **state)
{
    char text[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    mc_policy_pin_try(h->policy, "8942310000000000012", "1234", 3);
    save(h, NOW, WALL, text);
    restart(h, text, 5 * SECOND, WALL + MINUTE);
    assert_int_equal(harness_pin(h, "8942310000000000012", "1234", 2), MC_FAULT_SIM_PIN_WRONG);
    assert_int_equal(harness_pin(h, "8942310000000000012", "1234", 3), MC_FAULT_NONE);
    mc_policy_pin_try(h->policy, "8942310000000000012", "1234", 3);
    save(h, NOW, WALL, text);
    restart(h, text, 5 * SECOND, WALL + 2 * MINUTE);
    assert_int_equal(harness_pin(h, "8942310000000000012", "1234", 3), MC_FAULT_SIM_PIN_WRONG);
    mc_policy_pin_try(h->policy, "", "4321",
                      3); /* and the count by which other SIMs are told from one without a name */
    mc_policy_pin_wrong(h->policy, "", "4321");
    save(h, NOW, WALL, text);
    restart(h, text, 5 * SECOND, WALL + 2 * MINUTE);
    assert_int_equal(harness_pin(h, "8942310000000000099", "4321", 3), MC_FAULT_NONE);
    assert_int_equal(harness_pin(h, "8942310000000000099", "4321", 2), MC_FAULT_SIM_PIN_WRONG);
}

static void assert_spent(struct harness *h, int64_t now_ms, int64_t left_ms)
{
    assert_int_equal(mc_policy_dial(h->policy, false, now_ms), left_ms);
    assert_int_equal(mc_policy_attach(h->policy, false, now_ms), left_ms);
    for (int i = 0; i < 10; i++) {
        struct mc_decision d =
            harness_decide(h, MC_FAULT_MODEM_SILENT, 1u << MC_REMEDY_RESET | 1u << MC_REMEDY_POWER_CYCLE, now_ms);
        assert_int_equal(d.remedy, MC_REMEDY_LOOK);
    }
    assert_int_equal(harness_pin(h, "8942310000000000012", "1234", 3), MC_FAULT_SIM_PIN_WRONG);
}

static void budgets_survive_a_restart(void **state)
{
    char text[MC_POLICY_TEXT_BYTES], again[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    spend_all(h);
    save(h, NOW + 10 * MINUTE, WALL + 10 * MINUTE, text);
    assert_null(strstr(text, "1234")); /* the PIN itself is not in it */
    restart(h, text, 5 * SECOND, WALL + 20 * MINUTE);
    save(h, 5 * SECOND, WALL + 20 * MINUTE, again);
    assert_string_equal(text, again);
    assert_spent(h, 5 * SECOND, 40 * MINUTE);
}

/* Three mishaps within a day, over a restart; and it fades by the first of them. */
static void a_mishap_of_the_multiplexer_fades(void **state)
{
    struct harness *h = *state;
    char text[MC_POLICY_TEXT_BYTES];
    assert_false(mc_policy_mux_rests(h->policy, NOW));
    assert_false(mc_policy_mux_unsteady(h->policy, NOW));
    assert_false(mc_policy_mux_unsteady(h->policy, NOW + HOUR));
    save(h, NOW + HOUR, WALL + HOUR, text);
    assert_non_null(strstr(text, "mux-unsteady "));
    restart(h, text, NOW + HOUR, WALL + HOUR);
    assert_true(mc_policy_mux_unsteady(h->policy, NOW + 2 * HOUR));
    assert_true(mc_policy_mux_rests(h->policy, NOW + 24 * HOUR - 1));
    assert_false(mc_policy_mux_rests(h->policy, NOW + 24 * HOUR));
    assert_true(mc_policy_mux_unsteady(h->policy, NOW + 24 * HOUR)); /* once more is enough while two are left */
    assert_false(mc_policy_mux_rests(h->policy, NOW + 25 * HOUR));
    assert_false(mc_policy_mux_lost(h->policy, NOW + 24 * HOUR)); /* another reason counts for itself */
    for (int i = 0; i < 100; i++)
        mc_policy_mux_unsteady(h->policy, NOW + 48 * HOUR);
    save(h, NOW + 48 * HOUR, WALL + 48 * HOUR, text);
    unsigned lines = 0;
    for (const char *at = text; (at = strstr(at, "mux-unsteady ")) != NULL; at++)
        lines++;
    assert_int_equal(lines, 3);
}

static void a_remedy_keeps_its_grown_interval(void **state)
{
    char text[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    spend_all(h); /* two resets without success: the next after 2 h */
    save(h, NOW, WALL, text);
    restart(h, text, SECOND, WALL);
    harness_decide(h, MC_FAULT_MODEM_SILENT, 0, SECOND);
    for (int64_t now_ms = SECOND; now_ms < SECOND + 2 * HOUR; now_ms += MINUTE)
        assert_int_equal(harness_decide(h, MC_FAULT_MODEM_SILENT, 1u << MC_REMEDY_RESET, now_ms).remedy,
                         MC_REMEDY_LOOK);
    assert_int_equal(harness_decide(h, MC_FAULT_MODEM_SILENT, 1u << MC_REMEDY_RESET, SECOND + 2 * HOUR).remedy,
                     MC_REMEDY_RESET);
}

/* The clock went back (a host without one): what lies in the future counts as just now. */
static void a_clock_in_the_past_makes_it_careful(void **state)
{
    static const int64_t walls[] = {0, 5 * SECOND, WALL - 1, WALL - 20 * HOUR};
    char text[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    spend_all(h);
    save(h, NOW, WALL, text);
    for (size_t i = 0; i < MC_LENGTH_OF(walls); i++) {
        restart(h, text, 5 * SECOND, walls[i]);
        assert_spent(h, 5 * SECOND, HOUR);
    }
}

/* The clock went forward: an hour's budget is forgotten at worst, and nothing overflows. */
static void a_clock_in_the_future_does_no_harm(void **state)
{
    static const int64_t walls[] = {WALL + HOUR, WALL + 1000 * 24 * HOUR, INT64_MAX / 2};
    char text[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    spend_all(h);
    save(h, NOW, WALL, text);
    for (size_t i = 0; i < MC_LENGTH_OF(walls); i++) {
        restart(h, text, 5 * SECOND, walls[i]);
        assert_int_equal(mc_policy_dial(h->policy, false, 5 * SECOND), 0);
        assert_int_equal(harness_pin(h, "8942310000000000012", "1234", 3), MC_FAULT_SIM_PIN_WRONG);
    }
}

/* A host without a clock saves while it believes in 1970: the file must be readable all the same. */
static void saved_before_the_clock_was_set(void **state)
{
    char text[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    spend_all(h);
    save(h, NOW + 30 * MINUTE, 5 * SECOND, text);
    restart(h, text, 5 * SECOND, 6 * SECOND);
    assert_true(mc_policy_dial(h->policy, false, 5 * SECOND) > 0);
}

static void a_full_state_fits(void **state)
{
    char text[MC_POLICY_TEXT_BYTES], iccid[24];
    struct harness *h = *state;
    mc_policy_pin_key(h->policy, (const uint8_t *)"sixteen bytes...");
    for (int i = 0; i < 200; i++) {
        mc_policy_dial(h->policy, true, NOW + i);
        mc_policy_attach(h->policy, true, NOW + i);
        for (int remedy = 0; remedy < MC_REMEDY_COUNT; remedy++)
            mc_policy_spend(h->policy, (enum mc_remedy)remedy, NOW + i);
        snprintf(iccid, sizeof(iccid), "8942310000000000000%04d", i);
        mc_policy_pin_try(h->policy, iccid, "12345678", 3);
    }
    save(h, NOW + 1000, INT64_MAX / 4, text);
    restart(h, text, 0, INT64_MAX / 4);
    assert_int_equal(mc_policy_save(h->policy, 0, WALL, text, 16), -ENOBUFS);
}

/* Also of one that keeps no interval today: a file of another version is not refused for it. */
static void every_remedy_is_read(void **state)
{
    struct harness *h = *state;
    for (int remedy = 0; remedy < MC_REMEDY_COUNT; remedy++) {
        char text[64], saved[MC_POLICY_TEXT_BYTES];
        unsigned line;
        snprintf(text, sizeof(text), HEADER "remedy %s 1763846400000 2\n", mc_strtab_name(&mc_remedy_names, remedy));
        assert_int_equal(mc_policy_load(h->policy, text, NOW, WALL, &line), 0);
        save(h, NOW, WALL, saved);
        assert_string_equal(saved, text);
    }
}

static const struct {
    const char *text;
    unsigned line;
} bad[] = {
    {"", 1},
    {"\n", 1},
    {"microcatd-budgets 2\n", 1},
    {"microcatd-budgets 1", 1}, /* cut short */
    {HEADER "dial 1763846400000", 2},
    {HEADER "dial\n", 2},
    {HEADER "dial x\n", 2},
    {HEADER "dial -5\n", 2},
    {HEADER "dial 1 2\n", 2},
    {HEADER "dial 99999999999999999999\n", 2},
    {HEADER "attach 1\ndial 1e9\n", 3},
    {HEADER "\n", 2},
    {HEADER "remedy reset 1\n", 2},
    {HEADER "remedy nothing 1 1\n", 2},
    {HEADER "remedy reset 1 6\n", 2},
    {HEADER "remedy reset 1 -1\n", 2},
    {HEADER "remedy reset 1 1 1\n", 2},
    {HEADER "remedy reset 1 1 1 1 1\n", 2},
    {HEADER "pin 8942310000000000012\n", 2},
    {HEADER "pin 8942310000000000012 0000000000000000\n", 2},
    {HEADER "pin 8942310000000000012 xyz\n", 2},
    {HEADER "pin 8942310000000000012 01 3\n", 2},
    {HEADER "pin 8942310000000000012 01 -1 1\n", 2},
    {HEADER "pin 8942310000000000012 01 3 3\n", 2},
    {HEADER "pin 8942310000000000012 01 x 1\n", 2},
    {HEADER "pin 89423100000000000128942310000000000012 01\n", 2},
    {HEADER "keyed-pin 00000001 8942310000000000012\n", 2},
    {HEADER "keyed-pin 00000000 8942310000000000012 01\n", 2},
    {HEADER "keyed-pin 100000000 8942310000000000012 01\n", 2},
    {HEADER "keyed-pin x 8942310000000000012 01\n", 2},
    {HEADER "keyed-pin 01 8942310000000000012 01 3\n", 2},
    {HEADER "keyed-pin 01 8942310000000000012 01 3 1 1\n", 2},
    {HEADER "oops 1\n", 2},
    {HEADER "\x01\xff\x80\n", 2},
};

static void bad_text_is_refused_whole(void **state)
{
    char before[MC_POLICY_TEXT_BYTES], after[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    spend_all(h);
    save(h, NOW, WALL, before);
    for (size_t i = 0; i < MC_LENGTH_OF(bad); i++) {
        unsigned line = 99;
        if (mc_policy_load(h->policy, bad[i].text, NOW, WALL, &line) != -EINVAL || line != bad[i].line)
            fail_msg("row %zu: line %u", i, line);
        save(h, NOW, WALL, after);
        assert_string_equal(before, after); /* what was known stays */
    }
}

/* A file cut anywhere is refused or, between two lines, gives what was before the cut; it never crashes nor grows. */
static void text_cut_anywhere(void **state)
{
    char text[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    unsigned line;
    spend_all(h);
    save(h, NOW, WALL, text);
    for (size_t cut = strlen(text); cut-- > 0;) {
        bool whole_line = cut > 0 && text[cut - 1] == '\n';
        text[cut] = '\0';
        assert_int_equal(mc_policy_load(h->policy, text, NOW, WALL, &line), whole_line ? 0 : -EINVAL);
    }
}

static void too_many_lines_are_refused(void **state)
{
    char text[8192] = HEADER;
    struct harness *h = *state;
    unsigned line;
    for (int i = 0; i < 100; i++)
        strcat(text, "dial 1763846400000\n");
    assert_int_equal(mc_policy_load(h->policy, text, NOW, WALL, &line), -EINVAL);
    assert_int_equal(line, 66); /* the header, 64 dials, and one too many */
}

/* ---- PINs under a key ---- */

#define SIM "8942310000000000012"
static const uint8_t key_a[MC_SIPHASH_KEY_BYTES] = "this machine's.", key_b[MC_SIPHASH_KEY_BYTES] = "another one's..";

static void refuse_1234(struct harness *h)
{
    mc_policy_pin_try(h->policy, SIM, "1234", 3);
    mc_policy_pin_wrong(h->policy, SIM, "1234");
}

/* What a thief can do: try every PIN of four digits as an older daemon would have written it. */
static bool told_by_trying(const char *text)
{
    char pin[8], hash[24];
    for (unsigned i = 0; i < 10000; i++) {
        snprintf(pin, sizeof(pin), "%04u", i);
        snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)mc_fnv1a(mc_fnv1a(MC_FNV1A_BASIS, SIM), pin));
        if (strstr(text, hash))
            return true;
    }
    return false;
}

static void a_stolen_file_tells_no_pin(void **state)
{
    char bare[MC_POLICY_TEXT_BYTES], keyed[MC_POLICY_TEXT_BYTES], other[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    refuse_1234(h);
    save(h, NOW, WALL, bare);
    assert_true(told_by_trying(bare)); /* so the trying is right */
    assert_true(mc_policy_pin_key(h->policy, key_a));
    save(h, NOW, WALL, keyed);
    assert_false(told_by_trying(keyed));
    assert_non_null(
        strstr(keyed, "\nkeyed-pin 4f9aefa4 8942310000000000012 e18e701b6fbd0b96\n")); /* files have it: it stays */
    assert_null(strstr(keyed, "\npin "));
    restart(h, bare, NOW, WALL);
    mc_policy_pin_key(h->policy, key_b);
    save(h, NOW, WALL, other);
    assert_string_not_equal(keyed, other); /* it is the key that makes it */
}

/* The update of a daemon that had no key: before it is set or after, nothing that was tried is forgotten. */
static void what_was_under_no_key_counts_on(void **state)
{
    char bare[MC_POLICY_TEXT_BYTES], text[2][MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    refuse_1234(h);
    mc_policy_pin_try(h->policy, SIM, "4711", 3); /* and one without a verdict */
    save(h, NOW, WALL, bare);
    for (int key_first = 0; key_first < 2; key_first++) {
        unsigned line;
        restart(h, HEADER, NOW, WALL);
        if (key_first)
            assert_false(mc_policy_pin_key(h->policy, key_a));
        assert_int_equal(mc_policy_load(h->policy, bare, NOW, WALL, &line), 0);
        if (!key_first)
            assert_true(mc_policy_pin_key(h->policy, key_a));
        save(h, NOW, WALL, text[key_first]);
        assert_int_equal(mc_policy_pins_foreign(h->policy), 0);
        assert_int_equal(harness_pin(h, SIM, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
        assert_int_equal(harness_pin(h, SIM, "4711", 2), MC_FAULT_SIM_PIN_WRONG);
        assert_int_equal(harness_pin(h, SIM, "4711", 3), MC_FAULT_NONE);
        assert_int_equal(harness_pin(h, SIM, "0000", 2), MC_FAULT_NONE);
    }
    assert_string_equal(text[0], text[1]);
    restart(h, text[0], NOW, WALL);
    assert_false(mc_policy_pin_key(h->policy, key_a)); /* nothing to put under it any more */
    assert_int_equal(harness_pin(h, SIM, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
}

/* The key is another: no PIN can be told from the refused one, so none may cost a try that the SIM does not have. */
static void what_is_under_another_key_holds_while_the_sim_counts(void **state)
{
    static const struct {
        const char *iccid;
        int tries_left;
        enum mc_fault fault;
    } rows[] = {
        {SIM, 2, MC_FAULT_SIM_PIN_WRONG},          {SIM, -1, MC_FAULT_SIM_PIN_WRONG},
        {"", 2, MC_FAULT_SIM_PIN_WRONG},           {SIM, 3, MC_FAULT_NONE}, /* it was opened since */
        {"8942310000000000099", 2, MC_FAULT_NONE},
    };
    static const char *const pins[] = {"1234", "0000"};
    char text[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    mc_policy_pin_key(h->policy, key_a);
    refuse_1234(h);
    save(h, NOW, WALL, text);
    for (int keyless = 0; keyless < 2; keyless++) {
        restart(h, text, NOW, WALL);
        if (!keyless)
            mc_policy_pin_key(h->policy, key_b);
        assert_int_equal(mc_policy_pins_foreign(h->policy), 1);
        for (size_t i = 0; i < 2 * MC_LENGTH_OF(rows); i++)
            if (harness_pin(h, rows[i / 2].iccid, pins[i % 2], rows[i / 2].tries_left) != rows[i / 2].fault ||
                h->changed)
                fail_msg("row %zu, PIN %s", i / 2, pins[i % 2]);
    }
    save(h, NOW, WALL, text); /* kept as it was: the first key may come back */
    restart(h, text, NOW, WALL);
    mc_policy_pin_key(h->policy, key_a);
    assert_int_equal(harness_pin(h, SIM, "1234", 3), MC_FAULT_SIM_PIN_WRONG);
    assert_int_equal(harness_pin(h, SIM, "0000", 2), MC_FAULT_NONE);
}

/* One that was opened forgets what was under any key; one that is tried is told from the foreign one. */
static void an_opened_sim_forgets_other_keys(void **state)
{
    char text[MC_POLICY_TEXT_BYTES];
    struct harness *h = *state;
    mc_policy_pin_key(h->policy, key_a);
    refuse_1234(h);
    save(h, NOW, WALL, text);
    restart(h, text, NOW, WALL);
    mc_policy_pin_key(h->policy, key_b);
    mc_policy_pin_try(h->policy, SIM, "5555", 3);
    assert_true(mc_policy_pin_wrong(h->policy, SIM, "5555"));
    assert_int_equal(harness_pin(h, SIM, "5555", 3), MC_FAULT_SIM_PIN_WRONG);
    assert_int_equal(mc_policy_pins_foreign(h->policy), 1);
    assert_true(mc_policy_pin_right(h->policy, SIM));
    assert_int_equal(mc_policy_pins_foreign(h->policy), 0);
    assert_int_equal(harness_pin(h, SIM, "5555", 2), MC_FAULT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(budgets_survive_a_restart),
        TEST(a_pin_without_a_verdict_survives_a_restart),
        TEST(a_mishap_of_the_multiplexer_fades),
        TEST(a_remedy_keeps_its_grown_interval),
        TEST(a_clock_in_the_past_makes_it_careful),
        TEST(a_clock_in_the_future_does_no_harm),
        TEST(saved_before_the_clock_was_set),
        TEST(a_full_state_fits),
        TEST(every_remedy_is_read),
        TEST(bad_text_is_refused_whole),
        TEST(text_cut_anywhere),
        TEST(too_many_lines_are_refused),
        TEST(a_stolen_file_tells_no_pin),
        TEST(what_was_under_no_key_counts_on),
        TEST(what_is_under_another_key_holds_while_the_sim_counts),
        TEST(an_opened_sim_forgets_other_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
