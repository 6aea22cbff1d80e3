/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_CLEANUP_H
#define MICROCAT_BASE_CLEANUP_H

/* Cleanup attributes in systemd's manner: `_cleanup_free_ char *text = ...;` */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void mc_freep(void *p)
{
    free(*(void **)p);
}
static inline void mc_closep(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define _cleanup_(fn)   __attribute__((cleanup(fn)))
#define _cleanup_free_  _cleanup_(mc_freep)
#define _cleanup_close_ _cleanup_(mc_closep)

/** Hands ownership out of a cleanup variable. */
#define MC_TAKE_PTR(p)                                                                                                 \
    __extension__({                                                                                                    \
        __typeof__(p) *_pp = &(p);                                                                                     \
        __typeof__(p) _taken = *_pp;                                                                                   \
        *_pp = NULL;                                                                                                   \
        _taken;                                                                                                        \
    })
#define MC_TAKE_FD(fd)                                                                                                 \
    __extension__({                                                                                                    \
        int *_pfd = &(fd);                                                                                             \
        int _taken = *_pfd;                                                                                            \
        *_pfd = -1;                                                                                                    \
        _taken;                                                                                                        \
    })
#define MC_LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
