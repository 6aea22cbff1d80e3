/* SPDX-License-Identifier: MIT */
/* What is made of each answer, and of which situation each command is built: one taker or builder a row. */
#include "given.h"
#include <errno.h>
#include <scripts_priv.h>

#define NOW_MS 101000

/* ---- answers ---- */

#define UNKNOWN_SIGNAL "facts.band=?; facts.rssi_ddbm=?; facts.signal_at_ms=-1"
#define CPSI           "+CPSI: LTE,Online,440-10,0x1698,39683652,181,EUTRAN-BAND28,9510,3,3,20,61,41,3"

static const struct taking {
    int (*take)(void *ctx, const struct mc_at_answer *answer);
    const char *given, *lines; /* parted by '|' */
    int r;
    const char *left;
} takings[] = {
#include "takes_rows.h"
};

static struct bench *situation(const char *text)
{
    struct bench *b = bench_new("warm");
    bench_pass(b, NOW_MS - mc_timerq_now_ms(b->queue));
    given(b, text);
    return b;
}

static size_t split(char *text, const char **lines, size_t most)
{
    size_t n = 0;
    char *one;
    while (*text && n < most && (one = strsep(&text, "|"))) {
        lines[n++] = one;
        if (!text)
            break;
    }
    return n;
}

static void each_answer(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(takings); i++) {
        const struct taking *t = &takings[i];
        _cleanup_bench_ struct bench *b = situation(t->given);
        char copy[512], what[160];
        const char *lines[8];
        snprintf(copy, sizeof(copy), "%s", t->lines);
        snprintf(what, sizeof(what), "row %zu (%s)", i, t->lines);
        /* Where there is no line, there is no memory of one. */
        size_t n = split(copy, lines, MC_LENGTH_OF(lines));
        const struct mc_at_answer answer = {.result = MC_AT_OK, .code = -1, .lines = n ? lines : NULL, .n_lines = n};
        int r = t->take(b->bringup, &answer);
        if (r != t->r)
            fail_msg("%s: %d, not %d", what, r, t->r);
        expect(b, what, t->left);
    }
}

/* How it reads now is kept as a mark: the same as of what is written, when it is that. */
static void a_reading_is_marked(void **state)
{
    _cleanup_bench_ struct bench *b = situation("facts.auth_reading=x");
    static const char *const lines[] = {"+CGAUTH: 1,1,\"user\",\"word\""};
    const struct mc_at_answer answer = {.result = MC_AT_OK, .lines = lines, .n_lines = 1};
    char mark[24];
    assert_int_equal(mc_take_cgauth(b->bringup, &answer), 0);
    mc_auth_mark(b->bringup, 1, "user", "word", mark);
    assert_string_equal(b->bringup->facts.auth_reading, mark);
}

/* ---- refusals ---- */

static const struct {
    enum mc_at_result result;
    int code;
    const char *cpin; /* NULL: it says nothing of the SIM */
    enum mc_fault fault;
} refusals[] = {
    {MC_AT_CME, 5, "PH-SIM PIN", MC_FAULT_SIM_LOCKED},
    {MC_AT_CME, 10, "NOT INSERTED", MC_FAULT_SIM_ABSENT},
    {MC_AT_CME, 11, "SIM PIN", MC_FAULT_NONE},
    {MC_AT_CME, 12, "SIM PUK", MC_FAULT_SIM_PUK},
    {MC_AT_CME, 13, "FAILURE", MC_FAULT_SIM_FAILURE},
    {MC_AT_CME, 14, "BUSY", MC_FAULT_SIM_BUSY},
    {MC_AT_CME, 15, "WRONG", MC_FAULT_SIM_LOCKED},
    {MC_AT_CME, 17, "READY", MC_FAULT_NONE},
    {MC_AT_CME, 18, "READY", MC_FAULT_NONE},
    {MC_AT_CME, 531, "BLOCKED", MC_FAULT_SIM_LOCKED},
    {MC_AT_CME, 532, "BLOCKED", MC_FAULT_SIM_LOCKED},
    {MC_AT_CME, 9, NULL},
    {MC_AT_CME, -1, NULL},
    {MC_AT_CMS, 10, NULL},
    {MC_AT_ERROR, -1, NULL},
};

static void each_refusal_of_the_sim(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(refusals); i++) {
        _cleanup_bench_ struct bench *b = situation("facts.cpin=X");
        const struct mc_at_answer answer = {.result = refusals[i].result, .code = refusals[i].code};
        given(b, "facts.iccid=2; facts.imsi=3");
        assert_int_equal(mc_refused_cpin(b->bringup, &answer), refusals[i].cpin ? 0 : -EIO);
        expect(b, "refusal",
               refusals[i].fault == MC_FAULT_SIM_ABSENT ? "facts.iccid=; facts.imsi=" : "facts.iccid=2; facts.imsi=3");
        assert_string_equal(b->bringup->facts.cpin, refusals[i].cpin ? refusals[i].cpin : "X");
        if (refusals[i].cpin)
            assert_int_equal(mc_cpin_fault(b->bringup->facts.cpin), refusals[i].fault);
    }
}

static void words_of_the_sim(void **state)
{
    static const struct {
        const char *said, *word;
        enum mc_fault fault;
    } rows[] = {
        {"ready", "READY", MC_FAULT_NONE},
        {"PH-NET PIN", "PH-NET PIN", MC_FAULT_SIM_LOCKED},
        {"Not Ready", "NOT READY", MC_FAULT_SIM_BUSY},
        {"az{`AZ[@", "AZ{`AZ[@", MC_FAULT_SIM_LOCKED},
        {"SIM PIN2", "READY", MC_FAULT_NONE},
        {"sim puk2", "READY", MC_FAULT_NONE},
        {"SIM REMOVED", "NOT INSERTED", MC_FAULT_SIM_ABSENT},
        {"12345678901234567890", "123456789012345", MC_FAULT_SIM_LOCKED},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        char word[16];
        mc_cpin_word(rows[i].said, word, sizeof(word));
        assert_string_equal(word, rows[i].word);
        assert_int_equal(mc_cpin_fault(word), rows[i].fault);
    }
}

/* Every code of 27.007 and of the network that has a fault of its own; what stands beside them has none. */
static void faults_of_codes(void **state)
{
    static const struct {
        int code;
        enum mc_fault fault;
        bool no_verdict; /* on a PIN */
    } rows[] = {
        {4, MC_FAULT_NONE},
        {5, MC_FAULT_SIM_LOCKED},
        {6, MC_FAULT_SIM_LOCKED},
        {7, MC_FAULT_SIM_LOCKED},
        {8, MC_FAULT_NONE},
        {10, MC_FAULT_SIM_ABSENT, true},
        {11, MC_FAULT_SIM_PIN_MISSING},
        {12, MC_FAULT_SIM_PUK},
        {13, MC_FAULT_SIM_FAILURE, true},
        {14, MC_FAULT_SIM_BUSY, true},
        {15, MC_FAULT_SIM_LOCKED},
        {16, MC_FAULT_SIM_PIN_WRONG},
        {17, MC_FAULT_SIM_LOCKED},
        {18, MC_FAULT_SIM_LOCKED},
        {19, MC_FAULT_NONE},
        {30, MC_FAULT_NOT_REGISTERED},
        {31, MC_FAULT_NOT_REGISTERED},
        {32, MC_FAULT_REGISTRATION_LIMITED},
        {33, MC_FAULT_NONE},
        {40, MC_FAULT_SIM_LOCKED},
        {41, MC_FAULT_SIM_LOCKED},
        {42, MC_FAULT_NONE},
        {103, MC_FAULT_REGISTRATION_DENIED},
        {104, MC_FAULT_NONE},
        {106, MC_FAULT_REGISTRATION_DENIED},
        {107, MC_FAULT_REGISTRATION_DENIED},
        {108, MC_FAULT_REGISTRATION_DENIED},
        {111, MC_FAULT_REGISTRATION_DENIED},
        {112, MC_FAULT_REGISTRATION_DENIED},
        {113, MC_FAULT_REGISTRATION_DENIED},
        {114, MC_FAULT_REGISTRATION_DENIED},
        {115, MC_FAULT_REGISTRATION_DENIED},
        {116, MC_FAULT_NONE},
        {122, MC_FAULT_CONGESTION},
        {126, MC_FAULT_CONGESTION},
        {127, MC_FAULT_APN_REJECTED},
        {128, MC_FAULT_PDP_TYPE_REJECTED},
        {129, MC_FAULT_AUTH_REJECTED},
        {132, MC_FAULT_NOT_SUBSCRIBED},
        {133, MC_FAULT_NOT_SUBSCRIBED},
        {134, MC_FAULT_NONE},
        {149, MC_FAULT_AUTH_REJECTED},
        {531, MC_FAULT_SIM_LOCKED},
        {532, MC_FAULT_SIM_LOCKED},
        {533, MC_FAULT_NONE},
        {537, MC_FAULT_NETWORK_BACKOFF},
        {-1, MC_FAULT_NONE},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++)
        if (mc_cme_fault(rows[i].code) != rows[i].fault || mc_cme_no_verdict(rows[i].code) != rows[i].no_verdict)
            fail_msg("%d: %s", rows[i].code, mc_fault_info(mc_cme_fault(rows[i].code))->code);
}

/* ---- commands ---- */

/* At NOW_MS; LATE: while a call that is no longer young is carried. */
static const struct building {
    int (*build)(void *ctx, char *out, size_t size);
    const char *given, *text; /* NULL: it is left out */
    const char *left;
    bool muxed;
    bool carries;
    enum mc_step step;
} buildings[] = {
    {mc_build_echo, "echoes_before=0", "ATE1", "facts.echo=0"},
    {mc_build_ifc, "", "AT+IFC=2,2"},
    {mc_build_ifc, "set.modem.flow=0", "AT+IFC=0,0"},
    {mc_build_ipr, "set.modem.baud_rate=460800", "AT+IPR=460800"},
    {mc_build_ipr_back, "speed_before=57600", "AT+IPR=57600"},
    {mc_build_cmux, "", "AT+CMUX=0,0,5,256"},
    {mc_build_cmux, "facts.baud=460800", "AT+CMUX=0,0,5,1024"},
    {mc_build_cmux, "facts.baud=9600", "AT+CMUX=0,0,5,21"},
    {mc_build_cmux, "facts.baud=3000000", "AT+CMUX=0,0,5,1500"},
    {mc_build_cgmr, "", "AT+CGMR"},
    {mc_build_cgmr, "facts.firmware=F", NULL},
    {mc_build_cgsn, "", "AT+CGSN"},
    {mc_build_cgsn, "facts.imei=8", NULL},

    {mc_build_card, "told=3", "AT+CICCID;+CIMI", "joined=1; told=0"},
    {mc_build_card, "facts.singly=1; joined=1; told=3", NULL, "joined=0; told=0"},
    {mc_build_card, "facts.imsi=901310000000001; joined=1; told=3", NULL, "joined=0; told=0"},
    {mc_build_iccid, "joined=1; told=1", NULL, "facts.singly=0"},
    {mc_build_iccid, "joined=1; told=2", "AT+CICCID", "facts.singly=1"},
    {mc_build_iccid, "joined=0; told=1", "AT+CICCID", "facts.singly=0"},
    {mc_build_iccid, "joined=0; facts.singly=1", "AT+CICCID", "facts.singly=1"},
    {mc_build_cimi, "joined=1; told=1", "AT+CIMI", "facts.singly=1"},
    {mc_build_cimi, "joined=1; told=2", NULL},
    {mc_build_cimi, "facts.imsi=901310000000001; told=1", NULL, "facts.singly=0"},
    {mc_build_cimi, "facts.imsi=901310000000001", "AT+CIMI", "facts.singly=0"},
    {mc_build_cimi, "told=1", "AT+CIMI", "facts.singly=0"},
    {mc_build_pdp, "", "AT+CGDCONT?;+CGAUTH?", "joined=1"},
    {mc_build_pdp, "facts.singly=1; joined=1", NULL, "joined=0"},
    {mc_build_cgdcont_read, "joined=1; told=4", NULL},
    {mc_build_cgdcont_read, "joined=1; told=8", "AT+CGDCONT?"},
    {mc_build_cgauth_read, "joined=1; told=8; facts.auth_known=1", NULL, "facts.auth_known=1"},
    {mc_build_cgauth_read, "joined=1; told=4; facts.auth_known=1", "AT+CGAUTH?", "facts.auth_known=0"},
    {mc_build_pin, "set.sim.pin=7391", "AT+CPIN=\"7391\""},
    {mc_build_cgdcont, "", "AT+CGDCONT=1,\"IP\",\"soracom.io\""},
    {mc_build_cgdcont, "set.pdp.cid=3; set.pdp.type=1", "AT+CGDCONT=3,\"IPV6\",\"soracom.io\""},
    {mc_build_cgdcont, "set.pdp.type=2", "AT+CGDCONT=1,\"IPV4V6\",\"soracom.io\""},
    {mc_build_cgauth, "set.pdp.password=geheim", "AT+CGAUTH=1,2,\"geheim\",\"sora\""},
    {mc_build_cgauth, "set.pdp.auth=2", "AT+CGAUTH=1,1,\"sora\",\"sora\""},
    {mc_build_cgauth, "set.pdp.auth=3", "AT+CGAUTH=1,2,\"sora\",\"sora\""},
    {mc_build_cgauth, "set.pdp.auth=3; set.pdp.user=", "AT+CGAUTH=1,2,\"sora\",\"\""},
    {mc_build_cgauth, "set.pdp.auth=1", "AT+CGAUTH=1,0"},
    {mc_build_cgauth, "set.pdp.user=", "AT+CGAUTH=1,0"},
    {mc_build_cgauth, "facts.auth_known=1; facts.auth_same=1", NULL},
    {mc_build_cgauth, "facts.auth_known=1", "AT+CGAUTH=1,2,\"sora\",\"sora\""},
    {mc_build_cgauth, "facts.auth_same=1", "AT+CGAUTH=1,2,\"sora\",\"sora\""},
    {mc_build_cereg_urcs, "", "AT+CEREG=2"},
    {mc_build_cereg_urcs, "facts.cereg_urcs=1", NULL},
    {mc_build_cereg_read, "facts.cereg_urcs=1", NULL},
    {mc_build_cereg_read, "facts.cereg_urcs=1; urcs_fresh=1", "AT+CEREG?", "urcs_fresh=0"},
    {mc_build_cereg_read, "", "AT+CEREG?"},

    {mc_build_cpsi, "", "AT+CPSI?"},
    {mc_build_cpsi, "set.modem.sample_interval_ms=1", NULL, .muxed = true},
    {mc_build_cpsi, "set.modem.sample_interval_ms=0", "AT+CPSI?", .muxed = true},
    {mc_build_csq, "", "AT+CSQ", .step = MC_STEP_SIGNAL},
    {mc_build_csq, "facts.signal_at_ms=100000", "AT+CSQ", .step = MC_STEP_SIGNAL},
    {mc_build_csq, "facts.signal_at_ms=100001", NULL, .step = MC_STEP_SIGNAL},
    {mc_build_csq, "", NULL, .step = MC_STEP_SIGNAL, .muxed = true},
    {mc_build_csq, "", "AT+CSQ", .step = MC_STEP_SAMPLE, .muxed = true},
    {mc_build_csq, "facts.signal_at_ms=100001", NULL, .step = MC_STEP_SAMPLE, .muxed = true},

    {mc_build_news, "", NULL},
    {mc_build_news, "", "AT+CEREG=2", .carries = true},
    {mc_build_news, "facts.cereg_urcs=1", NULL, .carries = true},
    {mc_build_news, "dialled_at_ms=91000", "AT+CEREG=2", .carries = true},
    {mc_build_news, "dialled_at_ms=91001", NULL, .carries = true},
    {mc_build_context, "", NULL},
    {mc_build_context, "", "AT+CGACT?;+CGPADDR=1", .carries = true},
    {mc_build_context, "set.pdp.cid=3", "AT+CGACT?;+CGPADDR=3", .carries = true},
    {mc_build_context, "facts.singly=1", "AT+CGACT?", .carries = true},
    {mc_build_context, "dialled_at_ms=91001", NULL, .carries = true},
    {mc_build_context, "dialled_at_ms=50000; facts.context_active_at_ms=49999", "AT+CGACT?;+CGPADDR=1",
     .carries = true},
    {mc_build_context, "dialled_at_ms=50000; facts.context_active_at_ms=50000", NULL, .carries = true},
    {mc_build_context, "dialled_at_ms=-1; facts.context_active_at_ms=0", NULL, .carries = true},
    {mc_build_context, "facts.context_active_at_ms=100000; wonders=1", "AT+CGACT?;+CGPADDR=1", "wonders=0",
     .carries = true},
    {mc_build_context, "facts.context_active_at_ms=100000; wonders=1", NULL, "wonders=1"},
    {mc_build_cbc, "", "AT+CBC", "asks_health=1; facts.health_asked_at_ms=101000; facts.health_unanswered=1"},
    {mc_build_cbc, "dialled_at_ms=91000", "AT+CBC", "asks_health=1"},
    {mc_build_cbc, "dialled_at_ms=91001; asks_health=1", NULL, "asks_health=0"},
    {mc_build_cbc, "facts.health_asked_at_ms=100999; asks_health=1", NULL,
     "asks_health=0; facts.health_asked_at_ms=100999; facts.health_unanswered=0"},
    {mc_build_cbc, "facts.health_asked_at_ms=100999; facts.health_unanswered=1", "AT+CBC",
     "asks_health=1; facts.health_unanswered=2"},
    {mc_build_cbc, "facts.health_asked_at_ms=100999; facts.health_unanswered=2", "AT+CBC",
     "asks_health=1; facts.health_unanswered=3"},
    {mc_build_cbc, "facts.health_asked_at_ms=100999; facts.health_unanswered=3", NULL, "asks_health=0"},
    {mc_build_temperature, "asks_health=1", "AT+CPMUTEMP", "asks_health=0"},
    {mc_build_temperature, "asks_health=0", NULL, "asks_health=0"},
    {mc_build_contrdp, "", NULL},
    {mc_build_contrdp, "facts.want_dns=1", "AT+CGCONTRDP=1"},
    {mc_build_contrdp, "set.pdp.type=1; set.pdp.cid=3; set.ppp.use_dns=1", "AT+CGCONTRDP=3"},
    {mc_build_contrdp, "set.pdp.type=1; set.ppp.use_dns=0", NULL},
    {mc_build_contrdp, "set.pdp.type=2; set.ppp.use_dns=1", NULL},
    {mc_build_contrdp, "set.pdp.type=1; set.ppp.use_dns=1; facts.dns[0]=::1", NULL},
    {mc_build_dial, "", "ATD*99***1#"},
    {mc_build_dial, "set.pdp.cid=3", "ATD*99***3#"},
};

static void each_command(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(buildings); i++) {
        const struct building *row = &buildings[i];
        _cleanup_bench_ struct bench *b = situation(row->given);
        char text[256] = "", what[160];
        snprintf(what, sizeof(what), "row %zu (%s)", i, row->given);
        if (row->muxed)
            assert_int_equal(mc_line_mux_adopt(b->line, 256, 115200), 0);
        if (row->carries)
            mc_line_data(b->line, false);
        b->bringup->row = &mc_bringup_table[row->step];
        int r = row->build(b->bringup, text, sizeof(text));
        b->bringup->row = NULL;
        if (r != (row->text ? 0 : -ENODATA) || (row->text && strcmp(text, row->text)))
            fail_msg("%s: %d, '%s'", what, r, text);
        expect(b, what, row->left);
    }
}

/* Supply, temperature and context are asked every 5 minutes, by who comes about that often. */
static void health_is_asked_rarely(void **state)
{
    static const struct {
        int64_t age_ms;
        bool asked;
    } rows[] = {{0, false}, {298999, false}, {299000, true}, {300000, true}};
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        _cleanup_bench_ struct bench *b = situation("facts.health_asked_at_ms=0");
        char text[64];
        bench_pass(b, rows[i].age_ms - NOW_MS + 1000000);
        b->bringup->facts.health_asked_at_ms = mc_timerq_now_ms(b->queue) - rows[i].age_ms;
        assert_int_equal(mc_build_cbc(b->bringup, text, sizeof(text)), rows[i].asked ? 0 : -ENODATA);
        mc_line_data(b->line, false);
        b->bringup->facts.context_active_at_ms = mc_timerq_now_ms(b->queue) - rows[i].age_ms;
        assert_int_equal(mc_build_context(b->bringup, text, sizeof(text)), rows[i].asked ? 0 : -ENODATA);
    }
}

/* A text that would not survive the quoting is refused, not cut. */
static void what_cannot_be_quoted(void **state)
{
    _cleanup_bench_ struct bench *b = situation("set.pdp.apn=a\"b");
    char text[64];
    assert_true(mc_build_cgdcont(b->bringup, text, sizeof(text)) < 0);
}

/* ---- the mark of an authentication ---- */

/* Each part of it counts, and the same gives the same. */
static void a_mark_tells_apart(void **state)
{
    static const struct {
        const char *given;
        int type;
        const char *user, *password;
    } rows[] = {
        {"facts.imei=1; facts.iccid=2", 2, "u", "p"}, {"facts.imei=3; facts.iccid=2", 2, "u", "p"},
        {"facts.imei=1; facts.iccid=3", 2, "u", "p"}, {"facts.imei=1; facts.iccid=2", 1, "u", "p"},
        {"facts.imei=1; facts.iccid=2", 2, "v", "p"}, {"facts.imei=1; facts.iccid=2", 2, "u", "q"},
        {"facts.imei=; facts.iccid=12", 2, "u", "p"}, {"facts.imei=1; facts.iccid=2", 2, "up", ""},
    };
    char marks[MC_LENGTH_OF(rows)][24];
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        char again[24];
        _cleanup_bench_ struct bench *b = situation(rows[i].given);
        mc_auth_mark(b->bringup, rows[i].type, rows[i].user, rows[i].password, marks[i]);
        mc_auth_mark(b->bringup, rows[i].type, rows[i].user, rows[i].password, again);
        assert_string_equal(marks[i], again);
        assert_int_equal(strlen(marks[i]), 21);
        for (size_t j = 0; j < i; j++)
            if (!strcmp(marks[i], marks[j]))
                fail_msg("rows %zu and %zu are the same: %s", j, i, marks[i]);
    }
    /* They are kept over upgrades: one and the same for ever. */
    assert_string_equal(marks[0], "4fb75bbb5cacba0d-e131");
    /* Of the password there is no more than the last four digits. */
    assert_memory_equal(marks[0], marks[5], 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer),           cmocka_unit_test(each_refusal_of_the_sim),
        cmocka_unit_test(words_of_the_sim),      cmocka_unit_test(faults_of_codes),
        cmocka_unit_test(each_command),          cmocka_unit_test(health_is_asked_rarely),
        cmocka_unit_test(what_cannot_be_quoted), cmocka_unit_test(a_mark_tells_apart),
        cmocka_unit_test(a_reading_is_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
