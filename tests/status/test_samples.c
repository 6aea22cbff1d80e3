/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <microcat/status/samples.h>
#include <stdlib.h>
#include <string.h>

#define S      1000LL
#define MIN    (60 * S)
#define HOUR   (60 * MIN)
#define WALL_0 1763800000000LL

static bool measure(struct mc_samples *samples, int64_t at_ms, int32_t rsrp_ddbm, int64_t cell_id)
{
    struct mc_status status;

    mc_status_init(&status, 0);
    status.signal.rsrp_ddbm = rsrp_ddbm;
    status.signal.at_ms = at_ms;
    status.registration.cell_id = cell_id;
    status.registration.stat = 5;
    return mc_samples_take(samples, WALL_0 + at_ms, at_ms, &status);
}

static struct mc_sample at(const struct mc_samples *samples, size_t index)
{
    struct mc_sample sample;

    assert_true(mc_samples_get(samples, index, &sample));
    return sample;
}

static void taken_when_something_is_new(void **state)
{
    struct mc_samples *samples = mc_samples_new();
    struct mc_status status;

    mc_status_init(&status, 0);
    assert_false(mc_samples_take(samples, WALL_0, 0, &status)); /* nothing is known */
    assert_true(measure(samples, MIN, -790, 7));
    assert_false(measure(samples, MIN, -790, 7)); /* the same look */
    assert_true(measure(samples, MIN, -790, 8));  /* another cell, of which nobody has measured the signal */
    assert_int_equal(at(samples, 1).rsrp_ddbm, MC_UNKNOWN);
    assert_int_equal(at(samples, 1).cell_id, 8);
    assert_false(measure(samples, MIN + 500, -800, 8)); /* belongs to it */
    assert_int_equal(at(samples, 1).rsrp_ddbm, -800);
    assert_int_equal(at(samples, 1).band, MC_UNKNOWN);
    assert_true(mc_samples_take(samples, WALL_0 + 2 * MIN, 2 * MIN, &status)); /* known no more */
    assert_int_equal(mc_samples_taken(samples), 3);
    mc_samples_free(samples);
}

/* A look every ten seconds is more than there is room for: a day stays, and each change of the cell. */
static void a_day_stays(void **state)
{
    struct mc_samples *samples = mc_samples_new();
    int64_t before = 0, changes = 0;

    for (int64_t i = 1; i <= 8640; i++)
        measure(samples, i * 10 * S, -790, i / 1000);
    assert_true(mc_samples_count(samples) <= MC_SAMPLES_MAX);
    assert_true(at(samples, 0).at_ms <= WALL_0 + MIN);
    for (size_t i = 0; i < mc_samples_count(samples); i++) {
        changes += at(samples, i).cell_id != before;
        before = at(samples, i).cell_id;
    }
    assert_int_equal(changes, 8);
    measure(samples, 60 * HOUR, -790, 9);
    for (int i = 0; i < MC_SAMPLES_MAX; i++) /* and what is older goes first */
        measure(samples, 60 * HOUR + i * MIN, -790, 9);
    assert_true(at(samples, 0).at_ms >= WALL_0 + 36 * HOUR);
    mc_samples_free(samples);
}

static void follows_the_clock(void **state)
{
    struct mc_samples *samples = mc_samples_new();
    struct mc_status status;

    mc_status_init(&status, 0);
    status.registration.stat = 5;
    mc_samples_take(samples, 5 * S, 5 * S, &status); /* 1970 */
    status.signal.at_ms = 9 * S;
    status.signal.rsrp_ddbm = -900;
    mc_samples_take(samples, WALL_0 + 10 * S, 10 * S, &status);
    assert_int_equal(at(samples, 0).at_ms, WALL_0 + 5 * S);
    assert_int_equal(at(samples, 1).at_ms, WALL_0 + 9 * S);
    mc_samples_free(samples);
}

static void saved_and_loaded(void **state)
{
    struct mc_samples *samples = mc_samples_new(), *again = mc_samples_new();
    char *text, *text_again;

    measure(samples, MIN, -790, 7);
    measure(samples, 2 * MIN, -1125, 7);
    measure(samples, 3 * MIN, MC_UNKNOWN, -1);
    text = mc_samples_save(samples);
    assert_int_equal(mc_samples_load(again, text, strlen(text)), 0);
    text_again = mc_samples_save(again);
    assert_string_equal(text, text_again);
    assert_int_equal(at(again, 1).rsrp_ddbm, -1125);
    assert_int_equal(at(again, 2).cell_id, -1);
    measure(again, 9 * MIN, -790, 7); /* the clock of this run does not move what the last one took */
    assert_int_equal(at(again, 0).at_ms, WALL_0 + MIN);
    mc_samples_free(again);
    free(text_again);
    for (size_t i = 0; i < strlen(text); i++) { /* cut or damaged anywhere: all or nothing */
        char *bad = strdup(text);

        again = mc_samples_new();
        assert_int_equal(mc_samples_load(again, text, i), -EBADMSG);
        bad[i] ^= 1;
        assert_int_equal(mc_samples_load(again, bad, strlen(bad)), -EBADMSG);
        assert_int_equal(mc_samples_count(again), 0);
        mc_samples_free(again);
        free(bad);
    }
    free(text);
    mc_samples_free(samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_when_something_is_new),
        cmocka_unit_test(a_day_stays),
        cmocka_unit_test(follows_the_clock),
        cmocka_unit_test(saved_and_loaded),
    };

    return cmocka_run_group_tests_name("status/samples", tests, NULL, NULL);
}
