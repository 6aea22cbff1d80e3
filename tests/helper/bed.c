/* SPDX-License-Identifier: MIT */
#include "bed.h"

#include <microcat/base/cleanup.h>
#include <microcat/io/atomic_file.h>
#include <microcat/io/loop.h>
#include <microcat/io/process.h>

#include <stdlib.h>
#include <sys/stat.h>

#include "netns.h"

struct bed bed = {.master_fd = -1};

/* ---- asking ---- */

void configure(const char *more)
{
    char text[1024];

    snprintf(text, sizeof(text),
             "[PDP]\nAPN=apn\nUser=somebody\nPassword=s3cret\nAuthentication=chap\n[PPP]\nProgram=%s/pppd\n"
             "Interface=mcppp0\nRouteMetric=711\n[Control]\nSocket=%s/run/microcatd.sock\n%s\n",
             bed.dir, bed.dir, more);
    mc_config_free(bed.config);
    assert_int_equal(mc_config_load_text("test", text, strlen(text), NULL, NULL, &bed.config), 0);
}

const struct mc_settings *bed_settings(void)
{
    return bed.by_file ? mc_helper_settings(bed.server) : mc_config_settings(bed.config);
}

int ask(const struct mc_helper_message *request, const int fds[MC_HELPER_FDS_MAX])
{
    static const int none[MC_HELPER_FDS_MAX] = {-1, -1, -1};

    mc_helper_close_fds(bed.fds);
    mc_helper_serve(bed.server, bed_settings(), request, fds != NULL ? fds : none, &bed.reply, bed.fds);
    /* Whatever it is, it can be said. */
    char data[MC_HELPER_MESSAGE_BYTES];
    assert_true(mc_helper_pack(MC_HELPER_REPLY, &bed.reply, data) > 0);
    for (size_t i = 0; i < MC_HELPER_FDS_MAX; i++)
        assert_int_equal(bed.fds[i] >= 0, i < mc_helper_fds(MC_HELPER_REPLY, bed.reply.kind, bed.reply.result));
    return bed.reply.result;
}

int ask_plain(enum mc_helper_kind kind)
{
    return ask(&(struct mc_helper_message){.kind = kind}, NULL);
}

int ask_number(enum mc_helper_kind kind, uint32_t number)
{
    return ask(&(struct mc_helper_message){.kind = kind, .body.number = number}, NULL);
}

int ask_address(enum mc_helper_kind kind, const char *address)
{
    struct mc_helper_message message = {.kind = kind};

    mc_helper_text(message.body.address.text, sizeof(message.body.address.text), address);
    return ask(&message, NULL);
}

int ask_tty(enum mc_helper_kind kind, const char *path)
{
    struct mc_helper_message message = {.kind = kind};

    mc_helper_text(message.body.path.text, sizeof(message.body.path.text), path);
    return ask(&message, NULL);
}

int ask_signal(enum mc_errand_kind errand, enum mc_helper_signal_word signal)
{
    return ask(&(struct mc_helper_message){.kind = MC_HELPER_SIGNAL, .body.signal = {errand, signal}}, NULL);
}

int ask_names(uint32_t give, const char *server)
{
    struct mc_helper_message message = {.kind = MC_HELPER_WRITE_NAMES, .body.names.option = give};

    if (server != NULL) {
        message.body.names.servers.n = 1;
        mc_helper_text(message.body.names.servers.address[0], MC_HELPER_ADDRESS_BYTES, server);
    }
    return ask(&message, NULL);
}

/* ---- the bed ---- */

void note_pppd(pid_t pid, const char *start)
{
    char text[64];

    snprintf(text, sizeof(text), "%d %s\n", (int)pid, start);
    scratch_write(bed.dir, "test.pppd", text, 0600);
}

void pid_file(const char *name, pid_t pid, const char *ifname)
{
    char text[64];

    snprintf(text, sizeof(text), "%d\n%s", (int)pid, ifname);
    scratch_write(bed.pid_dir, name, text, 0644);
}

/* This very process is pppd, and the interface its. */
void be_pppd(void)
{
    struct mc_process self;

    assert_int_equal(mc_process_read(getpid(), &self), 0);
    note_pppd(getpid(), self.start);
    pid_file("ppp-microcat-test.pid", getpid(), "mcppp0\n");
}

int another_helper(void)
{
    const struct mc_helper_place place = {.instance = "test",
                                          .notes = bed.dir,
                                          .config = bed.config_path,
                                          .plugin = "/plugin.so",
                                          .runtime_dir = bed.pid_dir,
                                          .pid_files = bed.pid_files,
                                          .resolv_conf = bed.resolv_conf,
                                          .resolvconf = bed.resolvconf,
                                          .networkmanager = bed.pid_dir};

    mc_helper_server_free(bed.server);
    bed.server = NULL;
    return mc_helper_server_new(bed.loop, &place, &bed.server);
}

int set_up(void **state)
{
    const char *script = "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"${0%/*}/args\"\ncat <&3 >\"${0%/*}/secrets\"\n"
                         "echo started\nexec sleep 1000\n";

    if (scratch_make(bed.dir) < 0 || mc_loop_new(&bed.loop) < 0)
        return -1;
    snprintf(bed.pid_dir, sizeof(bed.pid_dir), "%s/run", bed.dir);
    snprintf(bed.resolv_conf, sizeof(bed.resolv_conf), "%s/resolv.conf", bed.dir);
    snprintf(bed.resolvconf, sizeof(bed.resolvconf), "%s/resolvconf", bed.dir);
    snprintf(bed.config_path, sizeof(bed.config_path), "%s/test.conf", bed.dir);
    mkdir(bed.pid_dir, 0755);
    scratch_write(bed.dir, "pppd", script, 0755);
    bed.pid_files[0] = bed.pid_dir;
    for (size_t i = 0; i < MC_HELPER_FDS_MAX; i++)
        bed.fds[i] = -1;
    configure("");
    return another_helper();
}

int tear_down(void **state)
{
    mc_helper_close_fds(bed.fds);
    mc_helper_server_free(bed.server);
    bed.server = NULL;
    mc_config_free(bed.config);
    bed.config = NULL;
    bed.by_file = false;
    mc_loop_free(bed.loop);
    return scratch_remove(bed.dir);
}

char *text_of(const char *name)
{
    static char *text;

    free(text);
    assert_int_equal(mc_file_read(scratch_path(bed.dir, name), 4096, &text, NULL), 0);
    return text;
}

int begin(void **state)
{
    bed.tun_fd = test_network_enter() < 0 ? -1 : netns_tun("mcppp0", "10.164.98.251");
    return 0;
}

void quiet(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n, const char *message)
{
}
