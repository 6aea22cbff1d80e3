/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_SIM_INTERNAL_H
#define MICROCAT_SIM_INTERNAL_H

/* The board's parts among themselves; nobody outside src/sim includes this. */

#include "board.h"
#include "mux.h"
#include <microcat/base/buf.h>
#include <microcat/base/cleanup.h>

#define SIM_LINE_MAX   1024 /* bytes of a command line that the modem takes */
#define SIM_ANSWER_MAX 2048
#define SIM_CONTEXTS   5 /* cids 1..5 */
#define SIM_RULES      16
#define SIM_DATA_LIMIT 16384 /* peer's bytes that wait for the wire */
#define SIM_OUT_LIMIT  65536

enum sim_power { SIM_POWER_OFF, SIM_POWER_BOOTING, SIM_POWER_ON, SIM_POWER_CLOSING };
enum sim_mode { SIM_MODE_COMMAND, SIM_MODE_DATA, SIM_MODE_ESCAPED, SIM_MODE_CMUX };
enum sim_work { SIM_WORK_BOOT, SIM_WORK_COMMAND, SIM_WORK_RADIO, SIM_WORK_HANGUP, SIM_WORK_WIRE, SIM_WORK_COUNT };
enum sim_rule_kind { SIM_RULE_REFUSE, SIM_RULE_SILENCE, SIM_RULE_MALFORM, SIM_RULE_LATE, SIM_RULE_ANSWER };

struct sim_context {
    bool defined;
    int auth;
    char type[12], apn[101], user[64], password[64];
};

struct sim_rule {
    enum sim_rule_kind kind;
    char match[48]; /* a command's beginning; "*" any */
    int left;       /* how often still; -1 for ever; 0 free slot */
    int ms;
    char text[64]; /* ANSWER: the line; "CME 17" an error instead */
};

enum sim_form { SIM_FORM_EXEC = 1, SIM_FORM_READ = 2, SIM_FORM_TEST = 4, SIM_FORM_WRITE = 8 };
#define SIM_ARGS 10
struct sim_request {
    enum sim_form form;
    const struct sim_command *row;
    const char *text; /* behind the name */
    int n_args;
    char *args[SIM_ARGS];    /* unquoted; "" when left out */
    char copy[SIM_LINE_MAX]; /* what args point into */
};

/* final result codes: above 0 a CME code */
enum sim_final { SIM_OK = 0, SIM_ERROR = -1, SIM_CONNECT = -2, SIM_NO_CARRIER = -3, SIM_SAID = -4 };

enum sim_needs { SIM_NEEDS_NOTHING, SIM_NEEDS_CARD, SIM_NEEDS_PIN };
struct sim_command {
    const char *name; /* behind AT; sorted */
    unsigned forms;
    enum sim_needs needs;
    int (*handler)(struct sim_board *b, struct sim_request *request); /* a final */
    int (*latency)(struct sim_board *b, struct sim_request *request); /* NULL: SIM_LATENCY_COMMAND */
    const char *test;                         /* information line of the =? form; NULL: just OK */
    bool (*there)(const struct sim_board *b); /* does this firmware know it? NULL: yes */
};

/* One who types AT commands, with an interpreter of its own: the plain line, or a DLC of the multiplexer. */
struct sim_channel {
    struct sim_board *board;
    int dlci; /* 0: the plain line */
    enum sim_mode mode;
    struct mc_timer command_timer;
    char line[SIM_LINE_MAX], running[SIM_LINE_MAX], waiting[SIM_LINE_MAX];
    char command[SIM_LINE_MAX]; /* of those on the running line, the one whose turn it is, with its AT */
    const char *rest;           /* of the running line, behind that one's semicolon; NULL: it is the last */
    size_t line_len;
    bool line_long, line_waits;
    char answer[SIM_ANSWER_MAX];
    size_t answer_len;
    struct sim_request request;
    bool echo, quiet, digits;   /* ATE1, ATQ1, ATV0 */
    enum sim_rule_kind verdict; /* of the command that runs, when ruled */
    const char *verdict_text;   /* ANSWER: its rule's */
    bool ruled;
};

struct sim_board {
    struct mc_timerq *queue;
    struct sim_profile profile;
    struct sim_callbacks callbacks;
    void *ctx;
    const struct sim_peer_ops *peer;
    void *peer_ctx;
    uint64_t random;

    bool plugged, lines[4];
    enum sim_power power;
    int64_t line_since_ms[4];
    struct mc_timer boot_timer, sim_timer, sms_timer, out_timer, register_timer, guard_timer, hangup_timer, mute_timer,
        word_timer, idle_timer, under_load_timer;
    bool word_closes;

    /* output */
    struct mc_buf out;
    int64_t wire_free_us; /* when the wire has sent what was given to it */
    uint32_t baud, next_baud, host_baud, saved_baud;
    bool flow, flow_wanted, host_flow; /* IFC=2,2 in force, asked for; CRTSCTS */
    bool mute, garbage;
    bool hung; /* why it is mute: a boot ends it */

    /* command mode */
    struct sim_channel channels[SIM_MUX_DLCIS + 1]; /* by DLCI */
    struct sim_channel *at;                         /* whose bytes or command the board works on */
    bool context_lost;                              /* of this call: nothing comes through it any more */
    int cmee, cereg_n, cgreg_n, creg_n, last_cause;
    struct sim_rule rules[SIM_RULES];

    /* multiplexer */
    struct sim_mux *mux;
    int reboot_after; /* bytes carried, from mux_since on; 0 never */
    uint64_t mux_since;

    /* SIM */
    bool sim_usable, sim_unlocked;
    char read_type[12], read_apn[101]; /* what AT+CGDCONT? says instead of what was written; "" the same */
    char cpin_ready[24];               /* what AT+CPIN? says of a SIM that is ready; "" READY, "CME 17" an error */
    int64_t sim_ready_ms;
    int pin_tries, puk_tries;

    /* radio */
    int cfun, stat;
    bool detached, net_held;
    int64_t search_ms;
    struct sim_context contexts[SIM_CONTEXTS + 1], attached; /* [0] unused; the one that the attach took */
    bool context_on;
    int attach_reject;

    /* data mode */
    struct sim_call call;
    struct sim_channel *call_at; /* that dialled; good while call_on */
    bool call_on, forced, terminated, stale, echo_dead, auth_refuse, no_address;
    int dial_reject_kind, dial_reject_left; /* a final; how often, -1 for ever */
    bool hang_on_hangup;
    int escapes_ignored;
    int pluses;
    int64_t last_data_ms;
    enum sim_peer_state peer_state;
    uint8_t *frame; /* faults filter: the frame being looked at */
    size_t frame_len;
    uint8_t probe[64]; /* abstract peer: a frame being gathered */
    size_t probe_len;
    bool probe_escaped;

    struct sim_counters counters;
    unsigned work;
    int64_t work_ms, work_since_ms, work_sum_ms[SIM_WORK_COUNT], work_start_ms[SIM_WORK_COUNT];
};

/* board.c */
int sim_latency_ms(const struct sim_board *b, enum sim_latency latency);
uint32_t sim_random(struct sim_board *b);
void sim_work(struct sim_board *b, enum sim_work work, bool on);
void sim_log(struct sim_board *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline int64_t sim_now(const struct sim_board *b)
{
    return mc_timerq_now_ms(b->queue);
}

/* power.c */
void sim_power_init(struct sim_board *b);
void sim_power_on(struct sim_board *b);
void sim_power_off(struct sim_board *b);
void sim_power_reboot(struct sim_board *b);
void sim_power_word(struct sim_board *b, bool closes); /* CRESET or CPOF, once its OK is out */
void sim_power_begin(struct sim_board *b);             /* as the profile's start says */
void sim_power_card(struct sim_board *b, int delay_ms);

/* out.c */
void sim_out_init(struct sim_board *b);
void sim_out(struct sim_board *b, const void *data, size_t len_bytes);
void sim_out_kick(struct sim_board *b); /* the wire may move again */
void sim_out_drop(struct sim_board *b);
/** A line to everybody in command mode. */
void sim_urc(struct sim_board *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** A line to one, when in command mode. */
void sim_channel_urc(struct sim_channel *channel, const char *text);

/* in.c */
void sim_in_init(struct sim_board *b);
void sim_in_reset(struct sim_channel *channel); /* forgets what was typed and what runs */
void sim_in_saved(struct sim_channel *channel); /* echo and result codes are those of the saved settings */
void sim_in_command(struct sim_channel *channel, const uint8_t *data, size_t len_bytes);

/* command.c */
void sim_info(struct sim_board *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sim_final(struct sim_board *b, int final);
bool sim_request_parse(struct sim_request *request, const char *line);
const struct sim_command *sim_command_find(const char *name);
/** Argument @index as a number, or @fallback when left out; -1 when it is none. */
int sim_arg(const struct sim_request *request, int index, int fallback);

/* cmd_*.c: see the table in command.c */
int sim_cmd_at(struct sim_board *, struct sim_request *), sim_cmd_results(struct sim_board *, struct sim_request *),
    sim_cmd_ati(struct sim_board *, struct sim_request *), sim_cmd_cmee(struct sim_board *, struct sim_request *),
    sim_cmd_cgmi(struct sim_board *, struct sim_request *), sim_cmd_cgmm(struct sim_board *, struct sim_request *),
    sim_cmd_cgmr(struct sim_board *, struct sim_request *), sim_cmd_cgsn(struct sim_board *, struct sim_request *),
    sim_cmd_ifc(struct sim_board *, struct sim_request *), sim_cmd_ipr(struct sim_board *, struct sim_request *),
    sim_cmd_iprex(struct sim_board *, struct sim_request *), sim_cmd_cbc(struct sim_board *, struct sim_request *),
    sim_cmd_cpmutemp(struct sim_board *, struct sim_request *),
    sim_cmd_creset(struct sim_board *, struct sim_request *), sim_cmd_cpof(struct sim_board *, struct sim_request *),
    sim_cmd_cmux(struct sim_board *, struct sim_request *);
bool sim_there_cmux(const struct sim_board *);
int sim_cmd_cpin(struct sim_board *, struct sim_request *), sim_cmd_spic(struct sim_board *, struct sim_request *),
    sim_cmd_cimi(struct sim_board *, struct sim_request *), sim_cmd_ciccid(struct sim_board *, struct sim_request *),
    sim_latency_cpin(struct sim_board *, struct sim_request *);
int sim_cmd_cgdcont(struct sim_board *, struct sim_request *), sim_cmd_cgauth(struct sim_board *, struct sim_request *),
    sim_cmd_cgatt(struct sim_board *, struct sim_request *), sim_cmd_cgact(struct sim_board *, struct sim_request *),
    sim_cmd_cgpaddr(struct sim_board *, struct sim_request *),
    sim_cmd_cgcontrdp(struct sim_board *, struct sim_request *),
    sim_latency_write(struct sim_board *, struct sim_request *),
    sim_latency_cgatt(struct sim_board *, struct sim_request *),
    sim_latency_cgact(struct sim_board *, struct sim_request *);
int sim_cmd_cfun(struct sim_board *, struct sim_request *), sim_cmd_cereg(struct sim_board *, struct sim_request *),
    sim_cmd_cgreg(struct sim_board *, struct sim_request *), sim_cmd_creg(struct sim_board *, struct sim_request *),
    sim_cmd_cops(struct sim_board *, struct sim_request *), sim_cmd_cpsi(struct sim_board *, struct sim_request *),
    sim_cmd_csq(struct sim_board *, struct sim_request *), sim_cmd_cesq(struct sim_board *, struct sim_request *),
    sim_cmd_ceer(struct sim_board *, struct sim_request *), sim_latency_cfun(struct sim_board *, struct sim_request *),
    sim_latency_cops(struct sim_board *, struct sim_request *);
int sim_cmd_dial(struct sim_board *, struct sim_request *), sim_cmd_hangup(struct sim_board *, struct sim_request *),
    sim_cmd_online(struct sim_board *, struct sim_request *),
    sim_latency_dial(struct sim_board *, struct sim_request *);

/* radio.c */
void sim_radio_init(struct sim_board *b);
void sim_radio_reset(struct sim_board *b);  /* the modem went down */
void sim_radio_update(struct sim_board *b); /* something that registration depends on changed */
void sim_radio_set_stat(struct sim_board *b, int stat);
bool sim_radio_registered(const struct sim_board *b);
bool sim_radio_camped(const struct sim_board *b);
void sim_radio_at_once(struct sim_board *b); /* ends a search now */

/* call.c */
void sim_call_init(struct sim_board *b);
void sim_call_from_host(struct sim_board *b, const uint8_t *data, size_t len_bytes);
void sim_call_drop(struct sim_board *b,
                   const char *line);         /* the call ends now; @line says so to the host, NULL silently */
void sim_call_force(struct sim_board *b);     /* into data mode, as a crashed host leaves it */
void sim_call_terminate(struct sim_board *b); /* the network closes PPP */
void sim_call_faults(struct sim_board *b);    /* a fault flag changed */
void sim_call_reset(struct sim_board *b);

/* filter.c */
bool sim_filter_wanted(const struct sim_board *b);
void sim_filter_to_host(struct sim_board *b, const uint8_t *data, size_t len_bytes);

/* abstract.c */
void sim_abstract_from_host(struct sim_board *b, const uint8_t *data, size_t len_bytes);

/* muxed.c */
int sim_muxed_init(struct sim_board *b); /* 0, -ENOMEM */
void sim_muxed_free(struct sim_board *b);
void sim_muxed_from_host(struct sim_board *b, const uint8_t *data, size_t len_bytes);
void sim_muxed_enter(struct sim_board *b, int n1);
/** Back to AT mode, at once and without a word. */
void sim_muxed_leave(struct sim_board *b);
/** To one who types or has a call. */
void sim_channel_out(struct sim_channel *channel, const void *data, size_t len_bytes);
size_t sim_channel_room(const struct sim_channel *channel);
/** The @index-th value of the multiplexer's state, or NULL behind the last. */
const char *sim_muxed_value(const struct sim_board *b, size_t index, uint64_t *ret_value);
static inline bool sim_channel_listens(const struct sim_channel *channel)
{
    return channel->mode == SIM_MODE_COMMAND || channel->mode == SIM_MODE_ESCAPED;
}

/* state.c: registered by name in one table */
#endif
