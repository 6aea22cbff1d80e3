/* SPDX-License-Identifier: MIT */
/* The frames that ask a modem for its mode, as published bytes, and the recogniser at every split point. */
#include <microcat/base/cleanup.h>
#include <microcat/line/frames.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* 27.010's own examples and what every CMUX trace shows. */
static const uint8_t sabm0[] = {0xf9, 0x03, 0x3f, 0x01, 0x1c, 0xf9};
static const uint8_t sabm1[] = {0xf9, 0x07, 0x3f, 0x01, 0xde, 0xf9};
static const uint8_t disc0[] = {0xf9, 0x03, 0x53, 0x01, 0xfd, 0xf9};
static const uint8_t ua0[] = {0xf9, 0x03, 0x73, 0x01, 0xd7, 0xf9};
static const uint8_t cld[] = {0xf9, 0x03, 0xef, 0x05, 0xc3, 0x01, 0xf2, 0xf9};
/* RFC 1662: everything below 0x20 escaped. Echo-Request 1 with magic number 0, and a reply with magic 12345678. */
static const uint8_t echo1[] = {0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x29, 0x7d, 0x21, 0x7d, 0x20, 0x7d,
                                0x28, 0x7d, 0x20, 0x7d, 0x20, 0x7d, 0x20, 0x7d, 0x20, 0x6e, 0xf1, 0x7e};
static const uint8_t reply1[] = {0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x2a, 0x7d, 0x21, 0x7d, 0x20,
                                 0x7d, 0x28, 0x7d, 0x32, 0x34, 0x56, 0x78, 0x4e, 0x7d, 0x3c, 0x7e};

static void frames_are_the_published_bytes(void **state)
{
    uint8_t out[MC_FRAME_MAX_BYTES];
    assert_int_equal(mc_frame_lcp_echo(1, out), sizeof(echo1));
    assert_memory_equal(out, echo1, sizeof(echo1));
    assert_int_equal(mc_frame_cmux_sabm(0, out), sizeof(sabm0));
    assert_memory_equal(out, sabm0, sizeof(sabm0));
    assert_int_equal(mc_frame_cmux_sabm(1, out), sizeof(sabm1));
    assert_memory_equal(out, sabm1, sizeof(sabm1));
    assert_int_equal(mc_frame_cmux_disc(0, out), sizeof(disc0));
    assert_memory_equal(out, disc0, sizeof(disc0));
    assert_int_equal(mc_frame_cmux_cld(out), sizeof(cld));
    assert_memory_equal(out, cld, sizeof(cld));
}

/* What a receiver makes of a frame's bytes between the flags. */
static size_t unescaped(const uint8_t *data, size_t len, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        out[n++] = data[i] == 0x7d ? data[++i] ^ 0x20 : data[i];
    return n;
}

static void every_echo_fits(void **state)
{
    uint8_t out[MC_FRAME_MAX_BYTES];
    for (unsigned id = 0; id < 256; id++) {
        size_t len = mc_frame_lcp_echo((uint8_t)id, out);
        assert_in_range(len, 20, MC_FRAME_MAX_BYTES);
        assert_int_equal(out[0], 0x7e);
        assert_int_equal(out[len - 1], 0x7e);
        for (size_t i = 1; i + 1 < len; i++)
            assert_true(out[i] >= 0x20 && out[i] != 0x7e); /* nothing that flow control or a modem would eat */
        const uint8_t wanted[] = {0xff, 0x03, 0xc0, 0x21, 9, (uint8_t)id, 0, 8, 0, 0, 0, 0};
        uint8_t frame[MC_FRAME_MAX_BYTES];
        assert_int_equal(unescaped(out + 1, len - 2, frame), sizeof(wanted) + 2);
        assert_memory_equal(frame, wanted, sizeof(wanted));
    }
}

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
static const uint8_t text[] = "\r\nOK\r\n";

static const struct {
    const char *what;
    const uint8_t *data;
    size_t len;
    bool ppp, ua;
} seen[] = {
    {"an LCP reply", reply1, sizeof(reply1), true, false},
    {"an LCP reply behind a frame that was given up (RFC 1662, 4.3)",
     BYTES(0x7e, 0x41, 0x7d, 0x7e, 0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x2a, 0x7d, 0x21, 0x7d, 0x20, 0x7d, 0x28, 0x7d,
           0x32, 0x34, 0x56, 0x78, 0x4e, 0x7d, 0x3c, 0x7e),
     true, false},
    {"our own request echoed", echo1, sizeof(echo1), false, false},
    {"a UA", ua0, sizeof(ua0), false, true},
    {"a UA without the final bit", BYTES(0xf9, 0x03, 0x63, 0x01, 0xe8, 0xf9), false, false}, /* bad FCS */
    {"our own SABM echoed", sabm0, sizeof(sabm0), false, false},
    {"words", text, sizeof(text) - 1, false, false},
    {"flags only", BYTES(0x7e, 0x7e, 0x7e, 0x7e), false, false},
    {"CMUX flags only", BYTES(0xf9, 0xf9, 0xf9, 0xf9), false, false},
    {"a spoilt UA", BYTES(0xf9, 0x03, 0x73, 0x01, 0xd6, 0xf9), false, false},
    {"a UA behind idle flags", BYTES(0xf9, 0xf9, 0xf9, 0x03, 0x73, 0x01, 0xd7, 0xf9), false, true},
    {"a UA with the responder's bit", BYTES(0xf9, 0x01, 0x73, 0x01, 0xb6, 0xf9), false, true},
    {"a UA and a byte more", BYTES(0xf9, 0x03, 0x73, 0x01, 0xd7, 0x55, 0xf9), false, false},
    {"a UA that says it has a byte", BYTES(0xf9, 0x03, 0x73, 0x03, 0x34, 0xf9), false, false},
    {"a UA behind noise", BYTES(0x41, 0x54, 0x0d, 0xf9, 0x03, 0x73, 0x01, 0xd7, 0xf9), false, true},
};

static void recognised_at_every_split(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(seen); i++)
        for (size_t cut = 0; cut <= seen[i].len; cut++) {
            struct mc_frame_watch watch = {0};
            mc_frame_watch_feed(&watch, seen[i].data, cut);
            mc_frame_watch_feed(&watch, seen[i].data + cut, seen[i].len - cut);
            if (watch.saw_ppp != seen[i].ppp || watch.saw_cmux_ua != seen[i].ua)
                fail_msg("%s, cut at %zu", seen[i].what, cut);
            assert_int_equal(watch.bytes, seen[i].len);
        }
}

/* RFC 1662's FCS-16, lowest byte first, and everything below 0x20 escaped: as a peer would send @payload. */
static void feed_ppp(struct mc_frame_watch *watch, const uint8_t *payload, size_t len)
{
    uint16_t fcs = 0xffff;
    uint8_t frame[512], byte = 0x7e;
    memcpy(frame, payload, len);
    for (size_t i = 0; i < len; i++) {
        fcs ^= payload[i];
        for (int bit = 0; bit < 8; bit++)
            fcs = (uint16_t)(fcs & 1 ? (fcs >> 1) ^ 0x8408 : fcs >> 1);
    }
    frame[len++] = (uint8_t)~fcs;
    frame[len++] = (uint8_t)(~fcs >> 8);
    mc_frame_watch_feed(watch, &byte, 1);
    for (size_t i = 0; i < len; i++) {
        uint8_t pair[2] = {0x7d, frame[i] ^ 0x20};
        bool escaped = frame[i] < 0x20 || frame[i] == 0x7d || frame[i] == 0x7e;
        mc_frame_watch_feed(watch, escaped ? pair : frame + i, escaped ? 2 : 1);
    }
    mc_frame_watch_feed(watch, &byte, 1);
}

static void any_good_frame_but_our_own_is_ppp(void **state)
{
    const struct {
        const char *what;
        const uint8_t *payload;
        size_t len;
        bool ppp;
    } rows[] = {
        {"our own request", BYTES(0xff, 3, 0xc0, 0x21, 9, 77, 0, 8, 0, 0, 0, 0), false},
        {"... with data", BYTES(0xff, 3, 0xc0, 0x21, 9, 77, 0, 9, 0, 0, 0, 0, 1), false},
        {"a peer's request", BYTES(0xff, 3, 0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 1), true},
        {"a reply without magic", BYTES(0xff, 3, 0xc0, 0x21, 10, 1, 0, 8, 0, 0, 0, 0), true},
        {"a request cut short", BYTES(0xff, 3, 0xc0, 0x21, 9, 1), true},
        {"four bytes", BYTES(0x21, 1, 2, 3), true},
        {"three bytes", BYTES(0x21, 1, 2), false},
        {"one byte", BYTES(0x21), false},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        struct mc_frame_watch watch = {0};
        feed_ppp(&watch, rows[i].payload, rows[i].len);
        if (watch.saw_ppp != rows[i].ppp)
            fail_msg("%s", rows[i].what);
    }
}

/* Longer than what is kept: none, though what was kept is good as it stands. */
static void a_frame_that_is_too_long(void **state)
{
    uint8_t payload[sizeof(((struct mc_frame_watch *)0)->ppp) - 2] = {0x21};
    struct mc_frame_watch watch = {0};
    feed_ppp(&watch, payload, sizeof(payload));
    assert_true(watch.saw_ppp);
    uint8_t kept[sizeof(watch.ppp)], flag = 0x7e;
    memcpy(kept, watch.ppp, sizeof(kept));
    watch = (struct mc_frame_watch){0};
    mc_frame_watch_feed(&watch, &flag, 1);
    for (size_t i = 0; i < sizeof(kept) + 1; i++) {
        uint8_t pair[2] = {0x7d, (i < sizeof(kept) ? kept[i] : 0x55) ^ 0x20};
        mc_frame_watch_feed(&watch, pair, 2);
    }
    mc_frame_watch_feed(&watch, &flag, 1);
    assert_false(watch.saw_ppp);
}

static void a_spoilt_reply_is_none(void **state)
{
    for (size_t i = 1; i + 1 < sizeof(reply1); i++) {
        uint8_t spoilt[sizeof(reply1)];
        struct mc_frame_watch watch = {0};
        memcpy(spoilt, reply1, sizeof(reply1));
        spoilt[i] ^= 0x40;
        mc_frame_watch_feed(&watch, spoilt, sizeof(spoilt));
        assert_false(watch.saw_ppp);
    }
}

static void a_reply_behind_noise_without_end(void **state)
{
    struct mc_frame_watch watch = {0};
    uint32_t random = 1;
    for (int i = 0; i < 100000; i++) {
        uint8_t byte = (uint8_t)((random = random * 1664525u + 1013904223u) >> 24);
        mc_frame_watch_feed(&watch, &byte, 1);
    }
    watch.saw_ppp = watch.saw_cmux_ua = false;
    mc_frame_watch_feed(&watch, reply1, sizeof(reply1));
    mc_frame_watch_feed(&watch, ua0, sizeof(ua0));
    assert_true(watch.saw_ppp);
    assert_true(watch.saw_cmux_ua);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_the_published_bytes),    cmocka_unit_test(every_echo_fits),
        cmocka_unit_test(any_good_frame_but_our_own_is_ppp), cmocka_unit_test(a_frame_that_is_too_long),
        cmocka_unit_test(recognised_at_every_split),         cmocka_unit_test(a_spoilt_reply_is_none),
        cmocka_unit_test(a_reply_behind_noise_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
