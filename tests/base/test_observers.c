/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/observers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct hall;
struct listener {
    struct mc_observer observer;
    struct hall *hall;
    char letter;
    const char *removes, *adds; /* letters, when called */
    bool notifies;
};

struct hall {
    struct mc_observers list;
    struct listener listeners[5];
    char log[64];
};

static void on_event(void *ctx, const void *event);

static void add(struct hall *hall, const char *letters)
{
    for (; *letters; letters++) {
        struct listener *listener = &hall->listeners[*letters - 'a'];
        mc_observers_add(&hall->list, &listener->observer, on_event, listener);
    }
}

static void remove_(struct hall *hall, const char *letters)
{
    for (; *letters; letters++)
        mc_observers_remove(&hall->list, &hall->listeners[*letters - 'a'].observer);
}

static void on_event(void *ctx, const void *event)
{
    struct listener *listener = ctx;
    struct hall *hall = listener->hall;

    assert_string_equal(event, "news");
    hall->log[strlen(hall->log)] = listener->letter;
    if (listener->removes)
        remove_(hall, listener->removes);
    if (listener->adds)
        add(hall, listener->adds);
    if (listener->notifies)
        assert_false(mc_observers_notify(&hall->list, "more news"));
}

/* What each listener does when called, and who is called in two notifications in a row. */
static void walks(void **state)
{
    static const struct {
        const char *there;
        const char *removes[5], *adds[5];
        const char *log[2];
    } rows[] = {
        {"abc", {0}, {0}, {"abc", "abc"}},        {"", {0}, {0}, {"", ""}},
        {"abc", {"a"}, {0}, {"abc", "bc"}},       /* itself, first */
        {"abc", {[1] = "b"}, {0}, {"abc", "ac"}}, /* itself, in the middle */
        {"abc", {[2] = "c"}, {0}, {"abc", "ab"}}, /* itself, last */
        {"abc", {"b"}, {0}, {"ac", "ac"}},        /* the next */
        {"abc", {"bc"}, {0}, {"a", "a"}},         /* all that follow */
        {"abc", {[1] = "a"}, {0}, {"abc", "bc"}}, /* one that had its turn */
        {"abc", {"abc"}, {0}, {"a", ""}},         /* everybody */
        {"abc", {"e"}, {0}, {"abc", "abc"}},      /* one that is not there */
        {"ab", {0}, {"c"}, {"ab", NULL}},         /* adds */
        {"a", {"a"}, {"a"}, {"a", "a"}},          /* leaves and comes again: from the next time on */
        {"abc", {"b"}, {"b"}, {"ac", NULL}},      /* the same with the next */
        {"a", {"a"}, {"bc"}, {"a", "bc"}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct hall hall = {0};
        for (size_t k = 0; k < 5; k++)
            hall.listeners[k] = (struct listener){
                .hall = &hall, .letter = (char)('a' + k), .removes = rows[i].removes[k], .adds = rows[i].adds[k]};
        add(&hall, rows[i].there);
        for (int round = 0; round < 2 && rows[i].log[round]; round++) {
            memset(hall.log, 0, sizeof(hall.log));
            assert_true(mc_observers_notify(&hall.list, "news"));
            assert_string_equal(hall.log, rows[i].log[round]);
        }
    }
}

static void an_added_one_is_called_from_the_next_time_on(void **state)
{
    struct hall hall = {0};

    for (size_t k = 0; k < 5; k++)
        hall.listeners[k] = (struct listener){.hall = &hall, .letter = (char)('a' + k)};
    hall.listeners[0].adds = "c";
    add(&hall, "ab");
    assert_true(mc_observers_notify(&hall.list, "news"));
    hall.listeners[0].adds = NULL;
    assert_true(mc_observers_notify(&hall.list, "news"));
    assert_string_equal(hall.log, "ababc");
}

static void notifying_from_inside_is_refused(void **state)
{
    struct hall hall = {0};

    hall.listeners[0] = (struct listener){.hall = &hall, .letter = 'a', .notifies = true};
    add(&hall, "a");
    assert_true(mc_observers_notify(&hall.list, "news"));
    assert_true(mc_observers_notify(&hall.list, "news"));
    assert_string_equal(hall.log, "aa");
    remove_(&hall, "a");
    remove_(&hall, "a");
    assert_null(hall.list.first);
    assert_null(hall.list.last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks),
        cmocka_unit_test(an_added_one_is_called_from_the_next_time_on),
        cmocka_unit_test(notifying_from_inside_is_refused),
    };
    return cmocka_run_group_tests_name("base/observers", tests, NULL, NULL);
}
