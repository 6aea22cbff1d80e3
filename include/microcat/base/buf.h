/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_BUF_H
#define MICROCAT_BASE_BUF_H

/*
 * A bounded byte buffer: append at the end, consume at the front. It grows up to its limit and never beyond: what does
 * not fit is refused, so that no peer can make the daemon grow.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mc_buf {
    uint8_t *data;      /* allocation, owned */
    size_t start, end;  /* bytes in data[start, end) */
    size_t size_bytes;  /* of the allocation */
    size_t limit_bytes; /* never holds more */
};

void mc_buf_init(struct mc_buf *buf, size_t limit_bytes);
void mc_buf_free(struct mc_buf *buf);
static inline size_t mc_buf_len(const struct mc_buf *buf)
{
    return buf->end - buf->start;
}
static inline const uint8_t *mc_buf_head(const struct mc_buf *buf)
{
    return buf->data + buf->start;
}
size_t mc_buf_room(const struct mc_buf *buf);

/** Appends all or nothing: 0, -ENOBUFS over the limit, -ENOMEM. */
int mc_buf_append(struct mc_buf *buf, const void *data, size_t len_bytes);

/** Drops @len_bytes (at most what is there) from the front. Releases the memory of an emptied large buffer. */
void mc_buf_consume(struct mc_buf *buf, size_t len_bytes);

#endif
