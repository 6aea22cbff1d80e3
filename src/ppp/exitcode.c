/* SPDX-License-Identifier: MIT */
#include <microcat/ppp/exitcode.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* What a status means by itself. `up` is the fault when the call already had an address, `setup` when it had not. */
struct row {
    const char *meaning;
    enum mc_fault setup, up;
};

/* pppd(8), EXIT STATUS (the same numbers in 2.4.9's pppd.h and 2.5's ppp_exit_code_t). */
static const struct row rows[] = {
    [0] = {"ended by the peer or on request", MC_FAULT_PPP_TERMINATED, MC_FAULT_PPP_TERMINATED},
    [1] = {"fatal error", MC_FAULT_PPPD_FAILED, MC_FAULT_PPPD_DIED},
    [2] = {"error in its options", MC_FAULT_PPPD_UNUSABLE, MC_FAULT_PPPD_UNUSABLE},
    [3] = {"not root", MC_FAULT_PPPD_UNUSABLE, MC_FAULT_PPPD_UNUSABLE},
    [4] = {"the kernel has no PPP, or /dev/ppp is missing", MC_FAULT_NO_KERNEL_PPP, MC_FAULT_NO_KERNEL_PPP},
    [5] = {"ended by a signal from somebody", MC_FAULT_PPPD_DIED, MC_FAULT_PPPD_DIED},
    [6] = {"could not lock the pty", MC_FAULT_PPPD_FAILED, MC_FAULT_PPPD_FAILED},
    [7] = {"could not open the pty", MC_FAULT_PPPD_FAILED, MC_FAULT_PPPD_FAILED},
    [8] = {"connect script failed: look for one in /etc/ppp/options", MC_FAULT_PPPD_UNUSABLE, MC_FAULT_PPPD_UNUSABLE},
    [9] = {"pty command failed: look for one in /etc/ppp/options", MC_FAULT_PPPD_UNUSABLE, MC_FAULT_PPPD_UNUSABLE},
    [10] = {"negotiation failed", MC_FAULT_PPP_LCP, MC_FAULT_PPP_TERMINATED},
    [11] = {"the peer did not authenticate itself", MC_FAULT_PPP_AUTH, MC_FAULT_PPP_AUTH},
    [12] = {"idle", MC_FAULT_PPP_TERMINATED, MC_FAULT_PPP_TERMINATED},
    [13] = {"time limit reached", MC_FAULT_PPP_TERMINATED, MC_FAULT_PPP_TERMINATED},
    [14] = {"callback", MC_FAULT_PPP_LCP, MC_FAULT_PPP_TERMINATED},
    [15] = {"peer does not answer LCP echo", MC_FAULT_PPP_ECHO_DEAD, MC_FAULT_PPP_ECHO_DEAD},
    [16] = {"the line hung up", MC_FAULT_PPP_TERMINATED, MC_FAULT_PPP_TERMINATED},
    [17] = {"loopback: our own frames come back, the modem is in command mode", MC_FAULT_PPP_LCP, MC_FAULT_PPP_LCP},
    [18] = {"init script failed: look for one in /etc/ppp/options", MC_FAULT_PPPD_UNUSABLE, MC_FAULT_PPPD_UNUSABLE},
    [19] = {"the network refused user or password", MC_FAULT_PPP_AUTH, MC_FAULT_PPP_AUTH},
    [20] = {"traffic limit reached", MC_FAULT_PPP_TERMINATED, MC_FAULT_PPP_TERMINATED},
    [21] = {"calling number refused", MC_FAULT_PPP_AUTH, MC_FAULT_PPP_AUTH},
};

const char *mc_exit_meaning(int code)
{
    if (code < 0 || (size_t)code >= sizeof(rows) / sizeof(rows[0]))
        return "unknown status";
    return rows[code].meaning;
}

/* "Negotiation failed" and a peer that just ends the call say little; how far it came says more. */
static enum mc_fault by_phase(enum mc_ppp_phase reached)
{
    switch (reached) {
    case MC_PPP_NETWORK:
    case MC_PPP_RUNNING:
        return MC_FAULT_PPP_NO_ADDRESS;
    case MC_PPP_AUTHENTICATE:
        return MC_FAULT_PPP_AUTH;
    default:
        return MC_FAULT_PPP_LCP;
    }
}

static const char *phase_word(enum mc_ppp_phase phase)
{
    static const char *const text[MC_PPP_PHASE_COUNT] = {
        "before LCP", "before LCP", "during LCP", "during authentication", "during IPCP", "while running", "at the end",
    };
    return (unsigned)phase < MC_PPP_PHASE_COUNT ? text[phase] : "";
}

static enum mc_fault fault_of_code(const struct mc_exit_view *view, int code)
{
    enum mc_fault fault;

    if (code < 0 || (size_t)code >= sizeof(rows) / sizeof(rows[0]))
        return view->was_up ? MC_FAULT_PPPD_DIED : MC_FAULT_PPPD_FAILED;
    fault = view->was_up ? rows[code].up : rows[code].setup;
    /* A hang-up while it closes LCP in vain overwrites pppd's own 15 with 16. */
    if (code == 16 && view->echo_lost)
        return MC_FAULT_PPP_ECHO_DEAD;
    if (!view->was_up && (code == 0 || code == 10 || code == 16))
        fault = by_phase(view->reached);
    /* Never a word from the plugin and a bare 1: it did not even load ours (a pppd of another version says so on its
     * log). */
    if (!view->was_up && code == 1 && !view->spoke)
        fault = MC_FAULT_PPPD_UNUSABLE;
    return fault;
}

static enum mc_fault fault_of_exec(int error)
{
    return error == -ENOENT ? MC_FAULT_PPPD_MISSING : MC_FAULT_PPPD_UNUSABLE;
}

enum mc_fault mc_exit_fault(const struct mc_exit_view *view, char *text, size_t text_bytes)
{
    int status = view->wait_status, code;

    if (view->exec_error != 0) {
        snprintf(text, text_bytes, "pppd could not be started: %s", strerror(-view->exec_error));
        return fault_of_exec(view->exec_error);
    }
    if (view->stuck) {
        snprintf(text, text_bytes, "pppd did not react and was killed %s", phase_word(view->reached));
        return MC_FAULT_PPPD_STUCK;
    }
    if (view->late) {
        snprintf(text, text_bytes, "no address in time, ended %s", phase_word(view->reached));
        return view->reached >= MC_PPP_NETWORK && view->reached <= MC_PPP_RUNNING ? MC_FAULT_PPP_NO_ADDRESS
                                                                                  : MC_FAULT_PPP_TIMEOUT;
    }
    if (view->unknown) {
        snprintf(text, text_bytes, "pppd ended, how is not known, %s", phase_word(view->reached));
        return view->stop_asked ? MC_FAULT_NONE : MC_FAULT_PPPD_DIED;
    }
    if (WIFSIGNALED(status)) {
        snprintf(text, text_bytes, "pppd was killed by signal %d %s", WTERMSIG(status), phase_word(view->reached));
        return view->stop_asked ? MC_FAULT_NONE : MC_FAULT_PPPD_DIED;
    }
    code = WEXITSTATUS(status);
    snprintf(text, text_bytes, "pppd exited with %d (%s) %s", code, mc_exit_meaning(code), phase_word(view->reached));
    return view->stop_asked ? MC_FAULT_NONE : fault_of_code(view, code);
}
