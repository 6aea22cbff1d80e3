/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_PPP_OPTIONS_H
#define MICROCAT_PPP_OPTIONS_H

/*
 * pppd's command line and environment, made of the settings by one table.
 *
 * pppd always reads /etc/ppp/options first; every option there that could hurt this link is overridden here (what is
 * said on the command line wins). Never a secret among the arguments: user and password go over the plugin's socket.
 */

#include <microcat/base/settings.h>
#include <stdbool.h>

enum { MC_OPTIONS_MAX = 96 };

/** What does not come from the settings. All borrowed. */
struct mc_options_input {
    const struct mc_settings *settings;
    const char *tty;    /* "/dev/pts/4" */
    const char *plugin; /* path of microcatd.so */
    const char *socket; /* path on which the daemon listens for it */
    bool modern;        /* pppd 2.5 or later: it knows ipv6-up-script and the like */
    const char *link;   /* the name under which pppd's pid file tells its interface too; NULL: none */
    int secrets_fd;     /* in pppd, where the plugin reads user and password; 0: it asks over the socket */
};

struct mc_options {
    char *argv[MC_OPTIONS_MAX]; /* NULL-terminated, owned */
    char *envp[8];              /* NULL-terminated, owned */
};

/** Is the pppd that this was built for 2.5 or later? */
bool mc_options_pppd_is_modern(void);
/** Fills *ret_options. 0, -EINVAL (an interface name that is none, a relative path), -ENOMEM. */
int mc_options_make(const struct mc_options_input *input, struct mc_options *ret_options);
void mc_options_free(struct mc_options *options);

#endif
