/* SPDX-License-Identifier: MIT */
/* The simulator's frames of 27.010: those of captures, every split, noise, and what is no frame. */
#include "mux_frame.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

/* SABM, UA and CLD of every trace; UA with an MSC behind and a two-byte length as captured of SIMCom modems
 * (espressif/esp-protocols, issues 140 and 669). */
static const struct {
    const char *name;
    const uint8_t *wire;
    size_t wire_len;
    uint8_t address, control;
    const uint8_t *info;
    size_t len;
    bool two_bytes;
} frames[] = {
    {"SABM 0", BYTES(0xf9, 0x03, 0x3f, 0x01, 0x1c, 0xf9), 0x03, 0x3f, NULL, 0, false},
    {"UA 0", BYTES(0xf9, 0x03, 0x73, 0x01, 0xd7, 0xf9), 0x03, 0x73, NULL, 0, false},
    {"SABM 1", BYTES(0xf9, 0x07, 0x3f, 0x01, 0xde, 0xf9), 0x07, 0x3f, NULL, 0, false},
    {"UA 1", BYTES(0xf9, 0x07, 0x73, 0x01, 0x15, 0xf9), 0x07, 0x73, NULL, 0, false},
    {"CLD", BYTES(0xf9, 0x03, 0xef, 0x05, 0xc3, 0x01, 0xf2, 0xf9), 0x03, 0xef, BYTES(0xc3, 0x01), false},
    {"MSC 1", BYTES(0xf9, 0x01, 0xef, 0x09, 0xe3, 0x05, 0x07, 0x0d, 0x9a, 0xf9), 0x01, 0xef,
     BYTES(0xe3, 0x05, 0x07, 0x0d), false},
    {"DISC 0", BYTES(0xf9, 0x03, 0x53, 0x01, 0xfd, 0xf9), 0x03, 0x53, NULL, 0, false},
    {"UIH with P/F, two bytes of length", BYTES(0xf9, 0x07, 0xff, 0x06, 0x00, 'O', 'K', '\r', 0x29, 0xf9), 0x07, 0xff,
     BYTES('O', 'K', '\r'), true},
    {"a flag inside", BYTES(0xf9, 0x05, 0xef, 0x07, 0xf9, 0x7e, 0xf9, 0xb2, 0xf9), 0x05, 0xef, BYTES(0xf9, 0x7e, 0xf9),
     false},
};
#define N (sizeof(frames) / sizeof(frames[0]))

static void same(const struct sim_mux_frame *frame, size_t i)
{
    assert_int_equal(frame->address, frames[i].address);
    assert_int_equal(frame->control, frames[i].control);
    assert_int_equal(frame->len, frames[i].len);
    if (frame->len > 0)
        assert_memory_equal(frame->info, frames[i].info, frame->len);
}

static void known_frames(void **state)
{
    uint8_t out[SIM_MUX_FRAME_MAX];

    for (size_t i = 0; i < N; i++) {
        struct sim_mux_frame frame = {frames[i].address, frames[i].control, frames[i].info, frames[i].len};

        assert_int_equal(sim_mux_encode(&frame, frames[i].two_bytes, out), frames[i].wire_len);
        assert_memory_equal(out, frames[i].wire, frames[i].wire_len);
    }
}

/* Feeds @wire in two pieces and looks for frame @i, once. */
static void fed(const uint8_t *wire, size_t len, size_t split, size_t i)
{
    struct sim_mux_decoder decoder = {0};
    struct sim_mux_frame frame;
    size_t lens[2] = {split, len - split}, seen = 0;

    for (int part = 0; part < 2; part++) {
        const uint8_t *at = part == 0 ? wire : wire + split;

        while (sim_mux_decode(&decoder, &at, &lens[part], &frame)) {
            same(&frame, i);
            seen++;
        }
        assert_int_equal(lens[part], 0);
    }
    assert_int_equal(seen, 1);
}

static void every_split(void **state)
{
    for (size_t i = 0; i < N; i++)
        for (size_t split = 0; split <= frames[i].wire_len; split++)
            fed(frames[i].wire, frames[i].wire_len, split, i);
}

/* Before a frame: text, runs of flags, the beginning of another, one with a wrong FCS or without its end, an address of
 * two bytes, a UI, a length beyond N1. */
static const struct {
    const uint8_t *bytes;
    size_t len;
} noise[] = {
    {BYTES('\r', '\n', 'O', 'K', '\r', '\n')},
    {BYTES(0xf9, 0xf9, 0xf9, 0xf9, 0xf9)},
    {BYTES(0xf9, 0x03)},
    {BYTES(0xf9, 0x03, 0x3f, 0x01, 0x1d, 0xf9)},
    {BYTES(0xf9, 0x03, 0xef, 0x05)},
    {BYTES(0xf9, 0x03, 0x3f, 0x01, 0x1c, 'x')},
    {BYTES(0xf9, 0x04, 0x3f, 0x01, 0x6f, 0xf9)},
    {BYTES(0xf9, 0x03, 0x13, 0x01, 0xa9, 0xf9)},
    {BYTES(0xf9, 0x03, 0xef, 0xfe, 0xff, 0x01)},
};

/* All of it at every split. */
static void behind_noise(void **state)
{
    uint8_t wire[64];

    for (size_t n = 0; n < sizeof(noise) / sizeof(noise[0]); n++) {
        for (size_t i = 0; i < N; i++) {
            size_t len = noise[n].len + frames[i].wire_len;

            memcpy(wire, noise[n].bytes, noise[n].len);
            memcpy(wire + noise[n].len, frames[i].wire, frames[i].wire_len);
            for (size_t split = 0; split <= len; split++)
                fed(wire, len, split, i);
        }
    }
}

/* Two frames may share a flag, and a false beginning that waits for more gives back what it took. */
static void neighbours(void **state)
{
    static const uint8_t shared[] = {0xf9, 0x03, 0x3f, 0x01, 0x1c, 0xf9, 0x07, 0x3f, 0x01, 0xde, 0xf9};
    static const uint8_t swallowed[] = {0xf9, 0x07, 0xef, 0x19, 0xf9, 0x03, 0x3f, 0x01, 0x1c,
                                        0xf9, 0x07, 0x3f, 0x01, 0xde, 0xf9, 'x',  'x',  'x'};
    const struct {
        const uint8_t *bytes;
        size_t len, bad;
    } rows[] = {{shared, sizeof(shared), 0}, {swallowed, sizeof(swallowed), 1}};

    for (size_t row = 0; row < 2; row++) {
        struct sim_mux_decoder decoder = {0};
        struct sim_mux_frame frame;
        const uint8_t *at = rows[row].bytes;
        size_t len = rows[row].len;

        assert_true(sim_mux_decode(&decoder, &at, &len, &frame));
        same(&frame, 0);
        assert_true(sim_mux_decode(&decoder, &at, &len, &frame));
        same(&frame, 2);
        assert_false(sim_mux_decode(&decoder, &at, &len, &frame));
        assert_int_equal(decoder.bad, rows[row].bad);
    }
}

/* Every length there is, there and back, in both spellings. */
static void lengths(void **state)
{
    static uint8_t info[SIM_MUX_N1_MAX], out[SIM_MUX_FRAME_MAX];

    for (size_t i = 0; i < sizeof(info); i++)
        info[i] = (uint8_t)(i * 7);
    for (size_t len = 0; len <= sizeof(info); len++) {
        for (int two = 0; two < 2; two++) {
            struct sim_mux_frame frame = {0x09, 0xef, info, len}, ret;
            struct sim_mux_decoder decoder = {0};
            size_t n = sim_mux_encode(&frame, two, out);
            const uint8_t *at = out;

            assert_int_equal(n, len + (two || len > 127 ? 7 : 6));
            assert_true(sim_mux_decode(&decoder, &at, &n, &ret));
            assert_int_equal(ret.len, len);
            if (len > 0)
                assert_memory_equal(ret.info, info, len);
        }
    }
}

/* Any one bit that is wrong in the header or FCS: no frame. */
static void bits(void **state)
{
    for (size_t i = 0; i < N; i++) {
        size_t head = frames[i].two_bytes ? 5 : 4, fcs = frames[i].wire_len - 2;

        for (size_t at = 1; at <= fcs; at = at + 1 == head ? fcs : at + 1) {
            for (int bit = 0; bit < 8; bit++) {
                struct sim_mux_decoder decoder = {0};
                struct sim_mux_frame frame;
                uint8_t wire[32];
                const uint8_t *from = wire;
                size_t len = frames[i].wire_len;

                memcpy(wire, frames[i].wire, len);
                wire[at] ^= (uint8_t)(1 << bit);
                assert_false(sim_mux_decode(&decoder, &from, &len, &frame));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_frames), cmocka_unit_test(every_split), cmocka_unit_test(behind_noise),
        cmocka_unit_test(neighbours),   cmocka_unit_test(lengths),     cmocka_unit_test(bits),
    };

    return cmocka_run_group_tests_name("sim mux frames", tests, NULL, NULL);
}
