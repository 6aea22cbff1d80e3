/* SPDX-License-Identifier: MIT */
/* The multiplexer's frames: every kind at every split point, in every style; noise, false flags and what lies in them.
 */
#include "../../src/line/mux_frame.h"
#include <microcat/base/cleanup.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* What was heard, as words: "ef1:hello " is a UIH on DLCI 1, "(noise)" are strays. */
struct heard {
    char words[8192];
    size_t len;
    bool in_stray;
};

static void say(struct heard *heard, const void *data, size_t len)
{
    assert_true(heard->len + len < sizeof(heard->words));
    memcpy(heard->words + heard->len, data, len);
    heard->len += len;
    heard->words[heard->len] = '\0';
}

static void leave_stray(struct heard *heard)
{
    if (heard->in_stray)
        say(heard, ")", 1);
    heard->in_stray = false;
}

static void on_frame(void *ctx, const struct mux_frame *frame)
{
    struct heard *heard = ctx;
    char head[16];
    leave_stray(heard);
    snprintf(head, sizeof(head), "%02x%u:", frame->control, frame->dlci);
    say(heard, head, strlen(head));
    say(heard, frame->info, frame->info_bytes);
    say(heard, " ", 1);
}

static void on_stray(void *ctx, const uint8_t *data, size_t len)
{
    struct heard *heard = ctx;
    if (!heard->in_stray)
        say(heard, "(", 1);
    heard->in_stray = true;
    say(heard, data, len);
}

static const struct mux_reader_events events = {.frame = on_frame, .stray = on_stray};

/* Bit by bit, as 27.010 writes it: the reader's table is not asked about itself. */
static uint8_t fcs(const uint8_t *data, size_t len)
{
    uint8_t crc = 0xff;
    for (size_t i = 0; i < len; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (uint8_t)(crc & 1 ? crc >> 1 ^ 0xe0 : crc >> 1);
    }
    return (uint8_t)(0xff - crc);
}

static size_t make(uint8_t *out, unsigned dlci, uint8_t control, bool cr, bool two_bytes, const char *info)
{
    size_t n = 0, len = strlen(info);
    out[n++] = 0xf9;
    out[n++] = (uint8_t)(dlci << 2 | (cr ? 3 : 1));
    out[n++] = control;
    out[n++] = (uint8_t)(len << 1 | !two_bytes);
    if (two_bytes)
        out[n++] = (uint8_t)(len >> 7);
    size_t head = n;
    memcpy(out + n, info, len);
    n += len;
    out[n] = fcs(out + 1, (control & ~0x10) == 0x03 ? n - 1 : head - 1);
    out[n + 1] = 0xf9;
    return n + 2;
}

static void read_cut(struct heard *heard, const uint8_t *data, size_t len, size_t cut, size_t step)
{
    struct mux_reader reader = {0};
    *heard = (struct heard){0};
    mc_mux_read(&reader, &events, heard, data, cut);
    for (size_t at = cut; at < len; at += step)
        mc_mux_read(&reader, &events, heard, data + at, len - at < step ? len - at : step);
    leave_stray(heard);
}

/* Cut in two at each place, and byte by byte. */
static void at_every_split(const char *what, const uint8_t *data, size_t len, const char *expected)
{
    static struct heard heard;
    for (size_t cut = 0; cut <= len; cut++)
        for (int whole = 0; whole < 2; whole++) {
            read_cut(&heard, data, len, cut, whole ? len + 1 : 1);
            if (strcmp(heard.words, expected) != 0)
                fail_msg("%s, cut at %zu: %s instead of %s", what, cut, heard.words, expected);
        }
}

static const uint8_t controls[] = {0x03, 0x0f, 0x2f, 0x43, 0x63, 0xef};

static void every_kind_in_every_style(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(controls); i++)
        for (unsigned style = 0; style < 64; style++) {
            bool pf = style & 1, cr = style & 2, two = style & 4, shared = style & 8;
            size_t run = style >> 4;
            unsigned dlci = (unsigned)(i + style) % 5;
            const char *info = controls[i] == 0x03 || controls[i] == 0xef ? "hello" : "";
            uint8_t data[64] = {0};
            char expected[64];
            memset(data, 0xf9, run);
            size_t n = run + make(data + run, dlci, controls[i] | (pf ? 0x10 : 0), cr, two, info);
            n -= shared;
            n += make(data + n, 3, 0xef, cr, !two, "x");
            snprintf(expected, sizeof(expected), "%02x%u:%s ef3:x ", controls[i], dlci, info);
            at_every_split("a kind", data, n, expected);
        }
}

static void every_length(void **state)
{
    static char info[MUX_INFO_MAX + 2], words[MUX_INFO_MAX + 64];
    static uint8_t data[MUX_FRAME_MAX + 8];
    static struct heard heard;
    for (size_t len = 0; len <= MUX_INFO_MAX + 1; len += len < 300 ? 1 : 37) {
        if (len > MUX_INFO_MAX - 37 && len < MUX_INFO_MAX)
            len = MUX_INFO_MAX;
        memset(info, 'i', len);
        info[len] = '\0';
        snprintf(words, sizeof(words), "ef2:%s ", info);
        size_t n = make(data, 2, 0xef, true, len > 127, info);
        read_cut(&heard, data, n, 0, 100);
        assert_true((strcmp(heard.words, words) == 0) == (len <= MUX_INFO_MAX));
        if (len <= MUX_INFO_MAX) { /* ours are the same, byte for byte */
            uint8_t ours[MUX_FRAME_MAX];
            assert_int_equal(mc_mux_frame_put(ours, 2, MUX_UIH, true, (const uint8_t *)info, len), n);
            assert_memory_equal(ours, data, n);
        }
    }
}

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define UA0        0xf9, 0x03, 0x73, 0x01, 0xd7, 0xf9 /* as captures show it */
#define UA0_BODY   0x03, 0x73, 0x01, 0xd7

static const struct {
    const char *what;
    const uint8_t *data;
    size_t len;
    const char *expected;
} streams[] = {
    {"noise before", BYTES('O', 'K', '\r', UA0), "(OK\r)630: "},
    {"noise between", BYTES(UA0, 'R', 'D', 'Y', UA0), "630: (RDY)630: "},
    {"noise behind", BYTES(UA0, 'A', 'T', '\r'), "630: (AT\r)"},
    {"a shared flag", BYTES(UA0, UA0_BODY, 0xf9), "630: 630: "},
    {"runs", BYTES(0xf9, 0xf9, UA0, 0xf9, 0xf9, 0xf9, UA0, 0xf9), "630: 630: "},
    {"nothing but flags", BYTES(0xf9, 0xf9, 0xf9), ""},
    {"a CLD", BYTES(0xf9, 0x03, 0xef, 0x05, 0xc3, 0x01, 0xf2, 0xf9), "ef0:\xc3\x01 "},
    {"a bad FCS", BYTES(0xf9, 0x03, 0x73, 0x01, 0xd6, 0xf9, UA0_BODY, 0xf9), "630: "},
    {"a bad FCS, then noise", BYTES(0xf9, 0x03, 0x73, 0x01, 0xd6, 0xf9, 'A', 'B', UA0), "(AB)630: "},
    {"a bad FCS with a run inside, then noise",
     BYTES(0xf9, 0x03, 0xef, 0x07, 0xf9, 0xf9, 0xf9, 0x00, 0xf9, 'A', 'B', UA0), "(AB)630: "},
    {"no closing flag", BYTES(0xf9, 0x03, 0x73, 0x01, 0xd7, 'x', UA0), "(\x03s\x01\xd7x)630: "},
    {"no such control", BYTES(0xf9, 0x03, 0x74, 'y', UA0), "(\x03ty)630: "},
    {"an address of two bytes", BYTES(0xf9, 0x02, 0x73, 'y', UA0), "(\x02sy)630: "},
    {"a false flag before a good one", BYTES(0xf9, 0x03, UA0), "(\x03)630: "},
    {"a frame in a false one", BYTES(0xf9, 0x05, 0xef, 0x0f, UA0, 'z', 'z', 'z'), "(\x05\xef\x0f)630: (zzz)"},
    {"two in a false one", BYTES(0xf9, 0x05, 0xef, 0x17, UA0, UA0, 'z'), "(\x05\xef\x17)630: 630: (z)"},
    {"one begins in a false one", BYTES(0xf9, 0x05, 0xef, 0x05, UA0), "(\x05\xef\x05)630: "},
    {"two false flags", BYTES(0xf9, 0x05, 0xef, 0x0b, 0xf9, 0x07, 0xef, 0x0b, UA0, 'z'),
     "(\x05\xef\x0b\x07\xef\x0b)630: (z)"},
    {"a frame in a broken one", BYTES(0xf9, 0x05, 0xef, 0x0d, UA0, 'y', 0xf9), "630: (y)"},
};

static void streams_at_every_split(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(streams); i++)
        at_every_split(streams[i].what, streams[i].data, streams[i].len, streams[i].expected);
}

/* More comes at once than a reader holds, behind a frame that has begun. */
static void a_long_read(void **state)
{
    static uint8_t data[4 * MUX_FRAME_MAX];
    static char info[MUX_INFO_MAX + 1], words[8192];
    static struct heard heard;
    size_t n = 0;
    memset(info, 'i', MUX_INFO_MAX - 100);
    words[0] = '\0';
    for (int i = 0; i < 3; i++) {
        n += make(data + n, 1, 0xef, false, true, info);
        snprintf(words + strlen(words), sizeof(words) - strlen(words), "ef1:%s ", info);
    }
    for (size_t cut = 0; cut < n; cut += cut < 10 ? 1 : 97) {
        read_cut(&heard, data, n, cut, n);
        assert_string_equal(heard.words, words);
    }
}

static void what_is_wrong_is_counted(void **state)
{
    static const uint8_t bad[] = {0xf9, 0x03, 0x73, 0x01, 0xd6, 0xf9}, none[] = {0xf9, 0x02, 0x73, 0x01, 0xd6};
    static struct heard heard;
    struct mux_reader reader = {0};
    heard = (struct heard){0};
    mc_mux_read(&reader, &events, &heard, bad, sizeof(bad));
    assert_true(reader.bad_frames == 1 && reader.false_flags == 0 && reader.stray_bytes == 4);
    mc_mux_read(&reader, &events, &heard, none, sizeof(none));
    assert_true(reader.bad_frames == 1 && reader.false_flags == 1 && reader.stray_bytes == 8);
}

struct counted {
    unsigned next, others;
};

static void count_frame(void *ctx, const struct mux_frame *frame)
{
    struct counted *counted = ctx;
    bool next = frame->dlci == 3 && frame->info_bytes == 4 && memcmp(frame->info, "next", 4) == 0;
    counted->next += next;
    counted->others += !next;
}

static void count_nothing(void *ctx, const uint8_t *data, size_t len)
{
}

/* One bit of a frame is wrong, and another frame follows: only that one is taken. */
static void a_bit_is_wrong(const uint8_t *data, size_t n, size_t bit, bool shared)
{
    static const struct mux_reader_events counting = {.frame = count_frame, .stray = count_nothing};
    uint8_t spoilt[256];
    struct mux_reader reader = {0};
    struct counted counted = {0};
    memcpy(spoilt, data, n);
    size_t len = n - shared;
    len += make(spoilt + len, 3, 0xef, true, false, "next");
    spoilt[bit / 8] ^= (uint8_t)(1 << bit % 8);
    mc_mux_read(&reader, &counting, &counted, spoilt, len);
    while (mc_mux_reader_waits(&reader) > 0) /* for bytes that a wrong length promised */
        mc_mux_reader_late(&reader, &counting, &counted);
    bool opens_next = shared && bit / 8 == n - 1;
    if (counted.others > 0 || counted.next != !opens_next)
        fail_msg("%02x %02x %02x, %zu bytes, bit %zu: the next %u times, others %u", data[1], data[2], data[3], n, bit,
                 counted.next, counted.others);
}

/* Every kind, P/F and C/R, on every DLC, with both lengths of length: of its head, FCS and flags each bit; of UI, which
 * guards it, the information as well. Which byte is the FCS is for the length to say: where a wrong bit of it has the
 * closing flag read as FCS, with another flag behind, it fits by chance, once in 256. Such a frame with information is
 * taken (of 6.3 million wrong bits in frames of up to 300 bytes, 40); none of these lengths is of that kind. */
static void every_bit_is_guarded(void **state)
{
    static const char *const infos[] = {"", "hello", "a little more of it, but less than 64 bytes"};
    uint8_t data[128];
    unsigned bits = 0;
    for (unsigned style = 0; style < 16; style++)
        for (size_t i = 0; i < MC_LENGTH_OF(controls) * 5 * MC_LENGTH_OF(infos); i++) {
            uint8_t control = controls[i % MC_LENGTH_OF(controls)];
            unsigned dlci = (unsigned)(i / MC_LENGTH_OF(controls) % 5);
            const char *info = infos[i / MC_LENGTH_OF(controls) / 5];
            bool carries = control == 0x03 || control == 0xef;
            if (!carries && *info)
                continue;
            bool two = style & 4;
            size_t n = make(data, dlci, control | (style & 1 ? 0x10 : 0), style & 2, two, info), head = two ? 5 : 4;
            for (size_t bit = 0; bit < 8 * n; bit++) {
                if (control == 0xef && bit >= 8 * head && bit < 8 * (n - 2)) /* what UIH does not guard */
                    continue;
                a_bit_is_wrong(data, n, bit, style & 8);
                bits++;
            }
        }
    print_message("# %u wrong bits refused\n", bits);
}

/* UIH's FCS is of its head only (27.010, 5.2.1.6): a wrong bit of its information is PPP's and AT's to notice. */
static void information_is_not_guarded(void **state)
{
    uint8_t data[32], spoilt[32];
    static struct heard heard;
    size_t n = make(data, 1, 0xef, true, false, "hello");
    for (size_t bit = 8 * 4; bit < 8 * (n - 2); bit++) {
        memcpy(spoilt, data, n);
        spoilt[bit / 8] ^= (uint8_t)(1 << bit % 8);
        read_cut(&heard, spoilt, n, n, 1);
        assert_memory_equal(heard.words, "ef1:", 4);
        assert_memory_equal(heard.words + 4, spoilt + 4, 5);
    }
}

/* How long a frame will be is known with its length, not before and not later. */
static void how_much_is_waited_for(void **state)
{
    static const size_t infos[] = {0, 1, 127, 128, MUX_INFO_MAX};
    static const uint8_t info[MUX_INFO_MAX];
    static uint8_t frame[MUX_FRAME_MAX];
    static struct heard heard;
    for (size_t i = 0; i < MC_LENGTH_OF(infos); i++) {
        struct mux_reader reader = {0};
        size_t head = infos[i] < 128 ? 4 : 5;
        size_t len = mc_mux_frame_put(frame, 1, MUX_UIH, false, info, infos[i]);
        assert_int_equal(len, head + infos[i] + 2);
        for (size_t n = 1; n < len; n++) {
            mc_mux_read(&reader, &events, &heard, frame + n - 1, 1);
            assert_int_equal(mc_mux_reader_waits(&reader), n == 1     ? 0
                                                           : n < head ? 6
                                                                      : len); /* a flag alone may be an end */
        }
    }
}

/* What is held when the rest does not come is searched again behind its flag; what is still coming is kept. */
static void late(void **state)
{
    static const uint8_t data[] = {0xf9, 0x05, 0xef, 0x21, UA0, 'z', 0xf9, 0x07};
    static const uint8_t rest[] = {0x73, 0x01, 0x15, 0xf9};
    static struct heard heard;
    for (size_t cut = 0; cut <= sizeof(data); cut++) {
        struct mux_reader reader = {0};
        heard = (struct heard){0};
        mc_mux_read(&reader, &events, &heard, data, cut);
        mc_mux_read(&reader, &events, &heard, data + cut, sizeof(data) - cut);
        assert_string_equal(heard.words, "");
        assert_int_equal(mc_mux_reader_waits(&reader), 4 + 16 + 2);
        unsigned begun = reader.begun;
        mc_mux_reader_late(&reader, &events, &heard);
        assert_true(reader.begun != begun);
        assert_string_equal(heard.words, "(\x05\xef\x21)630: (z");
        assert_int_equal(mc_mux_reader_waits(&reader), 6);
        mc_mux_read(&reader, &events, &heard, rest, sizeof(rest));
        leave_stray(&heard);
        assert_string_equal(heard.words, "(\x05\xef\x21)630: (z)631: ");
        assert_int_equal(mc_mux_reader_waits(&reader), 0);
        assert_int_equal(reader.false_flags, 2); /* the first, and the closing one with a z behind it */
        assert_int_equal(reader.stray_bytes, 4);
    }
}

/* Whatever the noise, frames behind it are found as soon as it is known to be noise; and none is made of it. */
static void frames_in_noise(void **state)
{
    static uint8_t data[4096];
    static struct heard heard;
    uint32_t random = 7;
    for (int round = 0; round < 200; round++) {
        size_t n = 0, noise = 1 + (size_t)round * 7 % 1500;
        for (size_t i = 0; i < noise; i++) {
            data[n++] = (uint8_t)((random = random * 1664525u + 1013904223u) >> 24);
            if (random % 50 == 0) { /* what looks like a head */
                static const uint8_t head[] = {0xf9, 0x05, 0xef};
                memcpy(data + n, head, sizeof(head));
                n += sizeof(head);
            }
        }
        n += make(data + n, 1, 0xef, false, false, "found-me");
        struct mux_reader reader = {0};
        heard = (struct heard){0};
        for (size_t at = 0; at < n; at += 61)
            mc_mux_read(&reader, &events, &heard, data + at, n - at < 61 ? n - at : 61);
        for (int i = 0; i < 200; i++)
            mc_mux_reader_late(&reader, &events, &heard);
        assert_non_null(memmem(heard.words, heard.len, "ef1:found-me ", 13));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_in_every_style),
        cmocka_unit_test(every_length),
        cmocka_unit_test(streams_at_every_split),
        cmocka_unit_test(a_long_read),
        cmocka_unit_test(what_is_wrong_is_counted),
        cmocka_unit_test(every_bit_is_guarded),
        cmocka_unit_test(how_much_is_waited_for),
        cmocka_unit_test(late),
        cmocka_unit_test(every_kind_in_every_style),
        cmocka_unit_test(every_length),
        cmocka_unit_test(streams_at_every_split),
        cmocka_unit_test(every_bit_is_guarded),
        cmocka_unit_test(information_is_not_guarded),
        cmocka_unit_test(late),
        cmocka_unit_test(frames_in_noise),
    };
    return cmocka_run_group_tests_name("line/mux_frame", tests, NULL, NULL);
}
