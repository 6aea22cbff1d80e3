/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <microcat/base/cleanup.h>
#include <microcat/io/atomic_file.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int mc_file_read(const char *path, size_t limit_bytes, char **ret_data, size_t *ret_len_bytes)
{
    /* O_NONBLOCK: a FIFO in the place of the file must not hang the daemon. */
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    _cleanup_free_ char *data = NULL;
    struct stat st;
    size_t len = 0;

    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? -EISDIR : -ENODEV;
    if ((uint64_t)st.st_size > limit_bytes)
        return -EFBIG;
    data = malloc((size_t)st.st_size + 1);
    if (!data)
        return -ENOMEM;
    while (len < (size_t)st.st_size) { /* what is appended meanwhile is left for the next time */
        ssize_t n = read(fd, data + len, (size_t)st.st_size - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    data[len] = '\0';
    *ret_data = MC_TAKE_PTR(data);
    if (ret_len_bytes)
        *ret_len_bytes = len;
    return 0;
}

static int write_all(int fd, const char *data, size_t len_bytes)
{
    while (len_bytes > 0) {
        ssize_t n = write(fd, data, len_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        len_bytes -= (size_t)n;
    }
    return 0;
}

static int write_temporary(const char *temporary, const void *data, size_t len_bytes, mode_t mode, bool sync)
{
    _cleanup_close_ int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return -errno;
    int r = write_all(fd, data, len_bytes);
    if (r < 0)
        return r;
    if (fchmod(fd, mode) < 0 || (sync && fsync(fd) < 0))
        return -errno;
    return close(MC_TAKE_FD(fd)) < 0 ? -errno : 0; /* some file systems tell of a full disk only here */
}

static int sync_directory_of(const char *path)
{
    _cleanup_free_ char *copy = strdup(path);
    if (!copy)
        return -ENOMEM;
    _cleanup_close_ int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    return fsync(fd) < 0 && errno != EINVAL ? -errno : 0; /* EINVAL: this file system cannot, nor need it */
}

static int replace(const char *path, const void *data, size_t len_bytes, mode_t mode, bool sync)
{
    _cleanup_free_ char *temporary = NULL;

    if (asprintf(&temporary, "%s.new", path) < 0) {
        temporary = NULL;
        return -ENOMEM;
    }
    if (unlink(temporary) < 0 && errno != ENOENT) /* left by a power cut */
        return -errno;
    int r = write_temporary(temporary, data, len_bytes, mode, sync);
    if (r == 0 && rename(temporary, path) < 0)
        r = -errno;
    if (r < 0) {
        unlink(temporary);
        return r;
    }
    return sync ? sync_directory_of(path) : 0;
}

int mc_file_write(const char *path, const void *data, size_t len_bytes, mode_t mode)
{
    return replace(path, data, len_bytes, mode, true);
}

int mc_file_replace(const char *path, const void *data, size_t len_bytes, mode_t mode)
{
    return replace(path, data, len_bytes, mode, false);
}

int mc_file_target(const char *path, char **ret_path)
{
    struct stat st;

    if (lstat(path, &st) < 0 && errno == ENOENT)
        *ret_path = strdup(path);
    else
        *ret_path = realpath(path, NULL);
    return *ret_path ? 0 : -errno;
}

int mc_file_look(const char *path, struct mc_file_id *ret_id)
{
    struct stat st;

    *ret_id = (struct mc_file_id){0};
    if (stat(path, &st) < 0)
        return errno == ENOENT ? 0 : -errno;
    *ret_id = (struct mc_file_id){.there = true,
                                  .device = st.st_dev,
                                  .inode = st.st_ino,
                                  .size_bytes = st.st_size,
                                  .mode = st.st_mode & 07777,
                                  .changed = st.st_ctim};
    return 0;
}

static int still_the_one(const char *path, const struct mc_file_id *seen)
{
    struct mc_file_id now;
    int r = mc_file_look(path, &now);

    if (r < 0)
        return r;
    return now.there == seen->there && now.device == seen->device && now.inode == seen->inode &&
                   now.size_bytes == seen->size_bytes && now.changed.tv_sec == seen->changed.tv_sec &&
                   now.changed.tv_nsec == seen->changed.tv_nsec
               ? 0
               : -ESTALE;
}

/* What is mounted where it lies, as a container's resolv.conf is, cannot be replaced. Others may see it half written.
 */
static int write_in_place(const char *path, const char *data, size_t len_bytes)
{
    _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);

    if (fd < 0)
        return -errno;
    int r = write_all(fd, data, len_bytes);
    if (r < 0)
        return r;
    return ftruncate(fd, (off_t)len_bytes) < 0 || fsync(fd) < 0 ? -errno : 0;
}

int mc_file_swap(const char *path, const char *temporary, const struct mc_file_id *seen, const void *data,
                 size_t len_bytes, mode_t mode)
{
    int r = 0;

    if (data) {
        if (unlink(temporary) < 0 && errno != ENOENT) /* left by a power cut */
            return -errno;
        r = write_temporary(temporary, data, len_bytes, mode, true);
    }
    if (r == 0)
        r = still_the_one(path, seen); /* the last moment: writing to a disk takes long */
    if (r == 0 && (data ? rename(temporary, path) : unlink(path)) < 0)
        r = -errno;
    if (r < 0) {
        if (data)
            unlink(temporary);
        return r == -EBUSY && data ? write_in_place(path, data, len_bytes) : r;
    }
    return sync_directory_of(path);
}
