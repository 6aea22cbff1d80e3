/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <errno.h>
#include <microcat/at/replies.h>
#include <microcat/base/parse.h>
#include <string.h>

/* 27.007: tac is two octets, ci four, both in hex; SIMCom prints them with quotes or without. Fields @i and on: tac,
 * ci, AcT; with n of 3 to 5 up to four more (cause type, reject cause, active time, periodic TAU), which are nobody's.
 */
static int cereg_cell(const struct at_fields *fields, size_t i, struct mc_at_cereg *cereg)
{
    int64_t tac;
    if (i == fields->n)
        return 0;
    if (fields->n - i < 2 || fields->n - i > 7)
        return -EINVAL;
    if (fields->text[i][0] != '\0') {
        if (at_fields_hex(fields, i, 0xffffff, &tac) < 0)
            return -EINVAL;
        cereg->tac = (int32_t)tac;
    }
    if (fields->text[i + 1][0] != '\0' && at_fields_hex(fields, i + 1, 0xffffffff, &cereg->cell_id) < 0)
        return -EINVAL;
    return at_fields_int_or_none(fields, i + 2, 0, 255, &cereg->act);
}

static int parse_cereg(const char *line, bool read, struct mc_at_cereg *ret_cereg)
{
    struct at_fields fields;
    struct mc_at_cereg cereg = {.n = MC_AT_UNKNOWN, .tac = MC_AT_UNKNOWN, .cell_id = -1, .act = MC_AT_UNKNOWN};
    size_t i = 0;
    if (at_fields_split(line, "+CEREG:", &fields) < 0)
        return -EINVAL;
    if (read && at_fields_int(&fields, i++, 0, 5, &cereg.n) < 0)
        return -EINVAL;
    if (at_fields_int(&fields, i++, 0, 9999, &cereg.stat) < 0 || cereg_cell(&fields, i, &cereg) < 0)
        return -EINVAL;
    *ret_cereg = cereg;
    return 0;
}

int mc_at_parse_cereg_read(const char *line, struct mc_at_cereg *ret_cereg)
{
    return parse_cereg(line, true, ret_cereg);
}

int mc_at_parse_cereg_urc(const char *line, struct mc_at_cereg *ret_cereg)
{
    return parse_cereg(line, false, ret_cereg);
}

int mc_at_parse_csq(const char *line, int32_t *ret_rssi_ddbm, int32_t *ret_ber)
{
    struct at_fields fields;
    int32_t rssi, ber;
    if (at_fields_split(line, "+CSQ:", &fields) < 0 || fields.n != 2 || at_fields_int(&fields, 0, 0, 99, &rssi) < 0 ||
        at_fields_int(&fields, 1, 0, 99, &ber) < 0 || (rssi > 31 && rssi != 99) || (ber > 7 && ber != 99))
        return -EINVAL;
    *ret_rssi_ddbm = rssi == 99 ? MC_AT_UNKNOWN : -1130 + 20 * rssi;
    *ret_ber = ber == 99 ? MC_AT_UNKNOWN : ber;
    return 0;
}

/* "440-10" -> "44010" */
static int cpsi_plmn(const char *text, char *ret_plmn, size_t size_bytes)
{
    size_t mcc = strspn(text, "0123456789");
    if (mcc != 3 || text[mcc] != '-')
        return -EINVAL;
    size_t mnc = strspn(text + 4, "0123456789");
    if (mnc < 2 || mnc > 3 || text[4 + mnc] != '\0' || size_bytes < 3 + mnc + 1)
        return -EINVAL;
    memcpy(ret_plmn, text, 3);
    memcpy(ret_plmn + 3, text + 4, mnc + 1);
    return 0;
}

/* Three scales, told apart by rsrp: indices (seed log), dBm (newer builds), tenths (7600). */
static void cpsi_scale(struct mc_at_cpsi *cpsi, int32_t rsrq, int32_t rsrp, int32_t rssi)
{
    if (rsrp >= 0) {
        cpsi->rsrp_ddbm = (rsrp - 140) * 10;
        cpsi->rsrq_ddb = (rsrq - 40) * 5;
        cpsi->rssi_ddbm = (rssi - 110) * 10;
        return;
    }
    int32_t tenths = rsrp >= -200 ? 10 : 1;
    cpsi->rsrp_ddbm = rsrp * tenths;
    cpsi->rsrq_ddb = rsrq * tenths;
    cpsi->rssi_ddbm = rssi * tenths;
}

static int cpsi_cell(const struct at_fields *fields, struct mc_at_cpsi *cpsi)
{
    static const char band[] = "EUTRAN-BAND";
    int64_t tac, number;
    if (cpsi_plmn(fields->text[2], cpsi->plmn, sizeof(cpsi->plmn)) < 0 ||
        at_fields_hex(fields, 3, 0xffffff, &tac) < 0 ||
        mc_parse_int(fields->text[4], 0, UINT32_MAX, &cpsi->cell_id) < 0 ||
        at_fields_int(fields, 5, 0, 503, &cpsi->pci) < 0 || at_fields_int(fields, 7, 0, 262143, &cpsi->earfcn) < 0)
        return -EINVAL;
    if (strncmp(fields->text[6], band, strlen(band)) != 0 ||
        mc_parse_int(fields->text[6] + strlen(band), 1, 255, &number) < 0)
        return -EINVAL;
    cpsi->tac = (int32_t)tac;
    cpsi->band = (int32_t)number;
    return 0;
}

static int cpsi_lte(const struct at_fields *fields, struct mc_at_cpsi *cpsi)
{
    int32_t rsrq, rsrp, rssi, sinr;
    if (fields->n != 14 || cpsi_cell(fields, cpsi) < 0)
        return -EINVAL;
    if (at_fields_int(fields, 10, -1000, 255, &rsrq) < 0 || at_fields_int(fields, 11, -2000, 255, &rsrp) < 0 ||
        at_fields_int(fields, 12, -2000, 255, &rssi) < 0 || at_fields_int(fields, 13, -200, 255, &sinr) < 0)
        return -EINVAL;
    cpsi_scale(cpsi, rsrq, rsrp, rssi);
    cpsi->sinr_ddb = sinr * 10;
    cpsi->service = true;
    return 0;
}

int mc_at_parse_cpsi(const char *line, struct mc_at_cpsi *ret_cpsi)
{
    struct at_fields fields;
    struct mc_at_cpsi cpsi = {.tac = MC_AT_UNKNOWN,
                              .cell_id = -1,
                              .pci = MC_AT_UNKNOWN,
                              .band = MC_AT_UNKNOWN,
                              .earfcn = MC_AT_UNKNOWN,
                              .rsrq_ddb = MC_AT_UNKNOWN,
                              .rsrp_ddbm = MC_AT_UNKNOWN,
                              .rssi_ddbm = MC_AT_UNKNOWN,
                              .sinr_ddb = MC_AT_UNKNOWN};
    if (at_fields_split(line, "+CPSI:", &fields) < 0 || fields.n < 2 || fields.text[0][0] == '\0' ||
        at_fields_string(&fields, 0, cpsi.system, sizeof(cpsi.system)) < 0 ||
        at_fields_string(&fields, 1, cpsi.mode, sizeof(cpsi.mode)) < 0)
        return -EINVAL;
    if (strcmp(cpsi.system, "LTE") == 0 && cpsi_lte(&fields, &cpsi) < 0)
        return -EINVAL;
    if (strcmp(cpsi.system, "NO SERVICE") == 0 && fields.n != 2)
        return -EINVAL;
    *ret_cpsi = cpsi;
    return 0;
}
