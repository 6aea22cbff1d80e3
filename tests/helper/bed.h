/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_TESTS_HELPER_BED_H
#define MICROCAT_TESTS_HELPER_BED_H

/* A server of the helper's with a folder, a pppd (a shell script) and an interface of its own. */

#include <microcat/daemon/config.h>
#include <microcat/helper/server.h>
#include <microcat/host/privileged.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "scratch.h"

#include <cmocka.h>

struct bed {
    char dir[SCRATCH_BYTES], pid_dir[64], resolv_conf[64], config_path[64], resolvconf[64];
    const char *pid_files[2];
    struct mc_loop *loop;
    struct mc_helper_server *server;
    struct mc_config *config;
    bool by_file; /* what is configured stands in the file, mistakes and all */
    struct mc_helper_message reply;
    int fds[MC_HELPER_FDS_MAX]; /* of the last reply */
    int master_fd;              /* of the last pty */
    int tun_fd;
};
extern struct bed bed;

void configure(const char *more);
int ask(const struct mc_helper_message *request, const int fds[MC_HELPER_FDS_MAX]);
int ask_plain(enum mc_helper_kind kind);
int ask_number(enum mc_helper_kind kind, uint32_t number);
int ask_address(enum mc_helper_kind kind, const char *address);
int ask_tty(enum mc_helper_kind kind, const char *path);
int ask_signal(enum mc_errand_kind errand, enum mc_helper_signal_word signal);
int ask_names(uint32_t give, const char *server);
void note_pppd(pid_t pid, const char *start);
/** As pppd writes it: "NAME.pid" with @pid, and what stands behind it. */
void pid_file(const char *name, pid_t pid, const char *rest);
void be_pppd(void);
int set_up(void **state);
/** What a request is served with now. */
const struct mc_settings *bed_settings(void);
/** The helper has ended, and another one is there. */
int another_helper(void);
int tear_down(void **state);
char *text_of(const char *name);
/** Makes the network, and starts the program's tests. */
int begin(void **state);
void quiet(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n, const char *message);

#endif
