/* SPDX-License-Identifier: MIT */
#include "harness.h"
#include "seed_transcripts.h"

#include <microcat/base/cleanup.h>
#include <string.h>

/* Both transcripts of the seed through lexer and engine: as printed, in one piece, and split at every point. */

static const char first_log[] = "AT -> OK\n"
                                "AT+CEREG? -> OK [+CEREG: 0,5]\n"
                                "AT+IFC? -> OK [+IFC: 0,0]\n"
                                "AT+IFC=2,2 -> OK\n"
                                "AT+IPR? -> OK [+IPR: 115200]\n"
                                "AT+CPIN? -> OK [+CPIN: READY]\n"
                                "AT+CGDCONT? -> OK [+CGDCONT: 1,\"IP\",\"soracom.io\",\"10.164.98.251\"]\n"
                                "AT+CGAUTH? -> OK [+CGAUTH: 1,2,\"sora\",\"sora\"]\n"
                                "AT+CFUN=4 -> OK\n"
                                "AT+CFUN=1 -> OK\n"
                                "AT+CPIN? -> OK [+CPIN: READY]\n"
                                "AT+CEREG? -> OK [+CEREG: 0,2]\n"
                                "AT+CEREG? -> OK [+CEREG: 0,2]\n"
                                "AT+CEREG? -> OK [+CEREG: 0,2]\n"
                                "AT+CEREG? -> OK [+CEREG: 0,2]\n"
                                "AT+CEREG? -> OK [+CEREG: 0,2]\n"
                                "AT+CEREG? -> OK [+CEREG: 0,5]\n"
                                "ATD*99***1# -> CONNECT\n";

/* CFUN=4 and CFUN=1 are given up after a second; their OKs come later, and every answer lands where it belongs. */
static const char second_log[] =
    "ATI -> OK [Manufacturer: SIMCOM INCORPORATED] [Model: SIM7672JP-MNGV] [Revision: V1.9.05] [IMEI: "
    "86985xxxxxxxxxx430]\n"
    "AT+CSQ -> OK [+CSQ: 99,99]\n"
    "AT+CEREG? -> OK [+CEREG: 0,2]\n"
    "AT+CIMI -> OK [90131xxxxxxxxxx]\n"
    "AT+CICCID -> OK [+ICCID: 8942310xxxxxxxxxxxxx]\n"
    "AT+COPS? -> OK [+COPS: 0,2,\"44010\",7]\n"
    "AT+CPSI? -> OK [+CPSI: LTE,Online,440-10,0x1698,39683652,181,EUTRAN-BAND28,9510,3,3,20,61,41,3]\n"
    "AT+CBC -> OK [+CBC: 3.978V]\n"
    "AT+CPMUTEMP -> OK [+CPMUTEMP: 23]\n"
    "AT -> OK\n"
    "AT+CEREG? -> OK [+CEREG: 0,2]\n"
    "AT+IFC? -> OK [+IFC: 0,0]\n"
    "AT+IFC=2,2 -> OK\n"
    "AT+IPR? -> OK [+IPR: 115200]\n"
    "AT+CPIN? -> OK [+CPIN: READY]\n"
    "AT+CGDCONT? -> OK [+CGDCONT: 1,\"IP\",\"soracom.io\"]\n"
    "AT+CGAUTH? -> OK [+CGAUTH: 1,2,\"sora\",\"sora\"]\n"
    "AT+CFUN=4 -> timeout\n"
    "AT+CFUN=1 -> timeout\n"
    "late OK\n"
    "late AT+CFUN=1\n"
    "late OK\n"
    "AT+CPIN? -> OK [+CPIN: READY]\n"
    "AT+CEREG? -> OK [+CEREG: 0,2]\n"
    "AT+CEREG? -> OK [+CEREG: 0,2]\n"
    "AT+CEREG? -> OK [+CEREG: 0,5]\n"
    "ATD*99***1# -> CONNECT\n";

static const struct {
    const char *text, *prefix;
    unsigned flags;
} commands[] = {
    {"AT+CEREG?", "+CEREG:", 0},        {"AT+IFC?", "+IFC:", 0},         {"AT+IPR?", "+IPR:", 0},
    {"AT+CPIN?", "+CPIN:", 0},          {"AT+CGDCONT?", "+CGDCONT:", 0}, {"AT+CGAUTH?", "+CGAUTH:", 0},
    {"ATD*99***1#", NULL, MC_AT_DIALS}, {"ATI", NULL, MC_AT_BARE},       {"AT+CSQ", "+CSQ:", 0},
    {"AT+CIMI", NULL, MC_AT_BARE},      {"AT+CICCID", "+ICCID:", 0},     {"AT+COPS?", "+COPS:", 0},
    {"AT+CPSI?", "+CPSI:", 0},          {"AT+CBC", "+CBC:", 0},          {"AT+CPMUTEMP", "+CPMUTEMP:", 0},
};

static void send_step(struct harness *h, const char *text)
{
    size_t i = 0;
    while (i < MC_LENGTH_OF(commands) && strcmp(commands[i].text, text) != 0)
        i++;
    bool known = i < MC_LENGTH_OF(commands);
    h->n_commands %= 150;
    assert_int_equal(harness_send(h, text, known ? commands[i].prefix : NULL, known ? commands[i].flags : 0), 0);
}

/* Feeds @text in pieces that end at each of @cuts. */
static void feed_cut(struct harness *h, const char *text, size_t len_bytes, const size_t cuts[2])
{
    size_t from = 0;
    for (size_t i = 0; i < 3; i++) {
        size_t to = i < 2 && cuts[i] < len_bytes ? cuts[i] : len_bytes;
        if (to > from)
            assert_int_equal(mc_at_feed(h->at, (const uint8_t *)text + from, to - from), to - from);
        from = to > from ? to : from;
    }
}

/* @cuts NULL: the fragments as printed. Else what came between two commands is one piece, cut at these offsets. */
static void replay(const struct seed_step *steps, size_t n_steps, const size_t *cuts, const char *log)
{
    static struct harness h;
    char piece[1024] = "";
    harness_start(&h);
    mc_at_set_probe(h.at, false);
    for (size_t i = 0; i <= n_steps; i++) {
        if (i < n_steps && steps[i].recv && cuts) {
            strcat(piece, steps[i].recv);
            continue;
        }
        feed_cut(&h, piece, strlen(piece), cuts ? cuts : (const size_t[2]){0, 0});
        piece[0] = '\0';
        if (i == n_steps)
            break;
        if (steps[i].recv)
            assert_int_equal(harness_feed(&h, steps[i].recv), strlen(steps[i].recv));
        if (steps[i].expire)
            harness_wait(&h, 1000);
        /* The log's driver took the late OK for the answer to AT+CPIN? and asked again; here that one is still in
         * flight. */
        if (steps[i].send && !(mc_at_busy(h.at) && strcmp(steps[i].send, "AT+CPIN?") == 0))
            send_step(&h, steps[i].send);
    }
    harness_expect(&h, log);
    assert_int_equal(mc_at_feed(h.at, (const uint8_t *)"~\xff}#", 4), 0); /* data mode: not ours */
    assert_int_equal(mc_at_stats(h.at)->noise_bytes, 0);
    harness_stop(&h);
}

static void test_as_printed(void **state)
{
    replay(seed_first, MC_LENGTH_OF(seed_first), NULL, first_log);
    replay(seed_second, MC_LENGTH_OF(seed_second), NULL, second_log);
}

static size_t longest_piece(const struct seed_step *steps, size_t n_steps)
{
    size_t longest = 0, now = 0;
    for (size_t i = 0; i < n_steps; i++) {
        now = steps[i].recv ? now + strlen(steps[i].recv) : 0;
        longest = now > longest ? now : longest;
    }
    return longest;
}

static void replay_cut_everywhere(const struct seed_step *steps, size_t n_steps, const char *log)
{
    size_t longest = longest_piece(steps, n_steps);
    assert_true(longest > 60);
    for (size_t a = 0; a < longest; a++)
        for (size_t b = a; b < longest; b += b == a ? 1 : 1 + (b - a) / 8) /* every split point, and pairs of them */
            replay(steps, n_steps, (const size_t[2]){a, b}, log);
}

static void test_first_cut_everywhere(void **state)
{
    replay_cut_everywhere(seed_first, MC_LENGTH_OF(seed_first), first_log);
}

static void test_second_cut_everywhere(void **state)
{
    replay_cut_everywhere(seed_second, MC_LENGTH_OF(seed_second), second_log);
}

static void test_byte_by_byte(void **state)
{
    static struct harness h;
    harness_start(&h);
    mc_at_set_probe(h.at, false);
    for (size_t i = 0; i < MC_LENGTH_OF(seed_second); i++) {
        const struct seed_step *step = &seed_second[i];
        for (const char *c = step->recv; c && *c; c++)
            assert_int_equal(mc_at_feed(h.at, (const uint8_t *)c, 1), 1);
        if (step->expire)
            harness_wait(&h, 1000);
        if (step->send && !(mc_at_busy(h.at) && strcmp(step->send, "AT+CPIN?") == 0))
            send_step(&h, step->send);
    }
    harness_expect(&h, second_log);
    harness_stop(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_printed),
        cmocka_unit_test(test_first_cut_everywhere),
        cmocka_unit_test(test_second_cut_everywhere),
        cmocka_unit_test(test_byte_by_byte),
    };
    return cmocka_run_group_tests_name("at.replay", tests, NULL, NULL);
}
