/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_PLUGIN_PROTO_H
#define MICROCAT_PPP_PLUGIN_PROTO_H

/*
 * What the plugin inside pppd and the daemon tell each other, over a UNIX stream socket on which the daemon listens.
 *
 * One message is one line of printable ASCII: a word, then key=value pairs, a space before each, LF at the end; bytes
 * that are not letters, digits or one of "._:-/" go as %XX. Unknown words and keys are skipped, so that an old plugin
 * in a running pppd and a new daemon still understand each other after an upgrade; a known key with a bad value spoils
 * its message.
 *
 * Pure and bounded, without allocation; everything that comes in is taken as hostile. The plugin compiles this file
 * too, next to pppd 2.4.9's headers, which define a `bool` of their own: so no stdbool.h here.
 */

#include <stddef.h>
#include <stdint.h>

enum mc_plugin_kind {
    MC_PLUGIN_HELLO,     /* plugin: version, pid: first on every connection, followed by the present state */
    MC_PLUGIN_PHASE,     /* plugin: phase, as pppd numbers them; ifname, once there is one */
    MC_PLUGIN_IP_UP,     /* plugin: ifname, unit, local, remote, dns1, dns2, mtu */
    MC_PLUGIN_IP_DOWN,   /* plugin */
    MC_PLUGIN_IPV6_UP,   /* plugin: ifname, unit, local, remote (link-local addresses), mtu */
    MC_PLUGIN_IPV6_DOWN, /* plugin */
    MC_PLUGIN_AUTH,      /* plugin: auth, the protocol by which the peer wants us to prove who we are */
    MC_PLUGIN_EXIT,      /* plugin: status (pppd's exit status), rx, tx, seconds */
    MC_PLUGIN_WANTED,    /* plugin: auth: user and password are wanted */
    MC_PLUGIN_SECRETS,   /* daemon: user, password; the answer to WANTED */
    MC_PLUGIN_KIND_COUNT
};

enum {
    MC_PLUGIN_LINE_BYTES = 2048, /* longest line, LF included: 2 x 255 bytes escaped, and room */
    MC_PLUGIN_NAME_BYTES = 256,  /* pppd's MAXNAMELEN and MAXSECRETLEN, NUL included */
};

struct mc_plugin_msg {
    enum mc_plugin_kind kind;
    int32_t pid, unit, mtu, status, phase; /* -1: not told */
    uint64_t rx_bytes, tx_bytes;
    uint32_t seconds; /* the link was up */
    char version[24]; /* pppd's */
    char ifname[16];
    char local[46], remote[46], dns1[46], dns2[46]; /* numeric addresses, or "" */
    char auth[8];                                   /* "PAP", "CHAP" */
    char user[MC_PLUGIN_NAME_BYTES], password[MC_PLUGIN_NAME_BYTES];
};

/** An empty message: strings "", numbers -1, counters 0. */
void mc_plugin_msg_init(struct mc_plugin_msg *msg, enum mc_plugin_kind kind);

/**
 * Writes @msg as a line with LF and NUL. Only what belongs to its kind and is set goes out.
 * Returns the length in bytes without the NUL, or -EINVAL (no such kind, a control character in a string), -ENOBUFS.
 */
int mc_plugin_encode(const struct mc_plugin_msg *msg, char *out, size_t out_bytes);

/** Reads one line (without LF; need not end in NUL). 0, -ENOMSG (an unknown word: skip it), -EBADMSG. */
int mc_plugin_decode(const char *line, size_t len_bytes, struct mc_plugin_msg *ret_msg);

/** Cuts a stream into lines. */
struct mc_plugin_reader {
    char line[MC_PLUGIN_LINE_BYTES];
    size_t len;
};
static inline void mc_plugin_reader_init(struct mc_plugin_reader *reader)
{
    reader->len = 0;
}

/**
 * Takes bytes up to the end of the next line. 1 when *ret_msg holds a message, 0 when more bytes are wanted, -EMSGSIZE
 * or -EBADMSG when the peer does not speak this protocol (close). *data and *len_bytes move on behind what was taken;
 * call until 0 or less.
 */
int mc_plugin_read(struct mc_plugin_reader *reader, const char **data, size_t *len_bytes,
                   struct mc_plugin_msg *ret_msg);

/** Overwrites memory that held a secret, in a way the compiler keeps. */
void mc_plugin_wipe(void *memory, size_t len_bytes);

#endif
