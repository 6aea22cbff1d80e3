/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <assert.h>
#include <microcat/at/engine.h>
#include <microcat/at/quote.h>
#include <microcat/at/redact.h>
#include <microcat/at/replies.h>
#include <microcat/at/urcs.h>
#include <microcat/base/cleanup.h>
#include <stdlib.h>
#include <string.h>

/*
 * Lexer, engine and all parsers. The input is a little script of operations, each an operation byte and a parameter
 * byte: send a command of the table, feed so many bytes of what follows, let time pass, cancel, resync, switch the
 * probe. Whatever comes, every command is answered exactly once and every line stands all parsers.
 */

static const struct mc_at_command commands[] = {
    {.text = "AT", .timeout_ms = 1000},
    {.text = "AT+CEREG?", .prefix = "+CEREG:", .timeout_ms = 1000},
    {.text = "AT+CPIN?", .prefix = "+CPIN:", .timeout_ms = 1000},
    {.text = "AT+CFUN=4", .timeout_ms = 1000},
    {.text = "AT+CFUN=1", .timeout_ms = 1000},
    {.text = "ATI", .timeout_ms = 1000, .flags = MC_AT_BARE},
    {.text = "AT+CGSN", .timeout_ms = 1000, .flags = MC_AT_BARE},
    {.text = "ATD*99***1#", .timeout_ms = 50000, .flags = MC_AT_DIALS},
    {.text = "AT+CPIN=\"1234\"", .timeout_ms = 5000, .flags = MC_AT_SECRET},
    {.text = "AT+CSQ;+CBC", .prefix = "+CSQ:|+CBC:", .timeout_ms = 300, .flags = MC_AT_URGENT},
    {.text = "AT+IPR?", .prefix = "+IPR:", .timeout_ms = 1000},
};

struct run {
    struct mc_timerq *queue;
    struct mc_at *at;
    unsigned sent, done;
};

static void parse_packet_domain(const char *line)
{
    struct mc_at_cgdcont cgdcont;
    struct mc_at_cgauth cgauth;
    struct mc_at_cgcontrdp cgcontrdp;
    mc_at_parse_cgdcont(line, &cgdcont);
    mc_at_parse_cgauth(line, &cgauth);
    mc_at_parse_cgcontrdp(line, &cgcontrdp);
}

static void parse_radio(const char *line)
{
    struct mc_at_cereg cereg;
    struct mc_at_cpsi cpsi;
    int32_t a, b;
    mc_at_parse_cereg_read(line, &cereg);
    mc_at_parse_cereg_urc(line, &cereg);
    mc_at_parse_csq(line, &a, &b);
    mc_at_parse_cpsi(line, &cpsi);
}

static void parse_everything(const char *line)
{
    struct mc_at_spic spic;
    enum mc_at_ati_field field;
    char text[64], safe[4096];
    int32_t a, b;
    mc_at_parse_cpin(line, text, sizeof(text));
    mc_at_parse_spic(line, &spic);
    mc_at_parse_iccid(line, text, sizeof(text));
    mc_at_parse_digits(line, 6, 17, text, sizeof(text));
    mc_at_parse_ifc(line, &a, &b);
    mc_at_parse_ipr(line, &a);
    mc_at_parse_cfun(line, &a);
    mc_at_parse_cbc(line, &a);
    mc_at_parse_cpmutemp(line, &a);
    mc_at_parse_cgmr(line, text, sizeof(text));
    mc_at_parse_ati(line, &field, text, sizeof(text));
    mc_at_parse_cme(line, &a);
    parse_radio(line);
    parse_packet_domain(line);
    mc_at_urc_kind(line);
    assert(strlen(mc_at_redact(line, safe, sizeof(safe))) < sizeof(safe));
    mc_at_redact(line, text, 16);
    mc_at_format(text, sizeof(text), "AT+X=%q,%d", line, 1);
}

static int on_write(void *ctx, const void *data, size_t len_bytes)
{
    assert(len_bytes > 0);
    return 0;
}

static void on_urc(void *ctx, const char *line)
{
    assert(*line);
    parse_everything(line);
}

static void on_trace(void *ctx, enum mc_at_direction direction, const char *line)
{
    assert(line);
}

static void on_done(void *ctx, const struct mc_at_answer *answer)
{
    struct run *run = ctx;
    run->done++;
    assert(run->done <= run->sent && (unsigned)answer->result < MC_AT_RESULT_COUNT && answer->n_lines <= 64);
    for (size_t i = 0; i < answer->n_lines; i++)
        parse_everything(answer->lines[i]);
    parse_everything(answer->final);
}

static size_t operate(struct run *run, uint8_t op, uint8_t parameter, const uint8_t *data, size_t left_bytes)
{
    size_t len_bytes = parameter < left_bytes ? parameter : left_bytes;
    switch (op % 8) {
    case 0:
        run->sent++;
        if (mc_at_send(run->at, &commands[parameter % MC_LENGTH_OF(commands)], on_done, run) < 0)
            run->sent--;
        return 0;
    case 1:
        mc_timerq_advance(run->queue, mc_timerq_now_ms(run->queue) + parameter * 50);
        mc_timerq_run(run->queue);
        return 0;
    case 2:
        if (parameter == 0)
            mc_at_cancel_all(run->at);
        else if (parameter == 1)
            mc_at_resync(run->at);
        else
            mc_at_set_probe(run->at, parameter & 1);
        return 0;
    default:
        assert(mc_at_feed(run->at, data, len_bytes) <= len_bytes);
        return len_bytes;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static const struct mc_at_callbacks callbacks = {.write = on_write, .urc = on_urc, .trace = on_trace};
    struct run run = {.queue = mc_timerq_new(0)};
    run.at = mc_at_new(run.queue, &callbacks, &run);
    for (size_t i = 0; i + 1 < len_bytes;) {
        uint8_t op = data[i], parameter = data[i + 1];
        i += 2;
        i += operate(&run, op, parameter, data + i, len_bytes - i);
    }
    while (mc_at_busy(run.at))
        mc_at_cancel_all(run.at);
    assert(run.done == run.sent);
    mc_at_free(run.at);
    mc_timerq_free(run.queue);
    return 0;
}
