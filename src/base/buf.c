/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/buf.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 256  /* the first allocation */
#define KEEP_BYTES  4096 /* an emptied buffer keeps this much, to spare the allocator in normal traffic */

void mc_buf_init(struct mc_buf *buf, size_t limit_bytes)
{
    *buf = (struct mc_buf){.limit_bytes = limit_bytes};
}

void mc_buf_free(struct mc_buf *buf)
{
    free(buf->data);
    mc_buf_init(buf, buf->limit_bytes);
}

size_t mc_buf_room(const struct mc_buf *buf)
{
    return buf->limit_bytes - mc_buf_len(buf);
}

static int grow(struct mc_buf *buf, size_t need_bytes)
{
    size_t size = buf->size_bytes ? buf->size_bytes : FIRST_BYTES;

    while (size < need_bytes)
        size *= 2; /* ends: need_bytes is below the limit, which is far below SIZE_MAX / 2 in any allocation that
                      succeeds */
    if (size > buf->limit_bytes)
        size = buf->limit_bytes;
    uint8_t *data = realloc(buf->data, size);
    if (!data)
        return -ENOMEM;
    buf->data = data;
    buf->size_bytes = size;
    return 0;
}

int mc_buf_append(struct mc_buf *buf, const void *data, size_t len_bytes)
{
    if (len_bytes == 0)
        return 0;
    if (len_bytes > mc_buf_room(buf))
        return -ENOBUFS;
    if (buf->size_bytes - buf->end < len_bytes && buf->start > 0) {
        memmove(buf->data, buf->data + buf->start, mc_buf_len(buf));
        buf->end -= buf->start;
        buf->start = 0;
    }
    if (buf->size_bytes - buf->end < len_bytes) {
        int r = grow(buf, buf->end + len_bytes);
        if (r < 0)
            return r;
    }
    memcpy(buf->data + buf->end, data, len_bytes);
    buf->end += len_bytes;
    return 0;
}

void mc_buf_consume(struct mc_buf *buf, size_t len_bytes)
{
    if (len_bytes < mc_buf_len(buf)) {
        buf->start += len_bytes;
        return;
    }
    buf->start = buf->end = 0;
    if (buf->size_bytes > KEEP_BYTES)
        mc_buf_free(buf);
}
