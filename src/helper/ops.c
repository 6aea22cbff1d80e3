/* SPDX-License-Identifier: MIT */
/* host/privileged.h, asked of the helper. What the helper takes from the configuration is not sent. */
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/helper/client.h>
#include <microcat/host/privileged.h>
#include <microcat/io/loop.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* So long a helper is there that may know how its child ended; a new one knows nothing. */
#define HELPER_LIVES_MS 25000

/* Ending a call asks for half a dozen things: one that hangs must not hold up the daemon for each of them, or its
 * watchdog would end it. For so long nobody waits for longer than this. */
#define HUNG_MS  20000
#define HASTY_MS 300

/* While nothing runs yet there is nothing to hold up, and a busy gateway needs seconds to start a helper. The unit's
 * TimeoutStartSec= is longer. */
#define PATIENT_MS 20000

static char helper_path[108];
static int64_t asked_at_ms, hung_until_ms;
static struct mc_loop *late_loop;

void mc_helper_keep_time(struct mc_loop *loop)
{
    late_loop = loop;
}

static int deadline_ms(bool hung)
{
    return hung ? HASTY_MS : late_loop == NULL ? PATIENT_MS : MC_HELPER_DEADLINE_MS;
}

static int call(const struct mc_helper_message *request, const int *fds, union mc_helper_body *ret_reply,
                int ret_fds[MC_HELPER_FDS_MAX])
{
    const bool hung = mc_loop_clock_ms() < hung_until_ms;
    int r = mc_helper_call(helper_path, request, fds, ret_reply, ret_fds, deadline_ms(hung));

    asked_at_ms = mc_loop_clock_ms();
    if (late_loop != NULL)
        mc_loop_waited(late_loop);
    if (mc_helper_trouble() == 0 || mc_helper_trouble() == MC_HELPER_MISTAKES)
        hung_until_ms = 0;
    else if (mc_helper_trouble() == -ETIMEDOUT && !hung)
        hung_until_ms = asked_at_ms + HUNG_MS;
    if (mc_helper_trouble() != 0)
        mc_warn("microcat-helper (%s), asked for %s: %s", helper_path, mc_helper_kind_name(request->kind),
                mc_helper_trouble_text());
    return r;
}

static int plain(enum mc_helper_kind kind)
{
    return call(&(struct mc_helper_message){.kind = kind}, NULL, NULL, NULL);
}

static int with_number(enum mc_helper_kind kind, uint32_t number)
{
    return call(&(struct mc_helper_message){.kind = kind, .body.number = number}, NULL, NULL, NULL);
}

static uint32_t family_word(enum mc_route_family family)
{
    return family == MC_ROUTE_IPV6 ? MC_HELPER_IPV6 : MC_HELPER_IPV4;
}

/* ---- processes ---- */

/* It is there; whether root may run it is the helper's to find out. */
static int check_program(const char *path)
{
    return access(path, F_OK) < 0 ? -errno : 0;
}

static int ask_pty(const struct mc_helper_message *message, int *ret_master_fd, int *ret_slave_fd, char *name,
                   size_t name_bytes)
{
    int fds[MC_HELPER_FDS_MAX];
    union mc_helper_body reply;
    int r = call(message, NULL, &reply, fds);

    snprintf(name, name_bytes, "%s", mc_helper_trouble() != 0 ? "microcat-helper" : reply.path.text);
    if (r < 0)
        return r;
    *ret_master_fd = fds[0];
    *ret_slave_fd = fds[1];
    return 0;
}

static int open_pty(int *ret_master_fd, int *ret_slave_fd, char *name, size_t name_bytes)
{
    return ask_pty(&(struct mc_helper_message){.kind = MC_HELPER_OPEN_PTY}, ret_master_fd, ret_slave_fd, name,
                   name_bytes);
}

static int lend_pty(uid_t uid, int *ret_master_fd, int *ret_slave_fd, char *name, size_t name_bytes)
{
    return ask_pty(&(struct mc_helper_message){.kind = MC_HELPER_LEND_PTY, .body.number = uid}, ret_master_fd,
                   ret_slave_fd, name, name_bytes);
}

static bool put_servers(struct mc_helper_servers *servers, const char *const *addresses, size_t n)
{
    if (n > MC_HELPER_SERVERS)
        return false;
    servers->n = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        if (!mc_helper_text(servers->address[i], sizeof(servers->address[i]), addresses[i]))
            return false;
    return true;
}

static uint32_t board_word(const char *word)
{
    int value = mc_strtab_value(&mc_helper_board_names, word);

    return value < 0 ? MC_HELPER_BOARD_COUNT : (uint32_t)value; /* one that there is none of cannot be sent */
}

static void put_record(struct mc_helper_message *message, const struct mc_errand *errand)
{
    struct mc_helper_servers *servers = &message->body.names.servers;
    const char *at = errand->servers;

    message->body.names.option = errand->record;
    if (errand->record != MC_RECORD_ADD_BEHIND && errand->record != MC_RECORD_ADD_FIRST)
        return;
    while (servers->n < MC_HELPER_SERVERS &&
           mc_resolv_next(&at, servers->address[servers->n], sizeof(servers->address[0])))
        servers->n++;
}

static int start(const struct mc_child_hands *hands, const void *about, const struct mc_child_spec *spec,
                 const int out_fds[2], pid_t *ret_pid, int *ret_pidfd, const char **ret_step)
{
    static const enum mc_helper_kind kinds[MC_ERRAND_COUNT] = {MC_HELPER_START_PPPD, MC_HELPER_START_BOARD,
                                                               MC_HELPER_START_RESOLVCONF};
    static char step[64];
    const struct mc_errand *errand = about;
    struct mc_helper_message message = {.kind = kinds[errand->kind]};
    const int fds[MC_HELPER_FDS_MAX] = {errand->tty_fd, out_fds[0], out_fds[1]};
    int reply_fds[MC_HELPER_FDS_MAX];
    union mc_helper_body reply = {0};

    if (errand->kind == MC_ERRAND_BOARD)
        message.body.number = board_word(errand->word);
    else if (errand->kind == MC_ERRAND_RESOLVCONF)
        put_record(&message, errand);
    int r = call(&message, errand->kind == MC_ERRAND_PPPD ? fds : &fds[1], &reply, reply_fds);
    snprintf(step, sizeof(step), "%s", mc_helper_trouble() != 0 ? "microcat-helper" : reply.process.text);
    *ret_step = step;
    if (r < 0)
        return r;
    *ret_pid = reply.process.pid;
    *ret_pidfd = reply_fds[0];
    return 0;
}

static int send_signal(int errand, int signo)
{
    struct mc_helper_message message = {.kind = MC_HELPER_SIGNAL, .body.signal.errand = (uint32_t)errand};

    message.body.signal.signal = signo == SIGTERM   ? MC_HELPER_TERM
                                 : signo == SIGCONT ? MC_HELPER_CONT
                                 : signo == SIGKILL ? MC_HELPER_KILL
                                                    : MC_HELPER_SIGNAL_COUNT;
    return call(&message, NULL, NULL, NULL);
}

static int signal_child(const struct mc_child_hands *hands, pid_t pid, int signo)
{
    return send_signal(hands->errand, signo);
}

static int status_of(const struct mc_child_hands *hands, pid_t pid)
{
    const struct mc_helper_message message = {.kind = MC_HELPER_STATUS, .body.number = (uint32_t)hands->errand};
    union mc_helper_body reply;

    if (mc_loop_clock_ms() - asked_at_ms > HELPER_LIVES_MS || call(&message, NULL, &reply, NULL) < 0)
        return MC_CHILD_STATUS_UNKNOWN;
    return (int)reply.number;
}

static const struct mc_child_hands hands[MC_ERRAND_COUNT] = {
    [MC_ERRAND_PPPD] = {MC_ERRAND_PPPD, start, signal_child, status_of},
    [MC_ERRAND_BOARD] = {MC_ERRAND_BOARD, start, signal_child, status_of},
    [MC_ERRAND_RESOLVCONF] = {MC_ERRAND_RESOLVCONF, start, signal_child, status_of},
};

static int spawn(struct mc_loop *loop, const struct mc_errand *errand, const struct mc_child_spec *spec,
                 const struct mc_child_events *events, void *ctx, struct mc_child **ret_child)
{
    struct mc_child_spec theirs = *spec;

    theirs.hands = &hands[errand->kind];
    theirs.errand = errand;
    return mc_child_spawn(loop, &theirs, events, ctx, ret_child);
}

static int adopt(struct mc_loop *loop, int pidfd, pid_t pid, const char *name, const struct mc_child_events *events,
                 void *ctx, struct mc_child **ret_child)
{
    int r = mc_child_adopt(loop, pidfd, pid, name, events, ctx, ret_child);

    if (r == 0)
        mc_child_hand_over(*ret_child, &hands[MC_ERRAND_PPPD]);
    return r;
}

static int kill_kept(int pidfd)
{
    return send_signal(MC_ERRAND_PPPD, SIGKILL);
}

/* The helper has a note of its own. */
static int kill_orphan(pid_t pid, const char *start_time)
{
    return with_number(MC_HELPER_SWEEP, 1);
}

/* ---- the network ---- */

static int add_route(const char *ifname, enum mc_route_family family, uint32_t metric, uint32_t table)
{
    return with_number(MC_HELPER_ADD_ROUTE, family_word(family));
}

static int remove_route(const char *ifname, enum mc_route_family family, uint32_t metric, uint32_t table)
{
    return with_number(MC_HELPER_REMOVE_ROUTE, family_word(family));
}

static int sweep_routes(const char *ifname)
{
    return with_number(MC_HELPER_SWEEP, 0);
}

static int server_route(enum mc_helper_kind kind, const char *server)
{
    struct mc_helper_message message = {.kind = kind};

    if (!mc_helper_text(message.body.address.text, sizeof(message.body.address.text), server))
        return -EINVAL;
    return call(&message, NULL, NULL, NULL);
}

static int add_server_route(const char *ifname, const char *server, uint32_t metric, uint32_t table)
{
    return server_route(MC_HELPER_ADD_SERVER, server);
}

static int remove_server_route(const char *ifname, const char *server, uint32_t metric, uint32_t table)
{
    return server_route(MC_HELPER_REMOVE_SERVER, server);
}

static int join_vrf(const char *ifname, const char *vrf, uint32_t *ret_table)
{
    union mc_helper_body reply;
    int r = call(&(struct mc_helper_message){.kind = MC_HELPER_JOIN_VRF}, NULL, &reply, NULL);

    if (r == 0)
        *ret_table = reply.number;
    return r;
}

static int accept_router(const char *ifname)
{
    return plain(MC_HELPER_ACCEPT_ROUTER);
}

static int ask_router(const char *ifname)
{
    return plain(MC_HELPER_ASK_ROUTER);
}

static int open_probe(enum mc_probe_kind kind, int family, const char *ifname, bool *ret_raw)
{
    const struct mc_helper_message message = {.kind = MC_HELPER_OPEN_PROBE,
                                              .body.number = family == AF_INET6 ? MC_HELPER_IPV6 : MC_HELPER_IPV4};
    union mc_helper_body reply;
    int fds[MC_HELPER_FDS_MAX];
    int r = call(&message, NULL, &reply, fds);

    if (r < 0)
        return r;
    *ret_raw = reply.number != 0;
    return fds[0];
}

/* ---- names ---- */

static int set_resolved(const char *ifname, const char *const *servers, size_t n_servers, bool default_route)
{
    struct mc_helper_message message = {.kind = MC_HELPER_SET_RESOLVED, .body.names.option = default_route};

    if (!put_servers(&message.body.names.servers, servers, n_servers))
        return -EINVAL;
    return call(&message, NULL, NULL, NULL);
}

static int revert_resolved(const char *ifname)
{
    return plain(MC_HELPER_REVERT_RESOLVED);
}

/* Looked at here first, which needs no right: who watches a file looks more often than he writes. */
static int write_names(const struct mc_names_block *block, const char *path, bool give, bool *ret_wrote)
{
    struct mc_helper_message message = {.kind = MC_HELPER_WRITE_NAMES, .body.names.option = give};
    union mc_helper_body reply;
    int r = mc_names_block_look(block, path, give, ret_wrote);

    if (r < 0 || !*ret_wrote)
        return r;
    *ret_wrote = false;
    if (give && !put_servers(&message.body.names.servers, block->servers, block->n_servers))
        return -EINVAL;
    r = call(&message, NULL, &reply, NULL);
    if (r >= 0)
        *ret_wrote = reply.number != 0;
    return r;
}

static int hands_off(const char *folder, const char *owner, const char *ifname)
{
    return with_number(MC_HELPER_NETWORKMANAGER, 1);
}

static void hands_on(const char *folder, const char *owner)
{
    with_number(MC_HELPER_NETWORKMANAGER, 0);
}

/* ---- the device ---- */

static int tty_holder(const char *path, struct mc_port_holder *ret_holder)
{
    struct mc_helper_message message = {.kind = MC_HELPER_TTY_HOLDER};
    union mc_helper_body reply;

    if (!mc_helper_text(message.body.path.text, sizeof(message.body.path.text), path))
        return -ENOENT;
    if (call(&message, NULL, &reply, NULL) < 0)
        return -ENOENT;
    ret_holder->pid = reply.process.pid;
    snprintf(ret_holder->name, sizeof(ret_holder->name), "%.31s", reply.process.text);
    return 0;
}

static int grant_tty(const char *path)
{
    struct mc_helper_message message = {.kind = MC_HELPER_GRANT_TTY};

    if (!mc_helper_text(message.body.path.text, sizeof(message.body.path.text), path))
        return -EACCES;
    return call(&message, NULL, NULL, NULL);
}

/* ---- the configuration ---- */

/* Which of the two it is, the helper knows; of a drop-in the name in its folder is enough. */
int mc_helper_open_config(const char *path)
{
    struct mc_helper_message message = {.kind = MC_HELPER_OPEN_CONFIG};
    const char *name = strrchr(path, '/');
    int fds[MC_HELPER_FDS_MAX];

    if (name != NULL && name - path > 7 && strncmp(name - 7, ".conf.d", 7) == 0 &&
        !mc_helper_text(message.body.path.text, sizeof(message.body.path.text), name + 1))
        return -ENAMETOOLONG;
    int r = call(&message, NULL, NULL, fds);
    return r < 0 ? r : fds[0];
}

static const struct mc_privileged_ops ops = {
    .check_program = check_program,
    .open_pty = open_pty,
    .lend_pty = lend_pty,
    .spawn = spawn,
    .adopt = adopt,
    .kill_kept = kill_kept,
    .kill_orphan = kill_orphan,
    .add_route = add_route,
    .remove_route = remove_route,
    .sweep_routes = sweep_routes,
    .add_server_route = add_server_route,
    .remove_server_route = remove_server_route,
    .join_vrf = join_vrf,
    .accept_router = accept_router,
    .ask_router = ask_router,
    .open_probe = open_probe,
    .set_resolved = set_resolved,
    .revert_resolved = revert_resolved,
    .write_names = write_names,
    .networkmanager_hands_off = hands_off,
    .networkmanager_forget = hands_on,
    .tty_holder = tty_holder,
    .grant_tty = grant_tty,
    .trouble = mc_helper_trouble,
    .trouble_text = mc_helper_trouble_text,
    .apart = true,
};

const struct mc_privileged_ops *mc_helper_ops(const char *path)
{
    snprintf(helper_path, sizeof(helper_path), "%s", path);
    return &ops;
}
