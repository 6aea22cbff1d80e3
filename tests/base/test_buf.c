/* SPDX-License-Identifier: MIT */
#include "alloc_fail.h"
#include <errno.h>
#include <microcat/base/buf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void bytes_come_out_in_order(void **state)
{
    uint8_t next_in = 0, next_out = 0;
    struct mc_buf buf;

    mc_buf_init(&buf, 1000);
    for (unsigned round = 0; round < 2000;
         round++) { /* appends and consumes of all sizes, around the end again and again */
        uint8_t part[97];
        size_t n = round * 31 % sizeof(part);
        for (size_t i = 0; i < n; i++)
            part[i] = next_in + (uint8_t)i;
        if (mc_buf_append(&buf, part, n) == 0)
            next_in += (uint8_t)n;
        assert_true(mc_buf_len(&buf) <= 1000);
        assert_int_equal(mc_buf_room(&buf), 1000 - mc_buf_len(&buf));
        size_t take = round * 17 % (mc_buf_len(&buf) + 1);
        for (size_t i = 0; i < take; i++)
            assert_int_equal(mc_buf_head(&buf)[i], next_out++);
        mc_buf_consume(&buf, take);
    }
    mc_buf_free(&buf);
}

static void the_limit_is_exact_and_refuses_all(void **state)
{
    struct mc_buf buf;

    mc_buf_init(&buf, 10);
    assert_int_equal(mc_buf_append(&buf, "12345678", 8), 0);
    assert_int_equal(mc_buf_append(&buf, "abc", 3), -ENOBUFS);
    assert_int_equal(mc_buf_len(&buf), 8);
    assert_int_equal(mc_buf_append(&buf, "ab", 2), 0);
    assert_int_equal(mc_buf_append(&buf, "", 0), 0);
    assert_int_equal(mc_buf_append(&buf, "x", 1), -ENOBUFS);
    assert_memory_equal(mc_buf_head(&buf), "12345678ab", 10);
    mc_buf_consume(&buf, 3);
    assert_int_equal(mc_buf_append(&buf, "xyz", 3), 0); /* what is consumed is room again */
    assert_memory_equal(mc_buf_head(&buf), "45678abxyz", 10);
    assert_true(buf.size_bytes <= 10);
    mc_buf_consume(&buf, 4711);
    assert_int_equal(mc_buf_len(&buf), 0);
    mc_buf_free(&buf);
}

static void a_large_emptied_buffer_gives_memory_back(void **state)
{
    static uint8_t block[60000];
    struct mc_buf buf;

    mc_buf_init(&buf, 65536);
    assert_int_equal(mc_buf_append(&buf, block, sizeof(block)), 0);
    mc_buf_consume(&buf, sizeof(block));
    assert_null(buf.data);
    assert_int_equal(mc_buf_append(&buf, "x", 1), 0);
    mc_buf_consume(&buf, 1);
    assert_non_null(buf.data); /* a small one is kept */
    mc_buf_free(&buf);
    assert_int_equal(mc_buf_room(&buf), 65536); /* usable again */
}

static void no_memory_loses_nothing(void **state)
{
    static const char more[1000];
    struct mc_buf buf;

    mc_buf_init(&buf, 65536);
    alloc_fail_at(1);
    assert_int_equal(mc_buf_append(&buf, "x", 1), -ENOMEM);
    assert_true(alloc_fail_stop());
    assert_int_equal(mc_buf_append(&buf, "kept", 4), 0);
    alloc_fail_at(1);
    assert_int_equal(mc_buf_append(&buf, more, sizeof(more)), -ENOMEM);
    assert_true(alloc_fail_stop());
    assert_int_equal(mc_buf_len(&buf), 4);
    assert_memory_equal(mc_buf_head(&buf), "kept", 4);
    mc_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_out_in_order),
        cmocka_unit_test(the_limit_is_exact_and_refuses_all),
        cmocka_unit_test(a_large_emptied_buffer_gives_memory_back),
        cmocka_unit_test(no_memory_loses_nothing),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
