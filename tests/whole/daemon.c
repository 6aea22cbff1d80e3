/* SPDX-License-Identifier: MIT */
#include "scratch.h"
#include "whole.h"

#include <dirent.h>
#include <fcntl.h>
#include <sandbox.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the test's world ---- */

int whole_world(void **state)
{
    signal(SIGPIPE, SIG_IGN);
    umask(022);
    if (test_network_enter() < 0) {
        print_message("1..0 # SKIP no network namespace\n");
        exit(0);
    }
    return 0;
}

int whole_setup(void **state)
{
    struct whole *w = calloc(1, sizeof(*w));
    char path[128];

    if (scratch_make(w->dir) < 0 || chmod(w->dir, 0755) < 0)
        return -1;
    w->sim.name = "sim";
    w->daemon.name = "microcatd";
    w->other.name = "other";
    w->keeps = true;
    snprintf(w->conf, sizeof(w->conf), "%s/conf", w->dir);
    snprintf(w->tty, sizeof(w->tty), "%s/tty", w->dir);
    snprintf(w->socket, sizeof(w->socket), "%s/sock", w->dir);
    snprintf(path, sizeof(path), "%s/state", w->dir);
    if (mkdir(path, 0777) < 0 || whole_systemd_start(w) != 0)
        return -1;
    *state = w;
    return 0;
}

static void tell_log(const struct whole_process *process)
{
    char *log = *process->log ? whole_read(process->log) : NULL, *save = NULL;

    for (char *line = log ? strtok_r(log, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save))
        fprintf(stderr, "# %s| %s\n", process->name, line);
    free(log);
}

int whole_teardown(void **state)
{
    struct whole *w = *state;
    struct whole_process *all[] = {&w->daemon, &w->systemd, &w->sim, &w->other};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (!w->ended)
            tell_log(all[i]);
        whole_kill(all[i], SIGKILL);
    }
    whole_systemd_stop(w);
    scratch_remove(w->dir);
    free(w);
    return 0;
}

/* ---- the daemon ---- */

bool whole_muxed(void)
{
    const char *multiplex = getenv("WHOLE_MULTIPLEX");
    return !multiplex || strcmp(multiplex, "no") != 0;
}

void whole_config(struct whole *w, const char *more)
{
    char text[8192];

    snprintf(
        text, sizeof(text),
        "[Modem]\nDevice=%s\nMultiplex=%s\n[PDP]\nAPN=soracom.io\nUser=sora\nPassword=so-geheim-77\n[PPP]\nProgram=%s\n"
        "[Recovery]\nBootJitter=0\nRedialDelay=1s\n[Control]\nSocket=%s\n%s",
        w->tty, whole_muxed() ? "auto" : "no", getenv("PPPD_STANDIN"), w->socket, more ? more : "");
    whole_write(w, "conf", text, 0600); /* one with a secret that others can read is refused */
    assert_int_equal(chown(w->conf, w->uid ? w->uid : geteuid(), (gid_t)-1), 0);
}

void whole_need_nobody(void)
{
    if (test_may_become(WHOLE_NOBODY))
        return;
    print_message("this user may not start programs as somebody else: it takes root with CAP_SETUID\n");
    skip();
}

void whole_copy(const struct whole *w, const char *program, const char *name, char *path, size_t path_bytes)
{
    int from = open(program, O_RDONLY | O_CLOEXEC), to;
    struct stat st;

    whole_need_nobody();
    snprintf(path, path_bytes, "%s/%s", w->dir, name);
    unlink(path);
    to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    assert_true(from >= 0 && to >= 0 && fstat(from, &st) == 0);
    while (st.st_size > 0) {
        ssize_t n = sendfile(to, from, NULL, (size_t)st.st_size);

        assert_true(n > 0);
        st.st_size -= n;
    }
    close(from);
    close(to);
}

static void spawn_daemon(struct whole *w, const char *words)
{
    const char *program = getenv("MICROCATD");
    char all[1024], environment[1024], copy[128];

    if (w->uid) { /* where the build is, others may not look */
        whole_copy(w, program, "microcatd", copy, sizeof(copy));
        program = copy;
    }
    const char *const own = w->environment ? w->environment : "";
    snprintf(all, sizeof(all), "--config=%s%s%s", w->conf, words ? "|" : "", words ? words : "");
    snprintf(environment, sizeof(environment),
             "STATE_DIRECTORY=%s/state|NOTIFY_SOCKET=%s/notify|MICROCATD_RESOLV_CONF=%s/"
             "resolv.conf|MICROCATD_RESOLVCONF=%s/resolvconf|MICROCATD_NETWORKMANAGER=%s/networkmanager%s%s",
             w->dir, w->dir, w->dir, w->dir, w->dir, *own ? "|" : "", own);
    whole_spawn(w, &w->daemon, program, all, environment, w->uid);
}

void whole_start(struct whole *w, const char *words)
{
    spawn_daemon(w, words);
    whole_said(w, &w->systemd, "READY=1\n");
}

int whole_start_in_vain(struct whole *w, const char *words)
{
    spawn_daemon(w, words);
    return whole_ended(w, &w->daemon);
}

static void assert_sane(const struct whole_process *process)
{
    char *log = whole_read(process->log);

    assert_null(strstr(log, "Sanitizer"));
    assert_null(strstr(log, "runtime error"));
    assert_null(strstr(log, "is in no table")); /* a change of state that nobody has thought of */
    free(log);
}

void whole_stop(struct whole *w, int64_t bound_ms)
{
    int64_t since_ms = whole_clock_ms(), took_ms;

    whole_kill(&w->daemon, SIGTERM);
    assert_int_equal(whole_ended(w, &w->daemon), 0);
    took_ms = whole_clock_ms() - since_ms;
    if (took_ms > bound_ms)
        fail_msg("the end took %lld ms, more than %lld", (long long)took_ms, (long long)bound_ms);
    assert_sane(&w->daemon);
    assert_int_equal(access(w->socket, F_OK), -1);
}

void whole_online(struct whole *w, const char *sim_words, const char *more_config)
{
    whole_config(w, more_config);
    whole_sim_start(w, sim_words ? sim_words : "--profile=warm");
    whole_start(w, NULL);
    whole_wait(w, "online");
}

void whole_end(struct whole *w)
{
    if (w->daemon.pid)
        whole_stop(w, 20000);
    if (w->sim.pid) {
        whole_sim(w, "quit");
        assert_int_equal(whole_ended(w, &w->sim), 0);
        assert_sane(&w->sim);
    }
    w->ended = true;
}

static int whole_fds(const struct whole *w)
{
    char path[64];
    int n = 0;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)w->daemon.pid);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

int whole_fds_quiet(struct whole *w)
{
    int least = whole_fds(w);

    for (int i = 0; i < 20; i++) {
        int now = whole_fds(w);

        least = now < least ? now : least;
        assert_int_equal(whole_ctl(w, "status"), 0);
    }
    return least;
}

void whole_fds_settle(struct whole *w, int fds)
{
    int64_t until_ms = whole_clock_ms() + WHOLE_MS;

    while (whole_fds(w) > fds) {
        if (whole_clock_ms() > until_ms)
            fail_msg("%d descriptors are open, not %d", whole_fds(w), fds);
        assert_int_equal(whole_ctl(w, "status"), 0);
    }
}

int64_t whole_anon_kib(const struct whole *w)
{
    char path[64];
    long long kib = -1;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)w->daemon.pid);
    char *text = whole_read(path), *line = strstr(text, "RssAnon:");
    if (line)
        sscanf(line, "RssAnon: %lld", &kib);
    free(text);
    assert_true(kib > 0);
    return kib;
}
