/* SPDX-License-Identifier: MIT */
#ifndef CLI_VARLINK_CLIENT_H
#define CLI_VARLINK_CLIENT_H

#include "cli.h"

/* A connection to the daemon. */
struct cli_link {
    int fd;
    char *data; /* received, not yet taken */
    size_t len, size;
};

/** A clock that only goes on. */
int64_t cli_clock_ms(void);

/** Connects; complains and returns the exit status when it can't. */
enum cli_exit cli_link_open(const struct cli *cli, struct cli_link *ret_link);
void cli_link_close(struct cli_link *link);

/** Sends a call. Takes @parameters (NULL: none). 0 or -errno. */
int cli_link_call(struct cli_link *link, const char *method, json_t *parameters, bool more);
/** The next message, which the caller releases: 0, -EAGAIN (none within @timeout_ms; < 0 waits for ever), -ECONNRESET,
 * -EBADMSG. */
int cli_link_receive(struct cli_link *link, int64_t timeout_ms, json_t **ret_message);

/** Judges a message: the parameters in *ret_parameters (borrowed) and CLI_DONE, or complains. */
enum cli_exit cli_judge(const struct cli *cli, const json_t *message, json_t **ret_parameters);
/** Complains about what cli_link_receive() returned. */
enum cli_exit cli_lost(const struct cli *cli, int error);

/** One call, one reply, within a few seconds. @ret_parameters is released by the caller. */
enum cli_exit cli_ask(const struct cli *cli, const char *method, json_t *parameters, json_t **ret_parameters);
/** The same for what may take minutes: shows on standard error what goes on meanwhile. */
enum cli_exit cli_ask_long(const struct cli *cli, const char *method, json_t *parameters, int64_t timeout_ms,
                           json_t **ret_parameters);
/** AT with its one command: waits as long as the daemon says that it can take, and says so. */
enum cli_exit cli_ask_at(const struct cli *cli, json_t *parameters, json_t **ret_parameters);
/** With --json: prints it on one line and returns true. */
bool cli_print_json(const struct cli *cli, const json_t *value);

#endif
