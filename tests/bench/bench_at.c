/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <microcat/at/engine.h>
#include <microcat/base/cleanup.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/*
 * How fast lexer and engine take bytes, in MB of what the modem sends a second of processor time, in fragments of 512
 * bytes (a full USB read): a dialogue (commands of the seed log with echo, lines and OK, a command out for every
 * answer) and a stream of lines nobody asked for. Beside it memchr for the line ends over the same bytes, as the
 * measure of this machine.
 */

#define FRAGMENT_BYTES 512
#define RUN_S          0.5

static uint64_t done_count, urc_count, traced_bytes;

static int on_write(void *ctx, const void *data, size_t len_bytes)
{
    return 0;
}

static void on_urc(void *ctx, const char *line)
{
    urc_count++;
}

static void on_trace(void *ctx, enum mc_at_direction direction, const char *line)
{
    traced_bytes += strlen(line);
}

static void on_done(void *ctx, const struct mc_at_answer *answer)
{
    done_count += answer->result == MC_AT_OK && answer->n_lines == 1;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* what else this machine does is not of interest */
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const struct {
    struct mc_at_command command;
    const char *answer;
} dialogue[] = {
    {{.text = "AT+CEREG?", .prefix = "+CEREG:", .timeout_ms = 9000}, "AT+CEREG?\r\r\n+CEREG: 0,5\r\n\r\nOK\r\n"},
    {{.text = "AT+CSQ", .prefix = "+CSQ:", .timeout_ms = 9000}, "AT+CSQ\r\r\n+CSQ: 18,99\r\n\r\nOK\r\n"},
    {{.text = "AT+CPSI?", .prefix = "+CPSI:", .timeout_ms = 9000},
     "AT+CPSI?\r\r\n+CPSI: LTE,Online,440-10,0x1698,39683652,181,EUTRAN-BAND28,9510,3,3,20,61,41,3\r\n\r\nOK\r\n"},
    {{.text = "AT+CGDCONT?", .prefix = "+CGDCONT:", .timeout_ms = 9000},
     "AT+CGDCONT?\r\r\n+CGDCONT: 1,\"IP\",\"soracom.io\",\"10.164.98.251\"\r\n\r\nOK\r\n"},
    {{.text = "AT+CGSN", .flags = MC_AT_BARE, .timeout_ms = 9000}, "AT+CGSN\r\r\n869850000000430\r\n\r\nOK\r\n"},
};

static double bench_dialogue(bool traced)
{
    struct mc_at_callbacks callbacks = {.write = on_write, .urc = on_urc, .trace = traced ? on_trace : NULL};
    struct mc_timerq *queue = mc_timerq_new(0);
    struct mc_at *at = mc_at_new(queue, &callbacks, NULL);
    uint64_t bytes = 0, commands = 0;
    double began_s = now_s(), spent_s = 0;
    done_count = 0;
    for (; spent_s < RUN_S; spent_s = now_s() - began_s) {
        for (int i = 0; i < 1000; i++, commands++) {
            const char *answer = dialogue[commands % MC_LENGTH_OF(dialogue)].answer;
            size_t len_bytes = strlen(answer);
            mc_at_send(at, &dialogue[commands % MC_LENGTH_OF(dialogue)].command, on_done, NULL);
            mc_at_feed(at, (const uint8_t *)answer, len_bytes);
            bytes += len_bytes;
        }
    }
    mc_at_free(at);
    mc_timerq_free(queue);
    return done_count == commands ? (double)bytes / spent_s / 1e6 : -1;
}

static size_t make_lines(uint8_t *out, size_t size_bytes)
{
    static const char *const lines[] = {
        "+CEREG: 5\r\n", "\r\n+CGEV: ME PDN ACT 1\r\n", "SMS DONE\r\n",
        "+CPSI: LTE,Online,440-10,0x1698,39683652,181,EUTRAN-BAND28,9510,3,3,20,61,41,3\r\n"};
    size_t used = 0;
    for (size_t i = 0; used + 128 < size_bytes; i++) {
        size_t len_bytes = strlen(lines[i % MC_LENGTH_OF(lines)]);
        memcpy(out + used, lines[i % MC_LENGTH_OF(lines)], len_bytes);
        used += len_bytes;
    }
    return used;
}

static double bench_lines(const uint8_t *data, size_t len_bytes)
{
    struct mc_at_callbacks callbacks = {.write = on_write, .urc = on_urc};
    struct mc_timerq *queue = mc_timerq_new(0);
    struct mc_at *at = mc_at_new(queue, &callbacks, NULL);
    uint64_t bytes = 0;
    double began_s = now_s(), spent_s = 0;
    for (; spent_s < RUN_S; spent_s = now_s() - began_s) {
        for (size_t used = 0; used < len_bytes; used += FRAGMENT_BYTES) {
            size_t left = len_bytes - used;
            mc_at_feed(at, data + used, left < FRAGMENT_BYTES ? left : FRAGMENT_BYTES);
        }
        bytes += len_bytes;
    }
    mc_at_free(at);
    mc_timerq_free(queue);
    return urc_count > 0 ? (double)bytes / spent_s / 1e6 : -1;
}

static double bench_memchr(const uint8_t *data, size_t len_bytes)
{
    uint64_t bytes = 0;
    volatile uint64_t found = 0;
    double began_s = now_s(), spent_s = 0;
    for (; spent_s < RUN_S; spent_s = now_s() - began_s) {
        const uint8_t *end = data + len_bytes, *p = data;
        while ((p = memchr(p, '\r', (size_t)(end - p)))) {
            found++;
            p++;
        }
        bytes += len_bytes;
    }
    return (double)bytes / spent_s / 1e6;
}

int main(void)
{
    static uint8_t data[256 * 1024];
    size_t len_bytes = make_lines(data, sizeof(data));
    double talk = bench_dialogue(false), traced = bench_dialogue(true), lines = bench_lines(data, len_bytes);
    double scan = bench_memchr(data, len_bytes);
    printf("at: dialogue %.0f MB/s, with trace %.0f MB/s, unasked lines %.0f MB/s; memchr %.0f MB/s, ratio %.3f\n",
           talk, traced, lines, scan, lines / scan);
    return talk < 0 || traced < 0 || lines < 0;
}
