/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HELPER_PROTOCOL_H
#define MICROCAT_HELPER_PROTOCOL_H

/*
 * What the daemon asks of its helper, which has the rights that the daemon has not: one request and one reply a
 * connection, each one message of SOCK_SEQPACKET, of a size that its kind alone decides. One table says what each kind
 * carries (but for one answer to all of them: MC_HELPER_MISTAKES); what does not fit it to the byte is no message. Both
 * ends run on one machine, so numbers are the machine's.
 *
 * No request names a program, an interface, a metric, a table or a file that is written: the helper takes those from
 * the configuration and from the kernel. Pure but for mc_helper_send() and mc_helper_receive().
 */

#include <microcat/base/strtab.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mc_helper_kind {
    MC_HELPER_OPEN_PTY,         /* a pty for pppd */
    MC_HELPER_START_PPPD,       /* pppd on that pty */
    MC_HELPER_START_BOARD,      /* Reset='s or Power='s command */
    MC_HELPER_START_RESOLVCONF, /* resolvconf */
    MC_HELPER_SIGNAL,           /* to one of those three, if it is ours */
    MC_HELPER_STATUS,           /* how one of those three ended, if it was a child of this helper */
    MC_HELPER_ADD_ROUTE,        /* the default route through our interface, of one family */
    MC_HELPER_REMOVE_ROUTE,
    MC_HELPER_SWEEP, /* our routes through our interface, all of them; and, asked so, our pppd */
    MC_HELPER_ADD_SERVER,
    MC_HELPER_REMOVE_SERVER, /* the route to one address through our interface */
    MC_HELPER_JOIN_VRF,
    MC_HELPER_ACCEPT_ROUTER,
    MC_HELPER_ASK_ROUTER,
    MC_HELPER_OPEN_PROBE, /* a socket for a probe, as configured, that is bound to our interface */
    MC_HELPER_SET_RESOLVED,
    MC_HELPER_REVERT_RESOLVED,
    MC_HELPER_WRITE_NAMES,    /* our block in resolv.conf */
    MC_HELPER_NETWORKMANAGER, /* hands off our interface, or no longer */
    MC_HELPER_TTY_HOLDER,     /* who has the modem's tty */
    MC_HELPER_GRANT_TTY,      /* the modem's tty may be opened by the client */
    MC_HELPER_OPEN_CONFIG,    /* the configuration to read: "" the file, "NAME.conf" of its drop-ins */
    MC_HELPER_LEND_PTY,       /* a pty for a program of the user with this number */
    MC_HELPER_KIND_COUNT
};

enum {
    MC_HELPER_SERVERS = 4,
    MC_HELPER_ADDRESS_BYTES = 48,
    MC_HELPER_PATH_BYTES = 128,
    MC_HELPER_FDS_MAX = 3,
    MC_HELPER_DEADLINE_MS = 5000
};

/* A reply's result, beyond all of errno: the configuration has mistakes, and there is none from before. Which, says the
 * path's text, whatever the reply else carries. */
enum { MC_HELPER_MISTAKES = -4096 };

/* Where the daemon listens for pppd's plugin, whatever Socket= says: that is read anew by the helper, and taken at its
 * start by the daemon. Its unit makes the folder. */
#define MC_HELPER_RUNTIME_DIR "/run/microcatd"

enum mc_helper_board { MC_HELPER_BOARD_RESET, MC_HELPER_BOARD_ON, MC_HELPER_BOARD_OFF, MC_HELPER_BOARD_COUNT };
extern const struct mc_strtab mc_helper_board_names; /* "reset", "on", "off": what the command is called with */
enum mc_helper_family { MC_HELPER_IPV4, MC_HELPER_IPV6, MC_HELPER_FAMILY_COUNT };
/* What may be sent to a process of ours. */
enum mc_helper_signal_word { MC_HELPER_TERM, MC_HELPER_CONT, MC_HELPER_KILL, MC_HELPER_SIGNAL_COUNT };

struct mc_helper_servers {
    uint32_t n;
    char address[MC_HELPER_SERVERS][MC_HELPER_ADDRESS_BYTES]; /* numeric */
};

/* What a message carries; the kind says which member. Texts end in NUL, and all behind it is NUL. */
union mc_helper_body {
    uint32_t number; /* board, family, on, errand, table, "it wrote", as the kind says */
    struct {
        uint32_t errand, signal;
    } signal;
    struct {
        char text[MC_HELPER_ADDRESS_BYTES];
    } address;
    struct {
        uint32_t option; /* of a resolvconf's record: enum mc_errand_record; of names: give; of resolved: default route
                          */
        struct mc_helper_servers servers;
    } names;
    struct {
        char text[MC_HELPER_PATH_BYTES];
    } path;
    struct {
        int32_t pid;
        char text[64]; /* what failed, or a program's name */
    } process;
};

struct mc_helper_message {
    enum mc_helper_kind kind;
    int32_t result; /* of a reply: as the function that was asked for has it */
    union mc_helper_body body;
};

enum mc_helper_direction { MC_HELPER_REQUEST, MC_HELPER_REPLY };

enum { MC_HELPER_MESSAGE_BYTES = 16 + sizeof(union mc_helper_body) };

/** "open-pty", "start-pppd", ...; NULL beyond the last. */
const char *mc_helper_kind_name(enum mc_helper_kind kind);
/** How many descriptors go with a message: all of them, or, with a reply that tells a failure, none. */
size_t mc_helper_fds(enum mc_helper_direction direction, enum mc_helper_kind kind, int32_t result);

/** Writes @message; @out has MC_HELPER_MESSAGE_BYTES. The length, or -EINVAL: it is not as its kind wants it. */
int mc_helper_pack(enum mc_helper_direction direction, const struct mc_helper_message *message, void *out);
/** Reads one, which came with @n_fds descriptors. 0, or -EBADMSG. */
int mc_helper_unpack(enum mc_helper_direction direction, const void *data, size_t len_bytes, size_t n_fds,
                     struct mc_helper_message *ret_message);

/** Puts a text into a field of a message, the rest of it NUL. False: it is too long. */
bool mc_helper_text(char *field, size_t field_bytes, const char *text);

/** One message with its descriptors over a SOCK_SEQPACKET socket, within @deadline_ms from now. 0 or -errno
 * (-ETIMEDOUT, -EPIPE, ...). */
int mc_helper_send(int fd, enum mc_helper_direction direction, const struct mc_helper_message *message, const int *fds,
                   int deadline_ms);
/**
 * The next message. @ret_fds has MC_HELPER_FDS_MAX places, those beyond what came are -1; all are close-on-exec and the
 * caller's. 0; -ENODATA: the other end has closed; -ECONNRESET: and has not
 * read what we said; -EBADMSG (its descriptors are closed); -ETIMEDOUT; or -errno.
 */
int mc_helper_receive(int fd, enum mc_helper_direction direction, struct mc_helper_message *ret_message,
                      int ret_fds[MC_HELPER_FDS_MAX], int deadline_ms);
void mc_helper_close_fds(int fds[MC_HELPER_FDS_MAX]);

#endif
