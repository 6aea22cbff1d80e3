/* SPDX-License-Identifier: MIT */
#include <microcat/at/lexer.h>
#include <string.h>

#define ONES  0x0101010101010101ULL
#define HIGHS 0x8080808080808080ULL

void mc_at_lexer_init(struct mc_at_lexer *lexer)
{
    memset(lexer, 0, sizeof(*lexer));
}

static void start_line(struct mc_at_lexer *lexer)
{
    lexer->len_bytes = lexer->seen_bytes = 0;
    lexer->delivered = lexer->noise = lexer->overlong = false;
}

void mc_at_lexer_reset(struct mc_at_lexer *lexer)
{
    if (!lexer->delivered)
        lexer->noise_bytes += lexer->seen_bytes;
    start_line(lexer);
}

/* Is any of the eight bytes outside 0x20..0x7e? Exact as a yes or no (the usual "has less" and "has zero" tricks). */
static uint64_t special_bytes(uint64_t word)
{
    uint64_t del = word ^ (ONES * 0x7f);
    uint64_t low = (word - ONES * 0x20) & ~word;
    return (low | ((del - ONES) & ~del) | word) & HIGHS;
}

static bool is_special(uint8_t byte)
{
    return byte < 0x20 || byte >= 0x7f;
}

/* Length of the printable run at the head of @data: eight bytes at a time, because every byte of the channel comes by
 * here. */
static size_t printable_run(const uint8_t *data, size_t len_bytes)
{
    size_t i = 0;
    for (; i + sizeof(uint64_t) <= len_bytes; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, data + i, sizeof(word));
        if (special_bytes(word))
            break;
    }
    while (i < len_bytes && !is_special(data[i]))
        i++;
    return i;
}

static void append(struct mc_at_lexer *lexer, const uint8_t *data, size_t len_bytes)
{
    lexer->seen_bytes += len_bytes;
    if (lexer->noise || lexer->overlong)
        return;
    if (len_bytes > MC_AT_LINE_MAX_BYTES - lexer->len_bytes) {
        lexer->overlong = true;
        return;
    }
    memcpy(lexer->line + lexer->len_bytes, data, len_bytes);
    lexer->len_bytes += len_bytes;
}

/* The line is over: true when it is worth handing out. */
static bool end_line(struct mc_at_lexer *lexer, char end)
{
    while (!lexer->noise && !lexer->overlong && lexer->len_bytes > 0 && lexer->line[lexer->len_bytes - 1] == ' ')
        lexer->len_bytes--; /* "+CPIN: READY " is READY: this family is free with blanks (A76 manual, AT+CGAUTH) */
    if (lexer->overlong)
        lexer->overlong_lines++;
    if (lexer->noise || lexer->overlong)
        lexer->noise_bytes += lexer->seen_bytes;
    if (lexer->noise || lexer->overlong || lexer->len_bytes == 0) {
        start_line(lexer);
        return false;
    }
    lexer->line[lexer->len_bytes] = '\0';
    lexer->ended_by = end;
    lexer->delivered = true;
    return true;
}

static void take_noise(struct mc_at_lexer *lexer)
{
    if (lexer->seen_bytes == 0) { /* at the head of a line: the line behind it may be good */
        lexer->noise_bytes++;
        return;
    }
    lexer->noise = true;
    lexer->seen_bytes++;
}

static bool is_prompt(const struct mc_at_lexer *lexer)
{
    return lexer->len_bytes == 2 && lexer->seen_bytes == 2 && lexer->line[0] == '>' && lexer->line[1] == ' ';
}

size_t mc_at_lexer_next(struct mc_at_lexer *lexer, const uint8_t *data, size_t len_bytes, enum mc_at_token *ret_token)
{
    if (lexer->delivered)
        start_line(lexer);
    for (size_t used = 0; used < len_bytes;) {
        size_t run = printable_run(data + used, len_bytes - used);
        if (run > 0 && lexer->seen_bytes < 2 && run > 2 - lexer->seen_bytes)
            run = 2 - lexer->seen_bytes; /* look at the first two alone: a prompt has no line end */
        if (run > 0) {
            append(lexer, data + used, run);
            used += run;
            if (is_prompt(lexer)) {
                lexer->line[2] = '\0';
                lexer->delivered = true;
                *ret_token = MC_AT_TOKEN_PROMPT;
                return used;
            }
            continue;
        }
        uint8_t byte = data[used++];
        if (byte != '\r' && byte != '\n')
            take_noise(lexer);
        else if (end_line(lexer, (char)byte)) {
            *ret_token = MC_AT_TOKEN_LINE;
            return used;
        }
    }
    *ret_token = MC_AT_TOKEN_NONE;
    return len_bytes;
}
