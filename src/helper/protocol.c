/* SPDX-License-Identifier: MIT */
/* The table of what each kind of message carries, and the reading and writing that follows from it. */
#include <microcat/base/cleanup.h>
#include <microcat/helper/protocol.h>
#include <microcat/host/privileged.h>

#include <errno.h>
#include <string.h>

static const char magic[4] = "mch1";

struct head {
    char magic[4];
    uint32_t kind;
    uint32_t body_bytes;
    int32_t result;
};
_Static_assert(sizeof(struct head) == 16, "what MC_HELPER_MESSAGE_BYTES counts on");

static const char *const board_names[] = {
    [MC_HELPER_BOARD_RESET] = "reset", [MC_HELPER_BOARD_ON] = "on", [MC_HELPER_BOARD_OFF] = "off"};
const struct mc_strtab mc_helper_board_names = MC_STRTAB(board_names);

enum shape { NOTHING, NUMBER, SIGNAL, ADDRESS, NAMES, PATH, PROCESS };

static const size_t shape_bytes[] = {
    [NOTHING] = 0,
    [NUMBER] = sizeof(uint32_t),
    [SIGNAL] = sizeof(((union mc_helper_body *)0)->signal),
    [ADDRESS] = sizeof(((union mc_helper_body *)0)->address),
    [NAMES] = sizeof(((union mc_helper_body *)0)->names),
    [PATH] = sizeof(((union mc_helper_body *)0)->path),
    [PROCESS] = sizeof(((union mc_helper_body *)0)->process),
};

struct half {
    enum shape shape;
    unsigned fds;
    uint32_t below; /* NUMBER, NAMES' option: less than this; 0: any */
};

static const struct {
    const char *name;
    struct half half[2]; /* MC_HELPER_REQUEST, MC_HELPER_REPLY */
} rows[MC_HELPER_KIND_COUNT] = {
    [MC_HELPER_OPEN_PTY] = {"open-pty", {{NOTHING}, {PATH, .fds = 2}}},
    [MC_HELPER_START_PPPD] = {"start-pppd", {{NOTHING, .fds = 3}, {PROCESS, .fds = 1}}},
    [MC_HELPER_START_BOARD] = {"start-board",
                               {{NUMBER, .fds = 2, .below = MC_HELPER_BOARD_COUNT}, {PROCESS, .fds = 1}}},
    [MC_HELPER_START_RESOLVCONF] = {"start-resolvconf",
                                    {{NAMES, .fds = 2, .below = MC_RECORD_COUNT}, {PROCESS, .fds = 1}}},
    [MC_HELPER_SIGNAL] = {"signal", {{SIGNAL}, {NOTHING}}},
    [MC_HELPER_STATUS] = {"status", {{NUMBER, .below = MC_ERRAND_COUNT}, {NUMBER}}},
    [MC_HELPER_ADD_ROUTE] = {"add-route", {{NUMBER, .below = MC_HELPER_FAMILY_COUNT}, {NOTHING}}},
    [MC_HELPER_REMOVE_ROUTE] = {"remove-route", {{NUMBER, .below = MC_HELPER_FAMILY_COUNT}, {NOTHING}}},
    [MC_HELPER_SWEEP] = {"sweep", {{NUMBER, .below = 2}, {NOTHING}}},
    [MC_HELPER_ADD_SERVER] = {"add-server", {{ADDRESS}, {NOTHING}}},
    [MC_HELPER_REMOVE_SERVER] = {"remove-server", {{ADDRESS}, {NOTHING}}},
    [MC_HELPER_JOIN_VRF] = {"join-vrf", {{NOTHING}, {NUMBER}}},
    [MC_HELPER_ACCEPT_ROUTER] = {"accept-router", {{NOTHING}, {NOTHING}}},
    [MC_HELPER_ASK_ROUTER] = {"ask-router", {{NOTHING}, {NOTHING}}},
    [MC_HELPER_OPEN_PROBE] = {"open-probe",
                              {{NUMBER, .below = MC_HELPER_FAMILY_COUNT}, {NUMBER, .fds = 1, .below = 2}}},
    [MC_HELPER_SET_RESOLVED] = {"set-resolved", {{NAMES, .below = 2}, {NOTHING}}},
    [MC_HELPER_REVERT_RESOLVED] = {"revert-resolved", {{NOTHING}, {NOTHING}}},
    [MC_HELPER_WRITE_NAMES] = {"write-names", {{NAMES, .below = 2}, {NUMBER, .below = 2}}},
    [MC_HELPER_NETWORKMANAGER] = {"networkmanager", {{NUMBER, .below = 2}, {NOTHING}}},
    [MC_HELPER_TTY_HOLDER] = {"tty-holder", {{PATH}, {PROCESS}}},
    [MC_HELPER_GRANT_TTY] = {"grant-tty", {{PATH}, {NOTHING}}},
    [MC_HELPER_OPEN_CONFIG] = {"open-config", {{PATH}, {NOTHING, .fds = 1}}},
    [MC_HELPER_LEND_PTY] = {"lend-pty", {{NUMBER}, {PATH, .fds = 2}}},
};

static const struct half *half_of(enum mc_helper_direction direction, enum mc_helper_kind kind, int32_t result)
{
    static const struct half mistakes = {PATH};

    return direction == MC_HELPER_REPLY && result == MC_HELPER_MISTAKES ? &mistakes : &rows[kind].half[direction];
}

const char *mc_helper_kind_name(enum mc_helper_kind kind)
{
    return (unsigned)kind < MC_HELPER_KIND_COUNT ? rows[kind].name : NULL;
}

size_t mc_helper_fds(enum mc_helper_direction direction, enum mc_helper_kind kind, int32_t result)
{
    if ((unsigned)kind >= MC_HELPER_KIND_COUNT || (direction == MC_HELPER_REPLY && result < 0))
        return 0;
    return rows[kind].half[direction].fds;
}

/* Printable, ended, and with nothing behind its end. */
static bool text_is_sound(const char *text, size_t bytes)
{
    size_t len = strnlen(text, bytes);

    if (len == bytes)
        return false;
    for (size_t i = 0; i < bytes; i++)
        if (i < len ? text[i] < ' ' || text[i] > '~' : text[i] != '\0')
            return false;
    return true;
}

static bool servers_are_sound(const struct mc_helper_servers *servers)
{
    if (servers->n > MC_HELPER_SERVERS)
        return false;
    for (uint32_t i = 0; i < MC_HELPER_SERVERS; i++)
        if (!text_is_sound(servers->address[i], sizeof(servers->address[i])) ||
            (servers->address[i][0] != '\0') != (i < servers->n))
            return false;
    return true;
}

static bool body_is_sound(const struct half *half, const union mc_helper_body *body)
{
    switch (half->shape) {
    case NOTHING:
        return true;
    case NUMBER:
        return half->below == 0 || body->number < half->below;
    case SIGNAL:
        return body->signal.errand < MC_ERRAND_COUNT && body->signal.signal < MC_HELPER_SIGNAL_COUNT;
    case ADDRESS:
        return text_is_sound(body->address.text, sizeof(body->address.text));
    case NAMES:
        return body->names.option < half->below && servers_are_sound(&body->names.servers);
    case PATH:
        return text_is_sound(body->path.text, sizeof(body->path.text));
    case PROCESS:
        return body->process.pid >= 0 && text_is_sound(body->process.text, sizeof(body->process.text));
    }
    return false;
}

int mc_helper_pack(enum mc_helper_direction direction, const struct mc_helper_message *message, void *out)
{
    struct head head = {.kind = message->kind, .result = message->result};

    if ((unsigned)message->kind >= MC_HELPER_KIND_COUNT || (direction == MC_HELPER_REQUEST && message->result != 0))
        return -EINVAL;
    const struct half *half = half_of(direction, message->kind, message->result);
    if (!body_is_sound(half, &message->body))
        return -EINVAL;
    memcpy(head.magic, magic, sizeof(head.magic));
    head.body_bytes = (uint32_t)shape_bytes[half->shape];
    memcpy(out, &head, sizeof(head));
    memcpy((char *)out + sizeof(head), &message->body, head.body_bytes);
    return (int)(sizeof(head) + head.body_bytes);
}

int mc_helper_unpack(enum mc_helper_direction direction, const void *data, size_t len_bytes, size_t n_fds,
                     struct mc_helper_message *ret_message)
{
    struct head head;

    memset(ret_message, 0, sizeof(*ret_message));
    if (len_bytes < sizeof(head))
        return -EBADMSG;
    memcpy(&head, data, sizeof(head));
    if (memcmp(head.magic, magic, sizeof(magic)) != 0 || head.kind >= MC_HELPER_KIND_COUNT ||
        (direction == MC_HELPER_REQUEST && head.result != 0))
        return -EBADMSG;
    const struct half *half = half_of(direction, (enum mc_helper_kind)head.kind, head.result);
    if (head.body_bytes != shape_bytes[half->shape] || len_bytes != sizeof(head) + head.body_bytes ||
        n_fds != mc_helper_fds(direction, (enum mc_helper_kind)head.kind, head.result))
        return -EBADMSG;
    ret_message->kind = (enum mc_helper_kind)head.kind;
    ret_message->result = head.result;
    memcpy(&ret_message->body, (const char *)data + sizeof(head), head.body_bytes);
    return body_is_sound(half, &ret_message->body) ? 0 : -EBADMSG;
}

bool mc_helper_text(char *field, size_t field_bytes, const char *text)
{
    size_t len = strlen(text);

    memset(field, 0, field_bytes);
    if (len >= field_bytes)
        return false;
    memcpy(field, text, len);
    return true;
}
