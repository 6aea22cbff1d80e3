/* SPDX-License-Identifier: MIT */
#include <microcat/ppp/relay.h>

#include <string.h>

#define FLAG 0x7e

static const char *const sign_names[MC_RELAY_SIGN_COUNT] = {
    [MC_RELAY_NO_CARRIER] = "no-carrier",
    [MC_RELAY_DISCONNECTED] = "disconnected",
    [MC_RELAY_REBOOTED] = "rebooted",
    [MC_RELAY_OFF] = "off",
};

const char *mc_relay_sign_name(enum mc_relay_sign sign)
{
    return (unsigned)sign < MC_RELAY_SIGN_COUNT ? sign_names[sign] : NULL;
}

struct word {
    const char *text;
    bool prefix; /* more may follow */
    enum mc_relay_sign sign;
};

static const struct word words[] = {
    {"NO CARRIER", false, MC_RELAY_NO_CARRIER},            /* V.250, and SIM767XX manual 2.2.4 */
    {"+PPPD: DISCONNECTED", false, MC_RELAY_DISCONNECTED}, /* SIM767XX after LCP closes (MODEM.md) */
    {"QCRDY", false, MC_RELAY_REBOOTED},                   /* boot URCs of this series ... */
    {"SMS DONE", false, MC_RELAY_REBOOTED},
    {"PB DONE", false, MC_RELAY_REBOOTED},
    {"+CPIN: ", true, MC_RELAY_REBOOTED},
    {"*ATREADY: ", true, MC_RELAY_REBOOTED}, /* ... and of its siblings (A76xx, A79xx) */
    {"RDY", false, MC_RELAY_REBOOTED},
    {"POWERD DOWN", false, MC_RELAY_OFF}, /* sic: SIM767XX manual, AT+CPOF */
    {"POWER DOWN", false, MC_RELAY_OFF},
    {"NORMAL POWER DOWN", false, MC_RELAY_OFF},
    {"UNDER-VOLTAGE WARNNING POWER DOWN", false, MC_RELAY_OFF}, /* sic: SIM7600 manual, AT+CVALARM */
    {"OVER-VOLTAGE WARNNING POWER DOWN", false, MC_RELAY_OFF},
};

void mc_relay_scan_init(struct mc_relay_scan *scan, mc_relay_sign_fn *on_sign, void *ctx)
{
    memset(scan, 0, sizeof(*scan));
    scan->on_sign = on_sign;
    scan->ctx = ctx;
}

static const struct word *find_word(const char *line)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i].text);

        if (strncmp(line, words[i].text, len) == 0 && (words[i].prefix || line[len] == '\0'))
            return &words[i];
    }
    return NULL;
}

static void end_line(struct mc_relay_scan *scan)
{
    const struct word *word;

    scan->text[scan->len] = '\0';
    if (scan->len == 0)
        return;
    scan->lines++;
    word = strlen(scan->text) == scan->len ? find_word(scan->text) : NULL; /* no NUL inside */
    if (word != NULL)
        scan->on_sign(scan->ctx, word->sign, scan->text);
    scan->len = 0;
}

/* Keeps the last bytes of an open frame. */
static void keep_tail(struct mc_relay_scan *scan, const uint8_t *data, size_t len)
{
    size_t old;

    if (len >= MC_RELAY_TAIL_BYTES) {
        memcpy(scan->text, data + len - MC_RELAY_TAIL_BYTES, MC_RELAY_TAIL_BYTES);
        scan->len = MC_RELAY_TAIL_BYTES;
        return;
    }
    old = scan->len + len > MC_RELAY_TAIL_BYTES ? MC_RELAY_TAIL_BYTES - len : scan->len;
    memmove(scan->text, scan->text + scan->len - old, old);
    memcpy(scan->text + old, data, len);
    scan->len = old + len;
}

/* In a frame only the closing flag matters: memchr finds it faster than any loop of ours. Returns bytes taken. */
static size_t feed_frame(struct mc_relay_scan *scan, const uint8_t *data, size_t len)
{
    const uint8_t *flag = memchr(data, FLAG, len);

    if (flag == NULL) {
        keep_tail(scan, data, len);
        return len;
    }
    scan->where = MC_SCAN_BETWEEN;
    scan->len = 0;
    scan->frames++;
    return (size_t)(flag - data) + 1;
}

static void feed_outside(struct mc_relay_scan *scan, uint8_t byte)
{
    if (byte == FLAG) {
        scan->where = MC_SCAN_BETWEEN;
        scan->len = 0;
    } else if (byte == '\r' || byte == '\n') {
        end_line(scan); /* between frames there is none: nothing ends */
        scan->where = MC_SCAN_TEXT;
    } else if (scan->where == MC_SCAN_BETWEEN) {
        scan->where = MC_SCAN_FRAME;
        keep_tail(scan, &byte, 1);
    } else if (scan->len < MC_RELAY_TAIL_BYTES) {
        scan->text[scan->len++] = (char)byte;
    } else {
        /* No word is that long: noise, or a frame whose flag was lost. */
        scan->where = MC_SCAN_FRAME;
        keep_tail(scan, &byte, 1);
    }
}

void mc_relay_scan_feed(struct mc_relay_scan *scan, const uint8_t *data, size_t len_bytes)
{
    size_t i = 0;

    while (i < len_bytes) {
        if (scan->where == MC_SCAN_FRAME)
            i += feed_frame(scan, data + i, len_bytes - i);
        else
            feed_outside(scan, data[i++]);
    }
}

bool mc_relay_scan_open(const struct mc_relay_scan *scan)
{
    return scan->len > 0; /* nothing is kept between frames */
}

void mc_relay_scan_idle(struct mc_relay_scan *scan)
{
    char tail[MC_RELAY_TAIL_BYTES + 1];
    char *line, *rest = tail;

    if (!mc_relay_scan_open(scan))
        return;
    if (scan->where == MC_SCAN_TEXT) {
        end_line(scan);
        return;
    }
    /* Somebody's text in a stalled frame would still have its checksum to come: only a finished line is the modem's. */
    if (scan->text[scan->len - 1] != '\r' && scan->text[scan->len - 1] != '\n')
        return;
    memcpy(tail, scan->text, scan->len);
    tail[scan->len] = '\0';
    for (size_t i = 0; i < scan->len; i++) /* what came before a NUL is no text */
        if (tail[i] == '\0')
            rest = tail + i + 1;
    while ((line = strsep(&rest, "\r\n")) != NULL) {
        const struct word *word = find_word(line);

        if (word != NULL)
            scan->on_sign(scan->ctx, word->sign, line);
    }
    scan->len = 0; /* said once; the frame stays open until a flag comes */
}
