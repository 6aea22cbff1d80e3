/* SPDX-License-Identifier: MIT */
/*
 * pppd-standin: takes pppd's place in tests on hosts whose kernel has no PPP. It is given pppd's arguments and heeds
 * the few that matter, negotiates with the simulator's small PPP, carries packets over a TUN device where there is one,
 * tells the daemon what our plugin would tell it (with the plugin's own client), and ends with pppd's exit statuses.
 */
#include "../../src/pppd-plugin/client.h"
#include "ppp_stub.h"
#include "pump.h"
#include "standin_tun.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microcat/base/buf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* pppd's numbers: phases of pppd.h, exit statuses of pppd(8) */
enum {
    PHASE_DEAD,
    PHASE_SERIALCONN = 2,
    PHASE_ESTABLISH = 4,
    PHASE_AUTHENTICATE,
    PHASE_NETWORK = 7,
    PHASE_RUNNING,
    PHASE_TERMINATE
};
enum {
    EXIT_OK = 0,
    EXIT_OPTIONS = 2,
    EXIT_SIGNAL = 5,
    EXIT_OPEN = 7,
    EXIT_NEGOTIATION = 10,
    EXIT_ECHO = 15,
    EXIT_HANGUP = 16,
    EXIT_LOOP = 17,
    EXIT_AUTH = 19
};

#define CHECK_MS 10000 /* how soon a restarted daemon is found again, as the plugin's */

struct standin {
    const char *tty_path, *socket, *ifname;
    int echo_interval_s, echo_failure, mtu;
    struct sim_pump *pump;
    struct sim_ppp *ppp;
    struct mc_buf out;
    int tty, tun, signal_fd, status;
    bool was_up, signalled;
    char user[MC_PLUGIN_NAME_BYTES], password[MC_PLUGIN_NAME_BYTES];
    uint64_t rx_bytes, tx_bytes;
    time_t up_at;
    struct mc_timer check;
};

static void finish(struct standin *s, int status)
{
    s->status = status;
    sim_pump_stop(s->pump);
}

static void flush(struct standin *s)
{
    while (mc_buf_len(&s->out) > 0) {
        ssize_t n = write(s->tty, mc_buf_head(&s->out), mc_buf_len(&s->out));

        if (n <= 0)
            break;
        mc_buf_consume(&s->out, (size_t)n);
    }
    sim_pump_set(s->pump, s->tty, mc_buf_len(&s->out) > 0 ? POLLIN | POLLOUT : POLLIN);
}

static void on_write(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct standin *s = ctx;

    mc_buf_append(&s->out, data, len_bytes); /* a full buffer drops the frame, as a network device does */
    flush(s);
}

static void tell_phase(int phase)
{
    struct mc_plugin_msg msg;

    mc_plugin_msg_init(&msg, MC_PLUGIN_PHASE);
    msg.phase = phase;
    mc_client_tell(&msg);
}

static void authenticate(struct standin *s)
{
    enum sim_ppp_auth auth = sim_ppp_addresses(s->ppp)->auth;
    const char *name = auth == SIM_PPP_AUTH_PAP ? "PAP" : "CHAP";
    struct mc_plugin_msg msg;

    if (auth == SIM_PPP_AUTH_NONE)
        return;
    mc_plugin_msg_init(&msg, MC_PLUGIN_AUTH);
    snprintf(msg.auth, sizeof(msg.auth), "%s", name);
    mc_client_tell(&msg);
    if (s->socket && mc_client_secrets(name, s->user, s->password) < 0)
        fprintf(stderr, "standin: no password for %s\n", name);
}

static void on_tun(void *ctx, short events)
{
    struct standin *s = ctx;
    uint8_t packet[2048];
    ssize_t n = read(s->tun, packet, sizeof(packet));

    if (n <= 0 || packet[0] >> 4 != 4 || mc_buf_room(&s->out) < 8192)
        return;
    s->tx_bytes += (uint64_t)n;
    sim_ppp_packet(s->ppp, packet, (size_t)n);
}

static void put(const uint8_t address[4], char *out, size_t out_bytes)
{
    static const uint8_t nobody[4];

    if (memcmp(address, nobody, 4) != 0)
        inet_ntop(AF_INET, address, out, (socklen_t)out_bytes);
}

static void network_up(struct standin *s)
{
    const struct sim_ppp_addresses *got = sim_ppp_addresses(s->ppp);
    struct mc_plugin_msg msg;

    mc_plugin_msg_init(&msg, MC_PLUGIN_IP_UP);
    s->tun = standin_tun_open(s->ifname, got->local, got->remote, s->mtu, msg.ifname);
    if (s->tun >= 0) {
        sim_pump_add(s->pump, s->tun, POLLIN, on_tun, s);
    } else {
        fprintf(stderr, "standin: no TUN device (%s): no interface\n", strerror(-s->tun));
        snprintf(msg.ifname, sizeof(msg.ifname), "%s", *s->ifname ? s->ifname : "ppp0");
    }
    sscanf(msg.ifname, "ppp%d", &msg.unit);
    msg.mtu = s->mtu;
    put(got->local, msg.local, sizeof(msg.local));
    put(got->remote, msg.remote, sizeof(msg.remote));
    put(got->dns[0], msg.dns1, sizeof(msg.dns1));
    put(got->dns[1], msg.dns2, sizeof(msg.dns2));
    s->up_at = time(NULL);
    s->was_up = true;
    mc_client_tell(&msg);
}

static void network_down(struct standin *s)
{
    struct mc_plugin_msg msg;

    if (s->tun < 0)
        return;
    sim_pump_remove(s->pump, s->tun);
    close(s->tun);
    s->tun = -1;
    mc_plugin_msg_init(&msg, MC_PLUGIN_IP_DOWN);
    mc_client_tell(&msg);
}

static void on_phase(void *ctx, enum sim_ppp_phase phase)
{
    static const int numbers[SIM_PPP_PHASES] = {[SIM_PPP_DEAD] = PHASE_DEAD,
                                                [SIM_PPP_ESTABLISH] = PHASE_ESTABLISH,
                                                [SIM_PPP_AUTHENTICATE] = PHASE_AUTHENTICATE,
                                                [SIM_PPP_NETWORK] = PHASE_NETWORK,
                                                [SIM_PPP_RUNNING] = PHASE_RUNNING,
                                                [SIM_PPP_TERMINATE] = PHASE_TERMINATE};
    struct standin *s = ctx;

    if (phase != SIM_PPP_RUNNING)
        network_down(s);
    tell_phase(numbers[phase]);
    if (phase == SIM_PPP_AUTHENTICATE)
        authenticate(s);
    if (phase == SIM_PPP_RUNNING)
        network_up(s);
}

static void on_packet(void *ctx, const uint8_t *data, size_t len_bytes)
{
    struct standin *s = ctx;

    s->rx_bytes += len_bytes;
    if (s->tun >= 0)
        (void)!write(s->tun, data, len_bytes);
}

static void on_ended(void *ctx, enum sim_ppp_end end)
{
    struct standin *s = ctx;

    switch (end) {
    case SIM_PPP_END_SELF:
        finish(s, s->signalled ? EXIT_SIGNAL : EXIT_OK);
        break;
    case SIM_PPP_END_PEER:
        finish(s, s->was_up ? EXIT_OK : EXIT_NEGOTIATION);
        break;
    case SIM_PPP_END_AUTH:
        finish(s, EXIT_AUTH);
        break;
    case SIM_PPP_END_ECHO:
        finish(s, EXIT_ECHO);
        break;
    case SIM_PPP_END_LOOP:
        finish(s, EXIT_LOOP);
        break;
    default:
        finish(s, EXIT_NEGOTIATION);
    }
}

static void on_tty(void *ctx, short events)
{
    struct standin *s = ctx;
    uint8_t data[4096];
    ssize_t n;

    if (events & POLLOUT)
        flush(s);
    if (!(events & (POLLIN | POLLHUP | POLLERR)))
        return;
    n = read(s->tty, data, sizeof(data));
    if (n > 0)
        sim_ppp_input(s->ppp, data, (size_t)n);
    else if (n == 0 || errno != EAGAIN)
        finish(s, EXIT_HANGUP);
}

/* The first SIGTERM closes PPP in an orderly way, as pppd's does. */
static void on_signal(void *ctx, short events)
{
    struct standin *s = ctx;
    struct signalfd_siginfo info;

    if (read(s->signal_fd, &info, sizeof(info)) != sizeof(info))
        return;
    if (s->signalled)
        finish(s, EXIT_SIGNAL);
    s->signalled = true;
    sim_ppp_close(s->ppp);
}

static void on_check(void *ctx)
{
    struct standin *s = ctx;

    mc_client_check();
    mc_timer_arm(&s->check, sim_pump_queue(s->pump), CHECK_MS);
}

static int parse(struct standin *s, int argc, char **argv)
{
    s->ifname = "";
    s->mtu = 1500;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";

        if (!strcmp(word, "lcp-echo-interval"))
            s->echo_interval_s = atoi(value);
        else if (!strcmp(word, "lcp-echo-failure"))
            s->echo_failure = atoi(value);
        else if (!strcmp(word, "mtu"))
            s->mtu = atoi(value);
        else if (!strcmp(word, "ifname"))
            s->ifname = value;
        else if (!strcmp(word, "microcat-socket"))
            s->socket = value;
        else if (!strncmp(word, "/dev/", 5) && !s->tty_path)
            s->tty_path = word;
    }
    return s->tty_path ? 0 : -EINVAL;
}

static int open_tty(struct standin *s)
{
    struct termios raw;

    s->tty = open(s->tty_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (s->tty < 0 || tcgetattr(s->tty, &raw) < 0)
        return -errno;
    cfmakeraw(&raw);
    raw.c_cflag |= CREAD | CLOCAL;
    return tcsetattr(s->tty, TCSANOW, &raw) < 0 ? -errno : sim_pump_add(s->pump, s->tty, POLLIN, on_tty, s);
}

static int catch_signals(struct standin *s)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return s->signal_fd < 0 ? -errno : sim_pump_add(s->pump, s->signal_fd, POLLIN, on_signal, s);
}

static int run(struct standin *s)
{
    static const struct sim_ppp_callbacks callbacks = {on_write, on_phase, on_packet, on_ended};
    struct sim_ppp_config config = {.user = s->user,
                                    .password = s->password,
                                    .echo_interval_ms = s->echo_interval_s * 1000,
                                    .echo_failure = s->echo_failure,
                                    .seed = (uint32_t)getpid()};

    s->pump = sim_pump_new();
    if (!s->pump || catch_signals(s) < 0)
        return 1;
    mc_buf_init(&s->out, 65536);
    if (open_tty(s) < 0)
        return EXIT_OPEN;
    s->ppp = sim_ppp_new(sim_pump_queue(s->pump), &config, &callbacks, s);
    if (!s->ppp)
        return 1;
    if (s->socket)
        mc_client_open(s->socket, "standin");
    mc_timer_init(&s->check, "check", on_check, s);
    mc_timer_arm(&s->check, sim_pump_queue(s->pump), CHECK_MS);
    tell_phase(PHASE_SERIALCONN);
    sim_ppp_open(s->ppp);
    sim_pump_run(s->pump);
    mc_timer_disarm(&s->check);
    return s->status;
}

static void tell_exit(const struct standin *s, int status)
{
    struct mc_plugin_msg msg;

    mc_plugin_msg_init(&msg, MC_PLUGIN_EXIT);
    msg.status = status;
    msg.rx_bytes = s->rx_bytes;
    msg.tx_bytes = s->tx_bytes;
    msg.seconds = s->up_at ? (uint32_t)(time(NULL) - s->up_at) : 0;
    mc_client_tell(&msg);
    mc_client_close();
}

int main(int argc, char **argv)
{
    struct standin s = {.tty = -1, .tun = -1, .signal_fd = -1};
    int status;

    if (parse(&s, argc, argv) < 0) {
        fputs("standin: no terminal given\n", stderr);
        return EXIT_OPTIONS;
    }
    status = run(&s);
    network_down(&s);
    tell_exit(&s, status);
    mc_plugin_wipe(s.password, sizeof(s.password));
    sim_ppp_free(s.ppp);
    mc_buf_free(&s.out);
    sim_pump_free(s.pump);
    return status;
}
