/* SPDX-License-Identifier: MIT */
/* What only root may do, done by this process itself. */
#include <microcat/base/cleanup.h>
#include <microcat/host/networkmanager.h>
#include <microcat/host/privileged.h>
#include <microcat/host/probe_socket.h>
#include <microcat/host/pty.h>
#include <microcat/host/router.h>
#include <microcat/host/vrf.h>
#include <microcat/io/process.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

static int check_program(const char *path)
{
    return access(path, X_OK) < 0 ? -errno : 0;
}

static int spawn(struct mc_loop *loop, const struct mc_errand *errand, const struct mc_child_spec *spec,
                 const struct mc_child_events *events, void *ctx, struct mc_child **ret_child)
{
    return mc_child_spawn(loop, spec, events, ctx, ret_child);
}

static int kill_kept(int pidfd)
{
    return syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0 ? -errno : 0;
}

/* By pidfd, and only when it is still the very process that was noted: a pid may belong to somebody else by now. */
static int kill_orphan(pid_t pid, const char *start)
{
    _cleanup_close_ int pidfd = mc_process_pidfd(pid);
    struct mc_process now;

    if (pidfd < 0 || mc_process_read(pid, &now) < 0 || strcmp(now.start, start) != 0)
        return 0;
    return kill_kept(pidfd) < 0 ? -errno : 1;
}

/* What we may not, we may not. */
static int grant_tty(const char *path)
{
    return -EACCES;
}

static int trouble(void)
{
    return 0;
}

static const char *trouble_text(void)
{
    return "";
}

const struct mc_privileged_ops mc_privileged_direct = {
    .check_program = check_program,
    .open_pty = mc_pty_open,
    .lend_pty = mc_pty_lend,
    .spawn = spawn,
    .adopt = mc_child_adopt,
    .kill_kept = kill_kept,
    .kill_orphan = kill_orphan,
    .add_route = mc_route_add,
    .remove_route = mc_route_remove,
    .sweep_routes = mc_route_sweep,
    .add_server_route = mc_route_add_server,
    .remove_server_route = mc_route_remove_server,
    .join_vrf = mc_vrf_join,
    .accept_router = mc_router_accept,
    .ask_router = mc_router_ask,
    .open_probe = mc_probe_socket,
    .write_names = mc_names_block_write,
    .networkmanager_hands_off = mc_networkmanager_hands_off,
    .networkmanager_forget = mc_networkmanager_forget,
    .tty_holder = mc_port_holder,
    .grant_tty = grant_tty,
    .trouble = trouble,
    .trouble_text = trouble_text,
};

static const struct mc_privileged_ops *in_use = &mc_privileged_direct;

const struct mc_privileged_ops *mc_privileged(void)
{
    return in_use;
}

void mc_privileged_use(const struct mc_privileged_ops *ops)
{
    in_use = ops != NULL ? ops : &mc_privileged_direct;
    mc_port_ask_holder_of(in_use->tty_holder);
}
