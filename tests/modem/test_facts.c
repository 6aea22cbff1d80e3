/* SPDX-License-Identifier: MIT */
/* The facts: what a reboot, the radio's end or another board leaves of them, and how they are kept on disk. */
#include "given.h"
#include <errno.h>

/* Something in each of them. */
#define SESSION                                                                                                        \
    "facts.baud=9600; facts.ifc_dce=2; facts.ifc_dte=2; facts.flow=1; facts.echo=1; facts.singly=1; "                  \
    "facts.cpin=READY; facts.pin_tries=3; facts.fun=1; facts.cereg_urcs=1; facts.prepared=1; "                         \
    "facts.was_registered=1; facts.stat=5; facts.tac=7; facts.cell_id=8; facts.address=10.1.2.3; "                     \
    "facts.context.address=10.1.2.3; facts.context_active=1; facts.context_active_at_ms=5; facts.dns[0]=1.1.1.1; "     \
    "facts.dns[3]=2.2.2.2"
#define NO_SESSION                                                                                                     \
    "facts.baud=115200; facts.ifc_dce=?; facts.ifc_dte=?; facts.flow=0; facts.echo=0; facts.singly=0; facts.cpin=; "   \
    "facts.pin_tries=?; facts.fun=?; facts.cereg_urcs=0; facts.prepared=0; facts.was_registered=0; facts.stat=?; "     \
    "facts.tac=?; facts.cell_id=-1; facts.address=; facts.context.address=; facts.context_active=-1; "                 \
    "facts.context_active_at_ms=-1; "                                                                                  \
    "facts.dns[0]=; facts.dns[3]="
#define SIGNAL    "facts.rssi_ddbm=-1; facts.rsrp_ddbm=-1; facts.rsrq_ddb=-1; facts.sinr_ddb=-1; facts.signal_at_ms=1"
#define NO_SIGNAL "facts.rssi_ddbm=?; facts.rsrp_ddbm=?; facts.rsrq_ddb=?; facts.sinr_ddb=?; facts.signal_at_ms=-1"
#define BOARD                                                                                                          \
    "facts.manufacturer=INC; facts.model=M; facts.revision=R; facts.firmware=F; facts.imei=1; facts.iccid=2; "         \
    "facts.imsi=3; facts.context_known=1; facts.context.apn=a; facts.auth_known=1; facts.auth_same=1; "                \
    "facts.flow_refused=1; facts.speed_refused=1; facts.mux_why=silent"
#define NO_BOARD                                                                                                       \
    "facts.manufacturer=; facts.model=; facts.revision=; facts.firmware=; facts.imei=; facts.iccid=; facts.imsi=; "    \
    "facts.context_known=0; facts.context.apn=; facts.auth_known=0; facts.auth_same=0; facts.flow_refused=0; "         \
    "facts.speed_refused=0; facts.mux_why="
#define HEALTH                                                                                                         \
    "facts.band=28; facts.temperature_c=23; facts.supply_mv=3978; facts.health_at_ms=1; facts.health_asked_at_ms=1"
#define NO_HEALTH                                                                                                      \
    "facts.band=?; facts.temperature_c=?; facts.supply_mv=?; facts.health_at_ms=-1; facts.health_asked_at_ms=-1"

static void what_is_left(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct mc_facts *facts);
        const char *left[4];
    } rows[] = {
        {"rebooted", mc_facts_rebooted, {NO_SESSION, SIGNAL, BOARD, HEALTH}},
        {"another board", mc_facts_forget, {NO_SESSION, NO_SIGNAL, NO_BOARD, NO_HEALTH}},
        {"first of all", mc_facts_init, {NO_SESSION, NO_SIGNAL, NO_BOARD, NO_HEALTH}},
        {"radio off",
         mc_facts_radio_off,
         {"facts.stat=0; facts.fun=4; facts.address=; facts.context.address=; facts.baud=9600; facts.prepared=1; "
          "facts.was_registered=1; facts.cpin=READY; facts.context_active=1",
          NO_SIGNAL, BOARD, HEALTH}},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        static const char *const before[] = {SESSION, SIGNAL, BOARD, HEALTH};
        for (size_t k = 0; k < MC_LENGTH_OF(before); k++)
            given(b, before[k]);
        rows[i].change(mc_bringup_facts(b->bringup));
        for (size_t k = 0; k < MC_LENGTH_OF(rows[i].left); k++)
            expect(b, rows[i].what, rows[i].left[k]);
    }
}

/* What is kept, and what is not. */
#define KEPT                                                                                                           \
    "facts.manufacturer=INC; facts.model=M x; facts.revision=R; facts.firmware=F; facts.imei=1; facts.iccid=2; "       \
    "facts.imsi=3; facts.written=1/2 IP a; facts.read_as=IP b; facts.auth_written=w; facts.auth_read_as=r; "           \
    "facts.mux_of=1 F; facts.mux_why=silent; facts.escape_of=1 E; facts.escape_why=refused"
#define KEPT_TEXT                                                                                                      \
    "manufacturer INC\nmodel M x\nrevision R\nfirmware F\nimei 1\niccid 2\nimsi 3\nwritten 1/2 IP a\nread_as IP b\n"   \
    "auth_written w\nauth_read_as r\nmux_of 1 F\nmux_why silent\nescape_of 1 E\nescape_why refused\n"

static void kept_and_read_again(void **state)
{
    _cleanup_bench_ struct bench *b = bench_new("warm"), *other = bench_new("warm");
    char text[1024];
    given(b, SESSION);
    given(b, KEPT);
    assert_int_equal(mc_facts_save(mc_bringup_facts(b->bringup), text, sizeof(text)), strlen(KEPT_TEXT));
    assert_string_equal(text, KEPT_TEXT);
    assert_int_equal(mc_facts_load(mc_bringup_facts(other->bringup), text), 0);
    expect(other, "read again", KEPT);
    expect(other, "the session", NO_SESSION);
}

/* Room for all of it and the end, or none of it counts. */
static void room_for_what_is_kept(void **state)
{
    struct mc_facts facts;
    char text[sizeof(KEPT_TEXT)];
    mc_facts_init(&facts);
    memset(text, 'x', sizeof(text));
    assert_int_equal(mc_facts_save(&facts, text, sizeof(text)), 0);
    assert_string_equal(text, "");
    memset(text, 'x', sizeof(text));
    assert_int_equal(mc_facts_save(&facts, text, 0), 0);
    assert_int_equal(text[0], 'x');
    strcpy(facts.model, "M");
    strcpy(facts.imei, "1");
    static const char all[] = "model M\nimei 1\n";
    for (size_t size = 1; size <= sizeof(all); size++) {
        int expected = size < sizeof(all) ? -ENOBUFS : (int)strlen(all);
        memset(text, 'x', sizeof(text));
        assert_int_equal(mc_facts_save(&facts, text, size), expected);
        assert_int_equal(text[size], 'x');
    }
    assert_string_equal(text, all);
}

static void damaged_lines(void **state)
{
    static const char long_line[] = "imei 12345678901234567890\n"; /* one more than there is room for */
    static const struct {
        const char *text;
        int r;
        const char *left;
    } rows[] = {
        {"", 0, NO_BOARD},
        {"model M\n", 0, "facts.model=M"},
        {"model M", -EBADMSG, "facts.model="},
        {"model M\nimei 1", -EBADMSG, "facts.model=M; facts.imei="},
        {"model M\x1f\nimei 1\n", -EBADMSG, "facts.model=; facts.imei=1"},
        {"model M\x7f\nimei 1\n", -EBADMSG, "facts.model=; facts.imei=1"},
        {"model M \nimei ~\n", 0, "facts.model=M ; facts.imei=~"},
        {"model M\n\nimei 1\n", 0, "facts.model=M; facts.imei=1"},
        {"model\nmodel \nmodelM x\nmode M\n", 0, "facts.model="},
        {"model M\nmodel \nmodel\n", 0, "facts.model=M"},
        {"unknown x\nimei 1\n", 0, "facts.imei=1"},
        {"model M\nmodel N\n", 0, "facts.model=N"},
        {long_line, -EBADMSG, "facts.imei="},
        {"imei 1234567890123456789\n", 0, "facts.imei=1234567890123456789"},
    };
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        _cleanup_bench_ struct bench *b = bench_new("warm");
        if (mc_facts_load(mc_bringup_facts(b->bringup), rows[i].text) != rows[i].r)
            fail_msg("row %zu: not %d", i, rows[i].r);
        expect(b, rows[i].text, rows[i].left);
    }
}

/* A SIM that is out may be another one when it is in again; one that is busy or locked is the same. */
static void what_the_sim_says(void **state)
{
    static const char *const words[] = {"READY", "BUSY", "NOT READY", "SIM PIN", "SIM PUK", "BLOCKED", "FAILURE", ""};
    _cleanup_bench_ struct bench *b = bench_new("warm");
    given(b, "facts.iccid=2; facts.imsi=3; facts.prepared=1; facts.context_known=1");
    for (size_t i = 0; i < MC_LENGTH_OF(words); i++) {
        mc_facts_sim(mc_bringup_facts(b->bringup), words[i]);
        assert_string_equal(mc_bringup_facts(b->bringup)->cpin, words[i]);
        expect(b, words[i], "facts.iccid=2; facts.imsi=3; facts.prepared=1");
    }
    mc_facts_sim(mc_bringup_facts(b->bringup), "NOT INSERTED");
    expect(b, "gone", "facts.cpin=NOT INSERTED; facts.iccid=; facts.imsi=; facts.prepared=0; facts.context_known=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left),          cmocka_unit_test(kept_and_read_again),
        cmocka_unit_test(room_for_what_is_kept), cmocka_unit_test(what_the_sim_says),
        cmocka_unit_test(damaged_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
