/* SPDX-License-Identifier: MIT */
#include "fail_rows.h"
#include "alloc_fail.h"
#include "sys_fail.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

int lowest_free_fd(void)
{
    int fd = dup(0);

    close(fd);
    return fd;
}

static void assert_nothing_left(int fd, void (*after)(void))
{
    assert_int_equal(lowest_free_fd(), fd);
    if (after)
        after();
}

static void fail_allocations(const struct fail_row *row, void (*after)(void))
{
    int fd = lowest_free_fd();

    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        int r = row->attempt();
        bool hit = alloc_fail_stop();
        assert_nothing_left(fd, after);
        if (r != (hit ? -ENOMEM : 0))
            fail_msg("%s: allocation %u %s, and the result is %d", row->name, nth, hit ? "failed" : "did not fail", r);
        if (!hit && nth <= row->allocations)
            fail_msg("%s: only %u allocations", row->name, nth - 1);
        if (!hit)
            return;
    }
}

static void fail_calls(const struct fail_row *row, void (*after)(void))
{
    int fd = lowest_free_fd();

    for (unsigned nth = 1;; nth++) {
        sys_fail_at(nth, EDQUOT); /* an error that nobody expects here, and nobody treats as special */
        int r = row->attempt();
        bool hit = sys_fail_stop();
        assert_nothing_left(fd, after);
        if (!hit && r == 0) { /* a call of the forked child fails without being counted here */
            if (nth <= row->calls)
                fail_msg("%s: only %u system calls", row->name, nth - 1);
            assert_int_equal(row->attempt(), 0);
            return;
        }
        if (r != -EDQUOT && !(row->harmless && r == 0))
            fail_msg("%s: %s failed, and the result is %d", row->name, sys_fail_what(), r);
    }
}

void fail_each_allocation(const struct fail_row *rows, size_t n, void (*after)(void))
{
    for (size_t i = 0; i < n; i++)
        fail_allocations(&rows[i], after);
}

void fail_each_call(const struct fail_row *rows, size_t n, void (*after)(void))
{
    for (size_t i = 0; i < n; i++)
        fail_calls(&rows[i], after);
}
