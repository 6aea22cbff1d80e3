/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <microcat/daemon/call_note.h>
#include <microcat/io/process.h>
#include <microcat/line/mux.h>
#include <stdio.h>
#include <string.h>

const char mc_call_note_none[] = "none\n";

/* ---- the fields ---- */

enum kind { NUMBER32, NUMBER64, TEXT, ADDRESS };

#define FIELD(key, member, kind, least, most)                                                                          \
    {                                                                                                                  \
        key, offsetof(struct mc_call_note, member), sizeof(((struct mc_call_note *)0)->member), kind, least, most      \
    }
static const struct field {
    const char *key;
    size_t offset, bytes;
    enum kind kind;
    int64_t least, most; /* NUMBER: its range; TEXT: least 1 when it must not be empty; ADDRESS: least its family */
} fields[] = {
    FIELD("pid", pid, NUMBER32, 2, INT32_MAX),
    FIELD("start", start, TEXT, 1, 0),
    FIELD("boot", boot, TEXT, 0, 0),
    FIELD("path", path, TEXT, 1, 0),
    FIELD("pdp", pdp, TEXT, 1, 0),
    FIELD("baud", baud, NUMBER32, 1200, 4000000),
    FIELD("flow", flow, NUMBER32, MC_FLOW_NONE, MC_FLOW_RTSCTS),
    FIELD("mux-n1", mux_n1, NUMBER32, 0, MC_MUX_N1_MAX),
    FIELD("socket", socket, TEXT, 0, 0),
    FIELD("stat", stat, NUMBER32, -1, 100),
    FIELD("online-at-ms", online_at_ms, NUMBER64, -1, INT64_MAX / 2),
    FIELD("interface", up.ifname, TEXT, 0, 0),
    FIELD("unit", up.unit, NUMBER32, -1, INT32_MAX),
    FIELD("mtu", up.mtu, NUMBER32, 0, 65535),
    FIELD("local", up.local, ADDRESS, AF_INET, 0),
    FIELD("remote", up.remote, ADDRESS, AF_INET, 0),
    FIELD("dns1", up.dns[0], ADDRESS, AF_UNSPEC, 0),
    FIELD("dns2", up.dns[1], ADDRESS, AF_UNSPEC, 0),
    FIELD("local6", up.local6, ADDRESS, AF_INET6, 0),
    FIELD("remote6", up.remote6, ADDRESS, AF_INET6, 0),
};
_Static_assert(sizeof(enum mc_flow) == sizeof(int32_t) && sizeof(int) == sizeof(int32_t),
               "read and written as 32 bits");
#define ALL   ((1u << MC_LENGTH_OF(fields)) - 1)
#define NEWER (1u << 7 | 1u << 8) /* mux-n1 and socket: older notes are without them */

/* @family AF_UNSPEC: of either. */
static bool is_address(int family, const char *text)
{
    uint8_t binary[16];
    return (family != AF_INET6 && inet_pton(AF_INET, text, binary) == 1) ||
           (family != AF_INET && inet_pton(AF_INET6, text, binary) == 1);
}

static int put_field(const struct field *field, struct mc_call_note *note, const char *value)
{
    char *place = (char *)note + field->offset;
    int64_t number;
    switch (field->kind) {
    case NUMBER32:
    case NUMBER64:
        if (mc_parse_int(value, field->least, field->most, &number) < 0)
            return -EBADMSG;
        if (field->kind == NUMBER64)
            memcpy(place, &number, sizeof(number));
        else
            memcpy(place, &(int32_t){(int32_t)number}, sizeof(int32_t));
        return 0;
    case ADDRESS:
        if (*value && !is_address((int)field->least, value))
            return -EBADMSG;
        break;
    case TEXT:
        if (field->least && !*value)
            return -EBADMSG;
        break;
    }
    if (strlen(value) >= field->bytes)
        return -EBADMSG;
    strcpy(place, value);
    return 0;
}

static void get_field(const struct field *field, const struct mc_call_note *note, FILE *out)
{
    const char *place = (const char *)note + field->offset;
    int64_t number64;
    int32_t number32;
    fprintf(out, "%s=", field->key);
    if (field->kind == NUMBER64) {
        memcpy(&number64, place, sizeof(number64));
        fprintf(out, "%lld\n", (long long)number64);
    } else if (field->kind == NUMBER32) {
        memcpy(&number32, place, sizeof(number32));
        fprintf(out, "%d\n", (int)number32);
    } else {
        fprintf(out, "%s\n", place);
    }
}

/* ---- the text ---- */

void mc_call_note_pdp(const struct mc_settings *settings, char *out, size_t size)
{
    snprintf(out, size, "%d %d %s %s", (int)settings->pdp.cid, (int)settings->pdp.type, settings->pdp.apn,
             settings->pdp.user);
}

int mc_call_note_format(const struct mc_call_note *note, char *out, size_t size)
{
    FILE *file = fmemopen(out, size, "w");
    if (!file)
        return -errno;
    for (size_t i = 0; i < MC_LENGTH_OF(fields); i++)
        get_field(&fields[i], note, file);
    long len = ftell(file);
    int r = fclose(file);
    return r != 0 || len < 0 || (size_t)len >= size ? -ENOSPC : (int)len;
}

static int take_line(char *line, struct mc_call_note *note, unsigned *seen)
{
    char *value = strchr(line, '=');
    if (!value)
        return -EBADMSG;
    *value++ = '\0';
    for (size_t i = 0; i < MC_LENGTH_OF(fields); i++) {
        if (strcmp(line, fields[i].key) != 0)
            continue;
        if (*seen & 1u << i)
            return -EBADMSG;
        *seen |= 1u << i;
        return put_field(&fields[i], note, value);
    }
    return 0; /* of another version */
}

int mc_call_note_parse(const char *text, struct mc_call_note *ret_note)
{
    _cleanup_free_ char *copy = NULL;
    struct mc_call_note note = {0};
    unsigned seen = 0;
    size_t len = strlen(text);
    if (strcmp(text, mc_call_note_none) == 0)
        return -ENOENT;
    if (len == 0 || len > MC_CALL_NOTE_BYTES || text[len - 1] != '\n')
        return -EBADMSG;
    copy = strdup(text);
    if (!copy)
        return -ENOMEM;
    char *rest = copy, *line;
    while ((line = strsep(&rest, "\n")) && (rest || *line)) {
        int r = take_line(line, &note, &seen);
        if (r < 0)
            return r;
    }
    if ((seen | NEWER) != ALL || strchr(note.up.ifname, '/'))
        return -EBADMSG;
    *ret_note = note;
    return 0;
}

/* ---- what it is compared with ---- */

int mc_call_note_start_time(int pid, char *out, size_t size)
{
    struct mc_process process;
    int r = mc_process_read(pid, &process);
    if (r < 0)
        return r;
    if (strlen(process.start) >= size)
        return -EINVAL;
    strcpy(out, process.start);
    return 0;
}

/* Its unit tells it a daemon that does not see /proc/sys (systemd.unit(5), %b): the same digits, without dashes. */
static bool boot_by_unit(char *out, size_t size)
{
    const char *id = getenv("MICROCATD_BOOT_ID");
    if (!id || strlen(id) != 32)
        return false;
    snprintf(out, size, "%.8s-%.4s-%.4s-%.4s-%.12s", id, id + 8, id + 12, id + 16, id + 20);
    return true;
}

void mc_call_note_boot(char *out, size_t size)
{
    out[0] = '\0';
    if (boot_by_unit(out, size))
        return;
    FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (!f)
        return;
    if (!fgets(out, (int)size, f))
        out[0] = '\0';
    fclose(f);
    out[strcspn(out, "\n")] = '\0';
}
