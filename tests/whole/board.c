/* SPDX-License-Identifier: MIT */
#include "whole.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void whole_sim_start(struct whole *w, const char *words)
{
    char all[1024];

    snprintf(all, sizeof(all), "--network=stub|--speed=fast|--quiet|--link=%s|--control=%s/sim%s%s", w->tty, w->dir,
             words ? "|" : "", words ? words : "");
    whole_spawn(w, &w->sim, getenv("MICROCAT_SIM"), all, NULL, 0);
    whole_said(w, &w->sim, w->tty); /* the path to open is its first word */
}

/* "LINE\n...ok\n" or "error ...\n". */
static bool is_over(char *text)
{
    size_t len = strlen(text);
    char *last;

    if (len == 0 || text[len - 1] != '\n')
        return false;
    text[len - 1] = '\0';
    last = strrchr(text, '\n');
    last = last ? last + 1 : text;
    if (!strcmp(last, "ok")) {
        last[last > text ? -1 : 0] = '\0';
        return true;
    }
    if (!strncmp(last, "error", 5))
        fail_msg("the simulator says: %s", last);
    text[len - 1] = '\n';
    return false;
}

const char *whole_sim(struct whole *w, const char *format, ...)
{
    static char text[16384];
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char line[256];
    size_t len = 0;
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    snprintf(where.sun_path, sizeof(where.sun_path), "%s/sim", w->dir);
    assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
    assert_true(dprintf(fd, "%s\n", line) > 0);
    for (text[0] = '\0'; !is_over(text);) {
        ssize_t n = whole_poll(fd, POLLIN, until_ms) ? read(fd, text + len, sizeof(text) - 1 - len) : 0;

        if (n <= 0)
            fail_msg("the simulator gives no answer to \"%s\"", line);
        len += (size_t)n;
        text[len] = '\0';
    }
    close(fd);
    return text;
}

int64_t whole_sim_count(struct whole *w, const char *name)
{
    return strtoll(whole_sim(w, "get %s", name), NULL, 10);
}

void whole_sim_wait(struct whole *w, const char *name, const char *value)
{
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;

    while (strcmp(whole_sim(w, "get %s", name), value) != 0)
        if (whole_clock_ms() > until_ms)
            fail_msg("the simulator's %s is %s, not %s", name, whole_sim(w, "get %s", name), value);
}
