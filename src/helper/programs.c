/* SPDX-License-Identifier: MIT */
/* What the helper starts and signals: pppd on the pty that it made, the board's command, resolvconf. */
#include "server_priv.h"

#include <microcat/base/log.h>
#include <microcat/host/board_command.h>
#include <microcat/host/resolvconf.h>
#include <microcat/io/port.h>
#include <microcat/ppp/options.h>
#include <microcat/ppp/plugin_proto.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* What pppd finds behind stdin, stdout and stderr: mc_child puts what it inherits there. */
enum { SECRETS_FD = 3 };

static void on_exit_(void *ctx, int wait_status)
{
    struct helper_program *program = ctx;

    program->ended = true;
    program->wait_status = wait_status;
    mc_child_free(MC_TAKE_PTR(program->child));
}

static const struct mc_child_events events = {.on_exit = on_exit_};

/* Output goes into pipes that the client reads: no file, no tty. */
static bool is_pipe(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

static int start(struct helper_job *job, enum mc_errand_kind kind, struct mc_child_spec *spec, const int out_fds[2])
{
    struct helper_program *program = &job->server->programs[kind];
    const char *step = "output";
    int r = is_pipe(out_fds[0]) && is_pipe(out_fds[1]) ? 0 : -EPERM;

    if (program->child != NULL) /* one at a time; what ran before goes on without us */
        mc_child_release(MC_TAKE_PTR(program->child));
    *program = (struct helper_program){0};
    spec->out_fds = out_fds;
    spec->ret_step = &step;
    if (r == 0)
        r = mc_child_spawn(job->server->loop, spec, &events, program, &program->child);
    mc_helper_text(job->out->process.text, sizeof(job->out->process.text), r < 0 ? step : "");
    if (r < 0)
        return r;
    job->out->process.pid = mc_child_pid(program->child);
    job->out_fds[0] = fcntl(mc_child_pidfd(program->child), F_DUPFD_CLOEXEC, 3);
    return job->out_fds[0] < 0 ? -errno : 0;
}

/* ---- pppd ---- */

int helper_open_pty(struct helper_job *job)
{
    struct stat st;
    char name[64];
    int r = mc_privileged_direct.open_pty(&job->out_fds[0], &job->out_fds[1], name, sizeof(name));

    mc_helper_text(job->out->path.text, sizeof(job->out->path.text), name);
    if (r < 0)
        return r;
    if (fstat(job->out_fds[1], &st) < 0)
        return -errno;
    return helper_note_pty(job->server, st.st_rdev);
}

/* A tty of the client's is all that the other gets by it: what is typed there, the client reads. */
int helper_lend_pty(struct helper_job *job)
{
    char name[64];
    int r =
        mc_privileged_direct.lend_pty((uid_t)job->in->number, &job->out_fds[0], &job->out_fds[1], name, sizeof(name));

    mc_helper_text(job->out->path.text, sizeof(job->out->path.text), name);
    return r;
}

/* The slave of the pty that was made here, and no other tty. */
static int check_pty(const struct helper_job *job, int fd, char *name, size_t name_bytes)
{
    struct stat st, named;

    /* Not an O_PATH descriptor, which looks the same and keeps no name from anybody. */
    if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_uid != geteuid() ||
        st.st_rdev != helper_noted_pty(job->server) || isatty(fd) == 0)
        return -EPERM;
    return mc_port_real(fd, name, name_bytes) && strncmp(name, "/dev/pts/", 9) == 0 && stat(name, &named) == 0 &&
                   named.st_rdev == st.st_rdev && named.st_dev == st.st_dev
               ? 0
               : -EPERM;
}

/* A pipe with the plugin's answer in it: pppd inherits it, and nobody else has it. */
static int secrets_fd(const struct mc_settings *settings)
{
    const bool given = settings->pdp.user[0] != '\0';
    char line[MC_PLUGIN_LINE_BYTES];
    struct mc_plugin_msg msg;
    int ends[2], n;

    mc_plugin_msg_init(&msg, MC_PLUGIN_SECRETS);
    snprintf(msg.user, sizeof(msg.user), "%s", given ? settings->pdp.user : "microcat");
    snprintf(msg.password, sizeof(msg.password), "%s", given ? settings->pdp.password : "microcat");
    n = mc_plugin_encode(&msg, line, sizeof(line));
    mc_plugin_wipe(&msg, sizeof(msg));
    if (n < 0)
        return n;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    const bool written = write(ends[1], line, (size_t)n) == n;
    mc_plugin_wipe(line, sizeof(line));
    close(ends[1]);
    if (written)
        return ends[0];
    close(ends[0]);
    return -EIO;
}

int helper_start_pppd(struct helper_job *job)
{
    char tty[64], socket[160], link[80];
    struct mc_options options;
    int r = check_pty(job, job->fds[0], tty, sizeof(tty));

    mc_helper_text(job->out->process.text, sizeof(job->out->process.text), r < 0 ? "pty" : "output");
    if (r < 0 || !is_pipe(job->fds[1]) || !is_pipe(job->fds[2]))
        return r < 0 ? r : -EPERM;
    mc_helper_text(job->out->process.text, sizeof(job->out->process.text), "secrets");
    _cleanup_close_ int secrets = secrets_fd(job->settings);
    if (secrets < 0)
        return secrets;
    helper_plugin_socket(job->server, socket, sizeof(socket));
    helper_link(job->server, link, sizeof(link));
    const struct mc_options_input input = {.settings = job->settings,
                                           .tty = tty,
                                           .plugin = job->server->place.plugin,
                                           .socket = socket,
                                           .link = link,
                                           .secrets_fd = SECRETS_FD,
                                           .modern = mc_options_pppd_is_modern()};
    r = mc_options_make(&input, &options);
    mc_helper_text(job->out->process.text, sizeof(job->out->process.text), "options");
    if (r < 0)
        return r;
    helper_kill_pppd(job->server); /* one call an instance */
    /* pppd opens its tty by name, and the client may have closed both ends before it comes to that: while a descriptor
     * of the slave is open the kernel gives the name to nobody else (somebody's login). A hang-up hangs up that one,
     * too. */
    const int inherit[] = {secrets, job->fds[0]};
    struct mc_child_spec spec = {.program = job->settings->ppp.program,
                                 .argv = (const char *const *)options.argv,
                                 .envp = (const char *const *)options.envp,
                                 .stdin_fd = -1,
                                 .inherit = inherit,
                                 .n_inherit = MC_LENGTH_OF(inherit),
                                 .name = "pppd"};
    r = start(job, MC_ERRAND_PPPD, &spec, &job->fds[1]);
    mc_options_free(&options);
    if (r == 0)
        r = helper_note_pppd(job->server, job->out->process.pid);
    if (r < 0 && job->server->programs[MC_ERRAND_PPPD].child != NULL) /* one that is not noted is nobody's */
        mc_child_free(MC_TAKE_PTR(job->server->programs[MC_ERRAND_PPPD].child));
    return r;
}

/* ---- the others ---- */

int helper_start_board(struct helper_job *job)
{
    const bool reset = job->in->number == MC_HELPER_BOARD_RESET;
    const char *setting = reset ? job->settings->modem.reset : job->settings->modem.power;
    struct mc_board_command command;

    if (!mc_board_is_command(setting))
        return -EPERM;
    mc_board_command(&command, setting, mc_strtab_name(&mc_helper_board_names, (int)job->in->number));
    struct mc_child_spec spec = {
        .program = "/bin/sh", .argv = command.argv, .envp = command.envp, .stdin_fd = -1, .name = "board command"};
    return start(job, MC_ERRAND_BOARD, &spec, job->fds);
}

int helper_start_resolvconf(struct helper_job *job)
{
    const enum mc_errand_record record = (enum mc_errand_record)job->in->names.option;
    const bool adding = record == MC_RECORD_ADD_BEHIND || record == MC_RECORD_ADD_FIRST;
    const struct mc_helper_servers *servers = &job->in->names.servers;
    const uint32_t metric = adding ? (uint32_t)job->settings->ppp.route_metric : 0; /* a record's, to be put in */
    char text[MC_RESOLVCONF_TEXT_BYTES] = "";
    struct mc_resolvconf_command command;
    _cleanup_close_ int text_fd = -1;

    if (adding && (!job->settings->ppp.use_dns || servers->n == 0 || !helper_servers_are_usable(servers)))
        return -EPERM;
    for (uint32_t i = 0; adding && i < servers->n; i++)
        mc_resolvconf_add(text, sizeof(text), servers->address[i]);
    if (adding && (text_fd = mc_resolvconf_text_fd(text)) < 0)
        return text_fd;
    mc_resolvconf_command(&command, job->server->place.resolvconf, job->server->place.instance, record, metric);
    struct mc_child_spec spec = {
        .program = "/bin/sh", .argv = command.argv, .envp = command.envp, .stdin_fd = text_fd, .name = "resolvconf"};
    return start(job, MC_ERRAND_RESOLVCONF, &spec, job->fds);
}

/* ---- signals and ends ---- */

int helper_kill_pppd(const struct mc_helper_server *server)
{
    pid_t pid;
    _cleanup_close_ int pidfd = helper_pppd(server, &pid);

    if (pidfd < 0)
        return 0;
    mc_notice("ending pppd %d", (int)pid);
    return mc_privileged_direct.kill_kept(pidfd) < 0 ? -errno : 1;
}

int helper_signal(struct helper_job *job)
{
    static const int signals[MC_HELPER_SIGNAL_COUNT] = {SIGTERM, SIGCONT, SIGKILL};
    const int signo = signals[job->in->signal.signal];
    const struct helper_program *program = &job->server->programs[job->in->signal.errand];
    pid_t pid;

    if (job->in->signal.errand != MC_ERRAND_PPPD)
        return program->child != NULL ? mc_child_kill_group(program->child, signo) : -ESRCH;
    _cleanup_close_ int pidfd = helper_pppd(job->server, &pid);
    if (pidfd < 0)
        return pidfd;
    return syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0) < 0 ? -errno : 0;
}

/* Who asks saw it end by its pidfd, as we do; perhaps earlier. */
static int peek(const struct mc_child *child, int *ret_status)
{
    siginfo_t info = {0};

    if (waitid(P_PID, (id_t)mc_child_pid(child), &info, WEXITED | WNOHANG | WNOWAIT) < 0)
        return -errno;
    if (info.si_pid == 0)
        return -EBUSY; /* it has not ended */
    *ret_status = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
    return 0;
}

int helper_status(struct helper_job *job)
{
    const struct helper_program *program = &job->server->programs[job->in->number];
    int status = program->wait_status, r = 0;

    if (program->child != NULL)
        r = peek(program->child, &status);
    else if (!program->ended)
        r = -ECHILD; /* another helper started it */
    job->out->number = r == 0 ? (uint32_t)status : 0;
    return r;
}
