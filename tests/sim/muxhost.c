/* SPDX-License-Identifier: MIT */
#include "muxhost.h"
#include <stdio.h>
#include <string.h>

static void note(struct host *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void note(struct host *h, const char *format, ...)
{
    size_t len = strlen(h->control);
    va_list args;

    va_start(args, format);
    vsnprintf(h->control + len, sizeof(h->control) - len, format, args);
    va_end(args);
}

static void on_message(struct host *h, const uint8_t *m, size_t len)
{
    note(h, "%02x:", m[0]);
    for (size_t i = 2; i < len; i++)
        note(h, "%02x", m[i]);
    note(h, " ");
}

static void on_uih(struct host *h, const struct sim_mux_frame *f)
{
    int dlci = f->address >> 2;

    if (dlci == 0) {
        on_message(h, f->info, f->len);
        return;
    }
    assert_in_range(dlci, 1, 4);
    h->address = f->address;
    h->head = f->control;
    h->frames++;
    h->longest = f->len > h->longest ? f->len : h->longest;
    strncat(h->text[dlci], (const char *)f->info, f->len);
}

static void on_frame(struct host *h, const struct sim_mux_frame *f)
{
    static const struct {
        uint8_t control;
        const char *name;
    } names[] = {{SIM_MUX_UA, "UA"}, {SIM_MUX_DM, "DM"}, {SIM_MUX_DISC, "DISC"}, {SIM_MUX_SABM, "SABM"}};

    if ((f->control & ~SIM_MUX_PF) == SIM_MUX_UIH)
        on_uih(h, f);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].control == (f->control & ~SIM_MUX_PF))
            note(h, "%s%d%s ", names[i].name, f->address >> 2, f->control & SIM_MUX_PF ? "+" : "");
}

void host_run(struct host *h, int64_t ms)
{
    struct sim_mux_frame frame;

    desk_run(&h->desk, ms);
    const uint8_t *at = h->desk.said + h->looked;
    size_t len = h->desk.len - h->looked;

    while (sim_mux_decode(&h->decoder, &at, &len, &frame))
        on_frame(h, &frame);
    h->looked = h->desk.len;
}

void host_forget(struct host *h)
{
    desk_forget(&h->desk);
    h->looked = h->longest = h->frames = 0;
    memset(h->text, 0, sizeof(h->text));
    h->control[0] = '\0';
}

void host_frame(struct host *h, int dlci, uint8_t control, const void *info, size_t len)
{
    const struct sim_mux_frame frame = {(uint8_t)(dlci << 2 | SIM_MUX_CR | SIM_MUX_EA), control, info, len};
    uint8_t wire[SIM_MUX_FRAME_MAX];

    sim_board_from_host(h->desk.board, wire, sim_mux_encode(&frame, false, wire));
}

void host_type(struct host *h, int dlci, const char *text)
{
    host_frame(h, dlci, SIM_MUX_UIH, text, strlen(text));
}

void host_expect(struct host *h, int dlci, const char *command, int64_t ms, const char *expected)
{
    char line[128];

    snprintf(line, sizeof(line), "%s\r", command);
    host_type(h, dlci, line);
    host_run(h, ms);
    for (int i = 1; i < 5; i++)
        assert_string_equal(h->text[i], i == dlci ? expected : "");
    host_forget(h);
}

void host_controls(struct host *h, const char *expected)
{
    assert_string_equal(h->control, expected);
    host_forget(h);
}

void host_sabm(struct host *h, int dlci)
{
    host_frame(h, dlci, SIM_MUX_SABM | SIM_MUX_PF, NULL, 0);
    host_run(h, 50);
}

void host_message(struct host *h, uint8_t type, const void *value, size_t len)
{
    uint8_t info[256] = {type, (uint8_t)(len << 1 | 1)};

    assert_true(len < 128);
    memcpy(info + 2, value, len);
    host_frame(h, 0, SIM_MUX_UIH, info, len + 2);
    host_run(h, 50);
}

void host_msc(struct host *h, int dlci, uint8_t signals)
{
    const uint8_t value[2] = {(uint8_t)(dlci << 2 | 3), signals};

    host_message(h, 0xe3, value, sizeof(value));
}

void host_begin(struct host *h, const char *const *settings, const char *command)
{
    static const char *const warm[] = {"warm", NULL};

    memset(h, 0, sizeof(*h));
    desk_open(&h->desk, warm);
    for (; settings && *settings; settings++)
        desk_inject(&h->desk, *settings, "ok");
    desk_type(&h->desk, command);
    desk_run(&h->desk, 100);
    assert_non_null(strstr((const char *)h->desk.said, "OK\r\n"));
    desk_get(&h->desk, "mode", "cmux");
    host_forget(h);
}

void host_open(struct host *h, const char *const *settings)
{
    host_begin(h, settings, "AT+CMUX=0\r");
    for (int i = 0; i < 5; i++)
        host_sabm(h, i);
    desk_get(&h->desk, "mux_open", "4");
    host_forget(h);
}

void host_close(struct host *h)
{
    desk_close(&h->desk);
}
