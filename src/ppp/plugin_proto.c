/* SPDX-License-Identifier: MIT */
#include <microcat/ppp/plugin_proto.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BIT(kind) (1u << (kind))
#define UP_KINDS  (BIT(MC_PLUGIN_IP_UP) | BIT(MC_PLUGIN_IPV6_UP))

enum field_type { FIELD_I32, FIELD_U32, FIELD_U64, FIELD_TEXT, FIELD_ADDRESS };

struct field {
    const char *key;
    unsigned kinds;
    enum field_type type;
    size_t offset, size;
};

#define FIELD(key_, kinds_, type_, member)                                                                             \
    {                                                                                                                  \
        .key = (key_), .kinds = (kinds_), .type = (type_), .offset = offsetof(struct mc_plugin_msg, member),           \
        .size = sizeof(((struct mc_plugin_msg *)0)->member)                                                            \
    }

static const struct field fields[] = {
    FIELD("version", BIT(MC_PLUGIN_HELLO), FIELD_TEXT, version),
    FIELD("pid", BIT(MC_PLUGIN_HELLO), FIELD_I32, pid),
    FIELD("phase", BIT(MC_PLUGIN_PHASE), FIELD_I32, phase),
    FIELD("ifname", UP_KINDS | BIT(MC_PLUGIN_PHASE), FIELD_TEXT, ifname),
    FIELD("unit", UP_KINDS, FIELD_I32, unit),
    FIELD("mtu", UP_KINDS, FIELD_I32, mtu),
    FIELD("local", UP_KINDS, FIELD_ADDRESS, local),
    FIELD("remote", UP_KINDS, FIELD_ADDRESS, remote),
    FIELD("dns1", BIT(MC_PLUGIN_IP_UP), FIELD_ADDRESS, dns1),
    FIELD("dns2", BIT(MC_PLUGIN_IP_UP), FIELD_ADDRESS, dns2),
    FIELD("auth", BIT(MC_PLUGIN_AUTH) | BIT(MC_PLUGIN_WANTED), FIELD_TEXT, auth),
    FIELD("status", BIT(MC_PLUGIN_EXIT), FIELD_I32, status),
    FIELD("rx", BIT(MC_PLUGIN_EXIT), FIELD_U64, rx_bytes),
    FIELD("tx", BIT(MC_PLUGIN_EXIT), FIELD_U64, tx_bytes),
    FIELD("seconds", BIT(MC_PLUGIN_EXIT), FIELD_U32, seconds),
    FIELD("user", BIT(MC_PLUGIN_SECRETS), FIELD_TEXT, user),
    FIELD("password", BIT(MC_PLUGIN_SECRETS), FIELD_TEXT, password),
};
enum { N_FIELDS = sizeof(fields) / sizeof(fields[0]) };

static const char *const words[MC_PLUGIN_KIND_COUNT] = {
    [MC_PLUGIN_HELLO] = "hello",     [MC_PLUGIN_PHASE] = "phase",     [MC_PLUGIN_IP_UP] = "ip-up",
    [MC_PLUGIN_IP_DOWN] = "ip-down", [MC_PLUGIN_IPV6_UP] = "ipv6-up", [MC_PLUGIN_IPV6_DOWN] = "ipv6-down",
    [MC_PLUGIN_AUTH] = "auth",       [MC_PLUGIN_EXIT] = "exit",       [MC_PLUGIN_WANTED] = "secrets-wanted",
    [MC_PLUGIN_SECRETS] = "secrets",
};

void mc_plugin_msg_init(struct mc_plugin_msg *msg, enum mc_plugin_kind kind)
{
    memset(msg, 0, sizeof(*msg));
    msg->kind = kind;
    msg->pid = msg->unit = msg->mtu = msg->status = msg->phase = -1;
}

void mc_plugin_wipe(void *memory, size_t len_bytes)
{
    explicit_bzero(memory, len_bytes);
}

/* A bounded writer: full becomes true instead of writing beyond the end. */
struct out {
    char *data;
    size_t len, size;
    int full;
};

static void put(struct out *out, const char *text, size_t len)
{
    if (out->full || len >= out->size - out->len) { /* one byte stays for NUL */
        out->full = 1;
        return;
    }
    memcpy(out->data + out->len, text, len);
    out->len += len;
    out->data[out->len] = '\0';
}

static int is_plain(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '_' ||
           c == ':' || c == '-' || c == '/';
}

static void put_escaped(struct out *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        char hex[4];

        if (is_plain(c)) {
            put(out, text, 1);
            continue;
        }
        snprintf(hex, sizeof(hex), "%%%02X", c);
        put(out, hex, 3);
    }
}

static void put_pair(struct out *out, const char *key, const char *value)
{
    put(out, " ", 1);
    put(out, key, strlen(key));
    put(out, "=", 1);
    put_escaped(out, value);
}

static void put_field(struct out *out, const struct field *field, const struct mc_plugin_msg *msg)
{
    const char *at = (const char *)msg + field->offset;
    char number[24];
    int32_t i32;
    uint32_t u32;
    uint64_t u64;

    switch (field->type) {
    case FIELD_I32:
        memcpy(&i32, at, sizeof(i32));
        if (i32 < 0)
            return;
        snprintf(number, sizeof(number), "%d", (int)i32);
        break;
    case FIELD_U32:
        memcpy(&u32, at, sizeof(u32));
        snprintf(number, sizeof(number), "%u", (unsigned)u32);
        break;
    case FIELD_U64:
        memcpy(&u64, at, sizeof(u64));
        snprintf(number, sizeof(number), "%llu", (unsigned long long)u64);
        break;
    case FIELD_TEXT:
    case FIELD_ADDRESS:
        /* An empty user or password is an answer too; elsewhere "" means not told. */
        if (*at != '\0' || msg->kind == MC_PLUGIN_SECRETS)
            put_pair(out, field->key, at);
        return;
    default:
        return;
    }
    put_pair(out, field->key, number);
}

static int text_is_sound(const struct field *field, const struct mc_plugin_msg *msg)
{
    const char *at = (const char *)msg + field->offset;
    size_t i;

    if (field->type != FIELD_TEXT && field->type != FIELD_ADDRESS)
        return 1;
    for (i = 0; i < field->size && at[i] != '\0'; i++)
        if ((unsigned char)at[i] < 0x20 || at[i] == 0x7f)
            return 0;
    return i < field->size;
}

int mc_plugin_encode(const struct mc_plugin_msg *msg, char *out, size_t out_bytes)
{
    struct out to = {.data = out, .size = out_bytes < MC_PLUGIN_LINE_BYTES ? out_bytes : MC_PLUGIN_LINE_BYTES};

    if ((unsigned)msg->kind >= MC_PLUGIN_KIND_COUNT)
        return -EINVAL;
    if (to.size == 0)
        return -ENOBUFS;
    put(&to, words[msg->kind], strlen(words[msg->kind]));
    for (size_t i = 0; i < N_FIELDS; i++) {
        if ((fields[i].kinds & BIT(msg->kind)) == 0)
            continue;
        if (!text_is_sound(&fields[i], msg))
            return -EINVAL;
        put_field(&to, &fields[i], msg);
    }
    put(&to, "\n", 1);
    return to.full ? -ENOBUFS : (int)to.len;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* The value of a pair, unescaped. Control characters are refused: none of the values has a use for them. */
static int take_text(const char *value, size_t len, char *out, size_t out_bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        int c = (unsigned char)value[i];

        if (c == '%') {
            int high = len - i > 2 ? hex_digit(value[i + 1]) : -1;
            int low = len - i > 2 ? hex_digit(value[i + 2]) : -1;

            if (high < 0 || low < 0)
                return -EBADMSG;
            c = high * 16 + low;
            i += 2;
        } else if (!is_plain((unsigned char)c)) {
            return -EBADMSG;
        }
        if (c < 0x20 || c == 0x7f || n + 1 >= out_bytes)
            return -EBADMSG;
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return 0;
}

static int take_number(const char *value, size_t len, uint64_t max, uint64_t *ret_number)
{
    uint64_t number = 0;

    if (len == 0)
        return -EBADMSG;
    for (size_t i = 0; i < len; i++) {
        if (value[i] < '0' || value[i] > '9')
            return -EBADMSG;
        if (number > (max - (uint64_t)(value[i] - '0')) / 10)
            return -EBADMSG;
        number = number * 10 + (uint64_t)(value[i] - '0');
    }
    *ret_number = number;
    return 0;
}

static int take_address(const char *text)
{
    unsigned char bytes[16];

    if (*text == '\0' || inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1)
        return 0;
    return -EBADMSG;
}

static int take_field(const struct field *field, const char *value, size_t len, struct mc_plugin_msg *msg)
{
    char *at = (char *)msg + field->offset;
    uint64_t number = 0;
    int r;

    switch (field->type) {
    case FIELD_TEXT:
        return take_text(value, len, at, field->size);
    case FIELD_ADDRESS:
        r = take_text(value, len, at, field->size);
        return r < 0 ? r : take_address(at);
    case FIELD_I32:
        r = take_number(value, len, INT32_MAX, &number);
        if (r == 0)
            memcpy(at, &(int32_t){(int32_t)number}, sizeof(int32_t));
        return r;
    case FIELD_U32:
        r = take_number(value, len, UINT32_MAX, &number);
        if (r == 0)
            memcpy(at, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
        return r;
    case FIELD_U64:
        r = take_number(value, len, UINT64_MAX, &number);
        if (r == 0)
            memcpy(at, &number, sizeof(number));
        return r;
    default:
        return -EBADMSG;
    }
}

static int take_pair(const char *pair, size_t len, struct mc_plugin_msg *msg)
{
    const char *equals = memchr(pair, '=', len);
    size_t key_len;

    if (equals == NULL || equals == pair)
        return -EBADMSG;
    key_len = (size_t)(equals - pair);
    for (size_t i = 0; i < N_FIELDS; i++)
        if ((fields[i].kinds & BIT(msg->kind)) != 0 && strlen(fields[i].key) == key_len &&
            memcmp(fields[i].key, pair, key_len) == 0)
            return take_field(&fields[i], equals + 1, len - key_len - 1, msg);
    return 0; /* a key of a newer version */
}

static int find_word(const char *word, size_t len)
{
    for (int i = 0; i < MC_PLUGIN_KIND_COUNT; i++)
        if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
            return i;
    return -1;
}

int mc_plugin_decode(const char *line, size_t len_bytes, struct mc_plugin_msg *ret_msg)
{
    const char *at = line, *end = line + len_bytes;
    int kind = -1;

    if (len_bytes == 0 || len_bytes >= MC_PLUGIN_LINE_BYTES)
        return -EBADMSG;
    while (at <= end) {
        const char *space = at < end ? memchr(at, ' ', (size_t)(end - at)) : NULL;
        size_t len = (size_t)((space != NULL ? space : end) - at);
        int r = 0;

        if (len == 0)
            return -EBADMSG;
        if (kind < 0) {
            kind = find_word(at, len);
            if (kind < 0)
                return -ENOMSG;
            mc_plugin_msg_init(ret_msg, (enum mc_plugin_kind)kind);
        } else {
            r = take_pair(at, len, ret_msg);
        }
        if (r < 0)
            return r;
        if (space == NULL)
            break;
        at = space + 1;
    }
    return 0;
}

int mc_plugin_read(struct mc_plugin_reader *reader, const char **data, size_t *len_bytes, struct mc_plugin_msg *ret_msg)
{
    while (*len_bytes > 0) {
        const char *end = memchr(*data, '\n', *len_bytes);
        size_t n = end != NULL ? (size_t)(end - *data) : *len_bytes;
        int r;

        if (n >= sizeof(reader->line) - reader->len)
            return -EMSGSIZE;
        memcpy(reader->line + reader->len, *data, n);
        reader->len += n;
        *data += n + (end != NULL);
        *len_bytes -= n + (end != NULL);
        if (end == NULL)
            return 0;
        r = mc_plugin_decode(reader->line, reader->len, ret_msg);
        mc_plugin_wipe(reader->line, reader->len); /* it may have been the secrets */
        reader->len = 0;
        if (r != -ENOMSG)
            return r < 0 ? r : 1;
    }
    return 0;
}
