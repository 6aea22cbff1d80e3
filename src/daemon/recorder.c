/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <microcat/at/redact.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/daemon/recorder.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_BYTES     (4 * 1024 * 1024)
#define LINE_BYTES     3100 /* the longest line of the modem has 3071 */
#define FRAGMENTS_MAX  32
#define REDACTED_BYTES (2 * LINE_BYTES)

struct line { /* not yet complete */
    char text[LINE_BYTES + 1];
    size_t len;
    size_t ends[FRAGMENTS_MAX]; /* of the fragments so far, but for the last */
    size_t n_ends;
    size_t cut; /* bytes beyond LINE_BYTES, dropped */
    int64_t at_ms;
};

struct mc_recorder {
    char *path;
    FILE *file;     /* NULL after an error */
    size_t written; /* bytes in it, about */
    struct line lines[2];
    uint64_t data_bytes[2];
};

static int open_file(struct mc_recorder *recorder)
{
    static const char head[] = "# microcat record 1: seconds, direction (> to the modem, < from it, | mark), bytes\n";
    int fd = open(recorder->path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
    struct stat st;

    if (fd < 0)
        return -errno;
    /* One that was there may have been open to all; a device is not ours to shut. */
    if (fstat(fd, &st) < 0 || (S_ISREG(st.st_mode) && fchmod(fd, 0600) < 0) || !(recorder->file = fdopen(fd, "w"))) {
        int error = errno;
        close(fd);
        return -error;
    }
    setvbuf(recorder->file, NULL, _IOLBF, 0);
    fputs(head, recorder->file);
    recorder->written = strlen(head);
    return 0;
}

int mc_recorder_new(const char *path, struct mc_recorder **ret_recorder)
{
    struct mc_recorder *recorder = calloc(1, sizeof(*recorder));
    int r = -ENOMEM;

    if (recorder && (recorder->path = strdup(path)))
        r = open_file(recorder);
    if (r < 0) {
        mc_recorder_free(recorder);
        return r;
    }
    *ret_recorder = recorder;
    return 0;
}

static void give_up(struct mc_recorder *recorder, int error)
{
    mc_warn("%s: the recording ends here: %s", recorder->path, strerror(error));
    if (recorder->file)
        fclose(recorder->file);
    recorder->file = NULL;
}

static void rotate(struct mc_recorder *recorder)
{
    char *old = NULL;

    if (asprintf(&old, "%s.1", recorder->path) < 0) {
        give_up(recorder, ENOMEM);
        return;
    }
    fclose(recorder->file);
    recorder->file = NULL;
    int r = rename(recorder->path, old) < 0 ? -errno : open_file(recorder);
    free(old);
    if (r < 0)
        give_up(recorder, -r);
}

static void end_line(struct mc_recorder *recorder)
{
    fputc('\n', recorder->file);
    if (ferror(recorder->file))
        give_up(recorder, errno ? errno : EIO);
    else if (recorder->written >= FILE_BYTES)
        rotate(recorder);
}

static void begin_line(struct mc_recorder *recorder, int64_t at_ms, char sign)
{
    int n = fprintf(recorder->file, "%" PRId64 ".%03d %c", at_ms / 1000, (int)(at_ms % 1000), sign);

    recorder->written += n > 0 ? (size_t)n + 1 : 0;
}

static void put_string(struct mc_recorder *recorder, const char *text, size_t len, bool utf8)
{
    FILE *f = recorder->file;
    int n = fputs(" \"", f) < 0 ? 0 : 3;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\r' || c == '\n' || c == '\t')
            n += fprintf(f, "\\%c", c == '\r' ? 'r' : c == '\n' ? 'n' : 't');
        else if (c == '"' || c == '\\')
            n += fprintf(f, "\\%c", c);
        else if (c < ' ' || c == 0x7f || (c > 0x7f && !utf8))
            n += fprintf(f, "\\x%02x", c);
        else
            n += fputc(c, f) == EOF ? 0 : 1;
    }
    fputc('"', f);
    recorder->written += n > 0 ? (size_t)n : 0;
}

static void put_fragments(struct mc_recorder *recorder, const struct line *line)
{
    size_t from = 0;

    for (size_t i = 0; i < line->n_ends; i++) {
        put_string(recorder, line->text + from, line->ends[i] - from, false);
        from = line->ends[i];
    }
    if (from < line->len)
        put_string(recorder, line->text + from, line->len - from, false);
}

/* Writes the line without its secrets: whole where something was taken out, else in its fragments. */
static void flush_line(struct mc_recorder *recorder, enum mc_recorder_direction direction)
{
    struct line *line = &recorder->lines[direction];
    char redacted[REDACTED_BYTES];

    if (line->len > 0 && recorder->file) {
        size_t text_len = line->len;
        while (text_len > 0 && strchr("\r\n", line->text[text_len - 1]) && line->text[text_len - 1])
            text_len--;
        char terminator = line->text[text_len];
        for (size_t i = 0; i < text_len; i++)
            if (!line->text[i])
                line->text[i] = '?'; /* what stands behind a NUL is to be looked at, too */
        line->text[text_len] = '\0';
        mc_at_redact(line->text, redacted, sizeof(redacted));
        bool taken_out = strcmp(redacted, line->text) != 0;
        line->text[text_len] = terminator;
        begin_line(recorder, line->at_ms, direction == MC_RECORDER_OUT ? '>' : '<');
        if (taken_out) {
            put_string(recorder, redacted, strlen(redacted), true);
            if (text_len < line->len)
                put_string(recorder, line->text + text_len, line->len - text_len, false);
        } else {
            put_fragments(recorder, line);
        }
        if (line->cut > 0)
            fprintf(recorder->file, " and %zu bytes more", line->cut);
        end_line(recorder);
    }
    explicit_bzero(line->text, line->len);
    line->len = line->n_ends = line->cut = 0;
}

static void take_byte(struct mc_recorder *recorder, enum mc_recorder_direction direction, int64_t at_ms, char byte)
{
    struct line *line = &recorder->lines[direction];

    if (line->len == 0)
        line->at_ms = at_ms;
    if (line->len < LINE_BYTES)
        line->text[line->len++] = byte;
    else
        line->cut++;
    /* Commands end in CR, answers in LF (an echo has a CR in the middle: AT\r\r\n). */
    if (byte == (direction == MC_RECORDER_OUT ? '\r' : '\n'))
        flush_line(recorder, direction);
}

void mc_recorder_bytes(struct mc_recorder *recorder, int64_t at_ms, enum mc_recorder_direction direction,
                       const void *data, size_t len_bytes)
{
    const char *bytes = data;

    if (!recorder || !recorder->file)
        return;
    for (size_t i = 0; i < len_bytes; i++)
        take_byte(recorder, direction, at_ms, bytes[i]);
    struct line *line = &recorder->lines[direction];
    if (line->len > 0 && line->n_ends < FRAGMENTS_MAX)
        line->ends[line->n_ends++] = line->len;
}

void mc_recorder_data(struct mc_recorder *recorder, enum mc_recorder_direction direction, size_t len_bytes)
{
    if (recorder)
        recorder->data_bytes[direction] += len_bytes;
}

void mc_recorder_mark(struct mc_recorder *recorder, int64_t at_ms, const char *text)
{
    if (!recorder)
        return;
    flush_line(recorder, MC_RECORDER_OUT);
    flush_line(recorder, MC_RECORDER_IN);
    uint64_t *data = recorder->data_bytes;
    if (recorder->file && (data[0] > 0 || data[1] > 0)) {
        begin_line(recorder, at_ms, '|');
        int n = fprintf(recorder->file, " data mode: %" PRIu64 " bytes out, %" PRIu64 " in", data[0], data[1]);
        recorder->written += n > 0 ? (size_t)n : 0;
        end_line(recorder);
        data[0] = data[1] = 0;
    }
    if (!recorder->file)
        return;
    begin_line(recorder, at_ms, '|');
    fputc(' ', recorder->file);
    for (const char *p = text; *p; p++)
        recorder->written += fputc((unsigned char)*p < ' ' ? ' ' : *p, recorder->file) == EOF ? 0 : 1;
    end_line(recorder);
}

void mc_recorder_free(struct mc_recorder *recorder)
{
    if (!recorder)
        return;
    flush_line(recorder, MC_RECORDER_OUT);
    flush_line(recorder, MC_RECORDER_IN);
    if (recorder->file)
        fclose(recorder->file);
    free(recorder->path);
    free(recorder);
}
