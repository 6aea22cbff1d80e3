/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_IO_ATOMIC_FILE_H
#define MICROCAT_IO_ATOMIC_FILE_H

/* Small files that survive power cuts: either the old or the new content is there, never half of one. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/**
 * Reads the whole of a regular file of at most @limit_bytes. *@ret_data is allocated, NUL-ended beyond its length, the
 * caller's. 0, -ENOENT, -EFBIG, -EISDIR, -ENODEV (neither), -ENOMEM or another -errno.
 */
int mc_file_read(const char *path, size_t limit_bytes, char **ret_data, size_t *ret_len_bytes);

/**
 * Writes @path anew with mode @mode: a temporary file beside it, synced, renamed, the directory synced. On error
 * (-ENOSPC, -EROFS, -EACCES, ...) the old file is untouched and no temporary file stays.
 */
int mc_file_write(const char *path, const void *data, size_t len_bytes, mode_t mode);
/** The same without syncing: whole for every process that reads it, but a power cut may bring the old one back. */
int mc_file_replace(const char *path, const void *data, size_t len_bytes, mode_t mode);

/**
 * The file that @path means, with a real name that can be written anew without a symlink being lost; *@ret_path is the
 * caller's. A name that is free stays as it is. 0, -ENOENT (a symlink to nothing), -ELOOP, -ENOMEM or another -errno.
 */
int mc_file_target(const char *path, char **ret_path);

/** Which file it is that lies there, and in which version; zeroed: none. */
struct mc_file_id {
    bool there;
    dev_t device;
    ino_t inode;
    off_t size_bytes;
    mode_t mode; /* the permission bits */
    struct timespec changed;
};
/** Look first, then read. 0 (also when there is no file), or -errno. */
int mc_file_look(const char *path, struct mc_file_id *ret_id);
/**
 * For a file that others write as well: mc_file_write() through @temporary (in the same folder, a name that is ours
 * alone), but -ESTALE when @path is no longer what was seen: read it again then. NULL @data removes the file. A file
 * that is a mount of its own is written where it is: not in one step, but there is no other way.
 */
int mc_file_swap(const char *path, const char *temporary, const struct mc_file_id *seen, const void *data,
                 size_t len_bytes, mode_t mode);

#endif
