/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_ACL_H
#define MICROCAT_IO_ACL_H

/* One more user, or one more group, may read and write a file: an access control list of what its mode says and this.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** In the place of a list that was there. 0; -EOPNOTSUPP: not on this file system; or another -errno. */
int mc_acl_admit(const char *path, bool group, uint32_t id);
/** The same beside @mode, whatever the file's mode and list were. */
int mc_acl_mode_and(const char *path, mode_t mode, bool group, uint32_t id);
/** Sets @mode, and takes away a list that was there. 0 or -errno. */
int mc_acl_mode(const char *path, mode_t mode);

#endif
