/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <microcat/at/replies.h>
#include <microcat/base/cleanup.h>
#include <stdio.h>
#include <string.h>

/*
 * Every parser by a table of lines. An adapter writes what was parsed as text ("?" for unknown), so that one table does
 * for all; NULL means "refused". Lines of the seed log first, then the manuals' forms, then wrong shapes.
 */

static const char *num(int64_t value)
{
    static char text[16][24];
    static unsigned next;
    char *mine = text[next++ % 16];
    if (value == MC_AT_UNKNOWN)
        return "?";
    snprintf(mine, 24, "%lld", (long long)value);
    return mine;
}

#define SHOW(...) snprintf(out, size_bytes, __VA_ARGS__)

static int show_cpin(const char *line, char *out, size_t size_bytes)
{
    return mc_at_parse_cpin(line, out, 20);
}

static int show_spic(const char *line, char *out, size_t size_bytes)
{
    struct mc_at_spic s;
    int r = mc_at_parse_spic(line, &s);
    if (r == 0)
        SHOW("%d %d %d %d", s.pin1, s.puk1, s.pin2, s.puk2);
    return r;
}

static int show_iccid(const char *line, char *out, size_t size_bytes)
{
    return mc_at_parse_iccid(line, out, 24);
}

static int show_imsi(const char *line, char *out, size_t size_bytes)
{
    return mc_at_parse_digits(line, 6, 15, out, 16);
}

static int show_cereg(const struct mc_at_cereg *c, char *out, size_t size_bytes)
{
    SHOW("%s %s %s %s %s", num(c->n), num(c->stat), num(c->tac), num(c->cell_id), num(c->act));
    return 0;
}

static int show_cereg_read(const char *line, char *out, size_t size_bytes)
{
    struct mc_at_cereg c;
    int r = mc_at_parse_cereg_read(line, &c);
    return r < 0 ? r : show_cereg(&c, out, size_bytes);
}

static int show_cereg_urc(const char *line, char *out, size_t size_bytes)
{
    struct mc_at_cereg c;
    int r = mc_at_parse_cereg_urc(line, &c);
    return r < 0 ? r : show_cereg(&c, out, size_bytes);
}

static int show_csq(const char *line, char *out, size_t size_bytes)
{
    int32_t rssi, ber;
    int r = mc_at_parse_csq(line, &rssi, &ber);
    if (r == 0)
        SHOW("%s %s", num(rssi), num(ber));
    return r;
}

static int show_cpsi(const char *line, char *out, size_t size_bytes)
{
    struct mc_at_cpsi c;
    int r = mc_at_parse_cpsi(line, &c);
    if (r == 0 && c.service)
        SHOW("%s %s %s %s %s %s %s %s rsrq %s rsrp %s rssi %s sinr %s", c.system, c.mode, c.plmn, num(c.tac),
             num(c.cell_id), num(c.pci), num(c.band), num(c.earfcn), num(c.rsrq_ddb), num(c.rsrp_ddbm),
             num(c.rssi_ddbm), num(c.sinr_ddb));
    else if (r == 0)
        SHOW("%s/%s %s %s", c.system, c.mode, num(c.rsrp_ddbm), num(c.band));
    return r;
}

static int show_cgdcont(const char *line, char *out, size_t size_bytes)
{
    struct mc_at_cgdcont c;
    int r = mc_at_parse_cgdcont(line, &c);
    if (r == 0)
        SHOW("%d %s '%s' '%s'", c.cid, c.type, c.apn, c.address);
    return r;
}

static int show_cgauth(const char *line, char *out, size_t size_bytes)
{
    struct mc_at_cgauth c;
    int r = mc_at_parse_cgauth(line, &c);
    if (r == 0)
        SHOW("%d %d user '%s' password '%s'", c.cid, c.type, c.user, c.password);
    return r;
}

static int show_cgact(const char *line, char *out, size_t size_bytes)
{
    int r = mc_at_parse_cgact(line, 1);
    if (r >= 0)
        SHOW("%d", r);
    return r < 0 ? r : 0;
}

static int show_cgpaddr(const char *line, char *out, size_t size_bytes)
{
    char address[64];
    int r = mc_at_parse_cgpaddr(line, 1, address, sizeof(address));
    if (r >= 0)
        SHOW("%d %s", r, address);
    return r < 0 ? r : 0;
}

static int show_other(const char *line, char *out, size_t size_bytes)
{
    SHOW("%s", mc_at_is_other_context(line, 1) ? "another's" : "perhaps ours");
    return 0;
}

static int show_cgcontrdp(const char *line, char *out, size_t size_bytes)
{
    struct mc_at_cgcontrdp c;
    int r = mc_at_parse_cgcontrdp(line, &c);
    if (r == 0)
        SHOW("%d %s '%s' '%s' '%s' '%s' '%s' %s", c.cid, num(c.bearer), c.apn, c.address, c.gateway, c.dns[0], c.dns[1],
             num(c.mtu));
    return r;
}

static int show_ifc(const char *line, char *out, size_t size_bytes)
{
    int32_t dce, dte;
    int r = mc_at_parse_ifc(line, &dce, &dte);
    if (r == 0)
        SHOW("%d %d", dce, dte);
    return r;
}

static int show_int(int r, int32_t value, char *out, size_t size_bytes)
{
    if (r == 0)
        SHOW("%s", num(value));
    return r;
}

#define SHOW_INT(name)                                                                                                 \
    static int show_##name(const char *line, char *out, size_t size_bytes)                                             \
    {                                                                                                                  \
        int32_t value = 0;                                                                                             \
        int r = mc_at_parse_##name(line, &value);                                                                      \
        return show_int(r, value, out, size_bytes);                                                                    \
    }
SHOW_INT(ipr)
SHOW_INT(cfun)
SHOW_INT(cbc)
SHOW_INT(cpmutemp)
SHOW_INT(cme)

static int show_cgmr(const char *line, char *out, size_t size_bytes)
{
    return mc_at_parse_cgmr(line, out, 32);
}

static int show_ati(const char *line, char *out, size_t size_bytes)
{
    enum mc_at_ati_field field;
    char value[64];
    int r = mc_at_parse_ati(line, &field, value, sizeof(value));
    if (r == 0)
        SHOW("%d %s", (int)field, value);
    return r;
}

static const struct {
    int (*show)(const char *line, char *out, size_t size_bytes);
    const char *line, *result;
} rows[] = {
#include "replies_rows.h"
};

static void test_rows(void **state)
{
    char out[256];
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        int r = rows[i].show(rows[i].line, out, sizeof(out));
        if (r != (rows[i].result ? 0 : -EINVAL))
            fail_msg("'%s': %d", rows[i].line, r);
        if (rows[i].result)
            assert_string_equal(out, rows[i].result);
    }
}

/* Cut short or with a byte changed, a line may be refused or not, but every parser stands it. */
static void test_damaged_lines(void **state)
{
    char out[256], line[256];
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        size_t len_bytes = strlen(rows[i].line);
        for (size_t at = 0; at < len_bytes && len_bytes < sizeof(line); at++) {
            for (const char *c = "\"\\,:0A \x01\xff"; *c; c++) {
                strcpy(line, rows[i].line);
                line[at] = *c;
                rows[i].show(line, out, sizeof(out));
            }
            line[at] = '\0';
            int r = rows[i].show(line, out, sizeof(out));
            assert_true(r == 0 || r == -EINVAL);
        }
    }
}

static void test_too_much(void **state)
{
    static char line[3072];
    char out[256];
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        size_t prefix_bytes = strcspn(rows[i].line, ":") + 1;
        if (rows[i].line[0] != '+' || prefix_bytes > 16 || rows[i].show == show_cme || rows[i].show == show_other)
            continue;
        memset(line, '1', sizeof(line) - 1);
        memcpy(line, rows[i].line, prefix_bytes);
        assert_int_equal(rows[i].show(line, out, sizeof(out)), -EINVAL);
        for (size_t j = prefix_bytes; j < sizeof(line) - 1; j += 2)
            line[j] = ',';
        assert_int_equal(rows[i].show(line, out, sizeof(out)), -EINVAL);
    }
}

static void test_results_stay_untouched(void **state)
{
    int32_t value = 42, other = 43;
    struct mc_at_cereg cereg = {.stat = 44};
    assert_int_equal(mc_at_parse_ipr("+IPR: x", &value), -EINVAL);
    assert_int_equal(mc_at_parse_csq("+CSQ: 18,x", &value, &other), -EINVAL);
    assert_int_equal(mc_at_parse_cereg_read("+CEREG: 0,5,zz,1", &cereg), -EINVAL);
    assert_int_equal(value, 42);
    assert_int_equal(other, 43);
    assert_int_equal(cereg.stat, 44);
}

static void test_cme_text(void **state)
{
    assert_string_equal(mc_at_cme_text(10), "SIM not inserted");
    assert_string_equal(mc_at_cme_text(537), "back-off timer is running");
    assert_null(mc_at_cme_text(9999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),     cmocka_unit_test(test_damaged_lines),
        cmocka_unit_test(test_too_much), cmocka_unit_test(test_results_stay_untouched),
        cmocka_unit_test(test_cme_text),
    };
    return cmocka_run_group_tests_name("at.replies", tests, NULL, NULL);
}
