/* SPDX-License-Identifier: MIT */
#include "render_layers.h"
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <microcat/status/layers.h>
#include <stdlib.h>
#include <string.h>

enum mark { MARK_NOT_YET, MARK_BUSY, MARK_GOOD, MARK_BAD };

/* The states in the order in which the link comes up; a layer is judged by whether its states are ahead, now or behind.
 */
int render_progress(const json_t *status)
{
    static const char *const order[] = {"absent", "sync", "setup", "sim", "pdp", "register", "dial", "ppp", "online"};
    const char *state = render_string(status, "state", "");

    for (int i = 0; i < (int)MC_LENGTH_OF(order); i++)
        if (strcmp(order[i], state) == 0)
            return i;
    return -1;
}

int render_gap(const struct render_style *style, int left, int right)
{
    int gap = RENDER_RIGHT_COLUMN - left;

    if (style->columns && left + gap + right > style->columns)
        gap = style->columns - right - left;
    return gap > 2 ? gap : 2;
}

static void layer(FILE *out, const struct render_style *style, enum mark mark, const char *name, const char *text,
                  const char *right)
{
    static const char *const marks[2][4] = {{"-", "~", "+", "x"}, {"·", "◐", "✓", "✗"}};
    static const enum render_ink inks[] = {INK_DIM, INK_BUSY, INK_GOOD, INK_BAD};
    int gap = render_gap(style, RENDER_TEXT_COLUMN + render_width(text), render_width(right));

    fputs("  ", out);
    render_ink(out, style, inks[mark], "%s", marks[style->utf8][mark]);
    fprintf(out, " %-7s", name);
    render_ink(out, style, mark == MARK_NOT_YET ? INK_DIM : INK_PLAIN, "%s", text);
    if (right[0])
        render_ink(out, style, INK_DIM, "%*s%s", gap, "", right);
    fputc('\n', out);
}

static const char *age_of(const json_t *status, const char *path, char *out, size_t out_bytes)
{
    char age[32];
    double age_s;

    out[0] = '\0';
    if (render_number(status, path, &age_s))
        snprintf(out, out_bytes, "%s ago", render_duration(age_s, age, sizeof(age)));
    return out;
}

/* It is there, and we have not got it. A fault of before that is being got over says nothing any more. */
static bool is_not_open(const json_t *status)
{
    static const char *const codes[] = {"device-busy", "device-denied", "device-error"};
    const char *code = render_string(status, "fault.code", "");

    for (size_t i = 0; render_progress(status) < 0 && i < MC_LENGTH_OF(codes); i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

static void layer_usb(FILE *out, const json_t *status, const struct render_style *style)
{
    const char *path = render_string(status, "device.path", NULL);
    char text[256], right[64] = "", moment[40];
    double age_s, time_s;
    bool absent = strcmp(render_string(status, "state", ""), "absent") == 0;

    if (!path || absent) {
        layer(out, style, MARK_BAD, mc_layers[MC_LAYER_USB].name, "no device", "");
        return;
    }
    snprintf(text, sizeof(text), "%s  %s %s", path, render_string(status, "device.product", ""),
             render_string(status, "device.serial", ""));
    if (render_number(status, "device.age_s", &age_s) && render_number(status, "time", &time_s))
        snprintf(right, sizeof(right), "plugged in %s", render_moment(time_s - age_s, time_s, moment, sizeof(moment)));
    if (is_not_open(status))
        layer(out, style, MARK_BAD, mc_layers[MC_LAYER_USB].name, text, "not open");
    else
        layer(out, style, MARK_GOOD, mc_layers[MC_LAYER_USB].name, text, right);
}

static bool is_off(const json_t *status, const char *path)
{
    return strcmp(render_string(status, path, ""), "off") == 0;
}

/* How, or why not, it is asked during a call. */
static void ways_to_ask(const json_t *status, char *out, size_t out_bytes)
{
    double pause_s;

    out[0] = '\0';
    if (strcmp(render_string(status, "modem.line", ""), "mux") == 0)
        snprintf(out, out_bytes, ", multiplexed");
    else if (render_get(status, "modem.escape_why"))
        snprintf(out, out_bytes, ", not asked during a call: it does not come back from +++");
    else if (render_number(status, "modem.escape_pause_s", &pause_s))
        snprintf(out, out_bytes, ", asked during a call in pauses of %.1f s", pause_s);
    else if (strcmp(render_string(status, "modem.mux_why", ""), "silent") == 0)
        snprintf(out, out_bytes, ", not multiplexed: it fell silent three times in a day");
    else if (strcmp(render_string(status, "modem.mux_why", ""), "unsteady") == 0)
        snprintf(out, out_bytes, ", not multiplexed for a day: it was unsteady");
}

static void modem_words(const json_t *status, char *out, size_t out_bytes)
{
    const char *flow = render_string(status, "modem.flow", NULL);
    char speed[64] = "", ways[64];
    double baud;

    ways_to_ask(status, ways, sizeof(ways));

    if (render_number(status, "modem.baud", &baud))
        snprintf(speed, sizeof(speed), ", %.0f%s", baud,
                 flow && strcmp(flow, "rtscts") == 0         ? " RTS/CTS"
                 : render_true(status, "modem.flow_refused") ? ", no flow control (the bridge has none)"
                                                             : "");
    const char *revision = render_string(status, "modem.revision", "");
    snprintf(out, out_bytes, "%s%s%s%s%s", render_string(status, "modem.model", "unknown"), revision[0] ? " " : "",
             revision, speed, ways);
}

static void layer_modem(FILE *out, const json_t *status, const struct render_style *style)
{
    char text[256], right[96], age[64];
    double timeouts = 0;
    int at = render_progress(status);
    bool known = render_get(status, "modem.model") != NULL || render_get(status, "modem.age_s") != NULL;
    bool silent = strcmp(render_string(status, "fault.code", ""), "modem-silent") == 0;

    if (!known || at == 0) {
        layer(out, style,
              at == 1 || at == 2 ? MARK_BUSY
              : silent           ? MARK_BAD
                                 : MARK_NOT_YET,
              mc_layers[MC_LAYER_MODEM].name,
              at == 1  ? "looking for it"
              : silent ? "does not answer"
                       : "not reached",
              "");
        return;
    }
    age_of(status, "modem.age_s", age, sizeof(age));
    if (is_off(status, "modem.power")) { /* wanted so, or a fault; "Next" says how it comes back */
        bool wanted = strcmp(render_string(status, "state", ""), "stopped") == 0;

        snprintf(right, sizeof(right), "%s%s", age[0] ? "answered " : "", age);
        layer(out, style,
              at == 1  ? MARK_BUSY
              : wanted ? MARK_NOT_YET
                       : MARK_BAD,
              mc_layers[MC_LAYER_MODEM].name, at == 1 ? "off, looking for it" : "off", right);
        return;
    }
    modem_words(status, text, sizeof(text));
    render_number(status, "modem.timeouts", &timeouts);
    snprintf(right, sizeof(right), "%s%s%s%.0f timeout%s", age[0] ? "answered " : "", age, age[0] ? ", " : "", timeouts,
             timeouts == 1 ? "" : "s");
    layer(out, style,
          silent               ? MARK_BAD
          : at == 1 || at == 2 ? MARK_BUSY
                               : MARK_GOOD,
          mc_layers[MC_LAYER_MODEM].name, text, right);
}

static void layer_sim(FILE *out, const json_t *status, const struct render_style *style)
{
    const char *state = render_string(status, "sim.state", NULL), *iccid = render_string(status, "sim.iccid", NULL);
    char text[160], right[64];
    double tries;
    int len;

    if (!state || render_progress(status) == 0 || is_off(status, "modem.power")) {
        layer(out, style, render_progress(status) == 3 ? MARK_BUSY : MARK_NOT_YET, mc_layers[MC_LAYER_SIM].name,
              "not read", "");
        return;
    }
    len = snprintf(text, sizeof(text), "%s", state);
    if (iccid && strlen(iccid) > 8)
        len += snprintf(text + len, sizeof(text) - (size_t)len, ", ICCID %.4s%s%s", iccid, style->utf8 ? "…" : "..",
                        iccid + strlen(iccid) - 4);
    if (strcmp(state, "READY") != 0 && render_number(status, "sim.pin_tries", &tries))
        snprintf(text + len, sizeof(text) - (size_t)len, ", %.0f PIN tries left", tries);
    layer(out, style, strcmp(state, "READY") == 0 ? MARK_GOOD : MARK_BAD, mc_layers[MC_LAYER_SIM].name, text,
          age_of(status, "sim.age_s", right, sizeof(right)));
}

/* "RSRP −79 dBm" with two spaces before it; nothing when unknown. A measured value has no more digits than it needs. */
static int add_signal(const json_t *status, const struct render_style *style, const char *name, const char *path,
                      const char *unit, char *out, size_t out_bytes)
{
    double value;

    if (!render_number(status, path, &value))
        return 0;
    return snprintf(out, out_bytes, "  %s %s%.*f %s", name,
                    value >= 0    ? ""
                    : style->utf8 ? "−"
                                  : "-",
                    value == (double)(int)value ? 0 : 1, value < 0 ? -value : value, unit);
}

/* RSRP in words, after the usual four classes of LTE reception. */
static const char *reception(double rsrp_dbm)
{
    return rsrp_dbm >= -85 ? "strong" : rsrp_dbm >= -100 ? "good" : rsrp_dbm >= -110 ? "fair" : "weak";
}

static void layer_radio(FILE *out, const json_t *status, const struct render_style *style)
{
    char text[256], right[64];
    double stat, rsrp;
    int len, at = render_progress(status);
    size_t room = sizeof(text);

    if (is_off(status, "modem.radio")) {
        layer(out, style, MARK_NOT_YET, mc_layers[MC_LAYER_RADIO].name, "off", "");
        return;
    }
    if (is_off(status, "modem.power") || !render_number(status, "registration.stat", &stat) || at == 0) {
        layer(out, style, at == 5 ? MARK_BUSY : MARK_NOT_YET, mc_layers[MC_LAYER_RADIO].name, "not registered", "");
        return;
    }
    len = snprintf(text, room, "%.80s (%.0f)", render_string(status, "registration.text", "unknown"), stat);
    len += add_signal(status, style, "RSRP", "signal.rsrp_dbm", "dBm", text + len, room - (size_t)len);
    len += add_signal(status, style, "RSRQ", "signal.rsrq_db", "dB", text + len, room - (size_t)len);
    len += add_signal(status, style, "SINR", "signal.sinr_db", "dB", text + len, room - (size_t)len);
    if (render_number(status, "signal.rsrp_dbm", &rsrp))
        snprintf(text + len, room - (size_t)len, "  %s", reception(rsrp));
    layer(out, style,
          stat == 1 || stat == 5 ? MARK_GOOD
          : stat == 2            ? MARK_BUSY
                                 : MARK_BAD,
          mc_layers[MC_LAYER_RADIO].name, text,
          age_of(status, render_get(status, "signal.age_s") ? "signal.age_s" : "registration.age_s", right,
                 sizeof(right)));
}

static void layer_pdp(FILE *out, const json_t *status, const struct render_style *style)
{
    const char *apn = render_string(status, "pdp.apn", NULL), *address = render_string(status, "pdp.address", NULL);
    char text[320], right[64];
    double cid = 0;
    int at = render_progress(status);
    bool off = is_off(status, "modem.power") || is_off(status, "modem.radio"); /* no attach, so no context is up */

    if (!apn || at == 0) {
        layer(out, style, at == 4 ? MARK_BUSY : MARK_NOT_YET, mc_layers[MC_LAYER_PDP].name, "not set", "");
        return;
    }
    if (off)
        address = NULL;
    render_number(status, "pdp.cid", &cid);
    snprintf(text, sizeof(text), "%.0f %s %s%s%s%s", cid, render_string(status, "pdp.type", ""), apn,
             address ? ", " : "", address ? address : "", render_true(status, "pdp.written") ? ", newly written" : "");
    layer(out, style,
          off       ? MARK_NOT_YET
          : at == 4 ? MARK_BUSY
                    : MARK_GOOD,
          mc_layers[MC_LAYER_PDP].name, text, age_of(status, "pdp.age_s", right, sizeof(right)));
}

static void format_traffic(const json_t *status, const struct render_style *style, char *out, size_t out_bytes)
{
    double rx = 0, tx = 0;
    char down[24], up[24];

    render_number(status, "ppp.rx_bytes", &rx);
    render_number(status, "ppp.tx_bytes", &tx);
    mc_format_bytes((uint64_t)rx, down, sizeof(down));
    mc_format_bytes((uint64_t)tx, up, sizeof(up));
    snprintf(out, out_bytes, "%s %s %s %s", style->utf8 ? "↓" : "down", down, style->utf8 ? "↑" : "up", up);
}

static void layer_ppp(FILE *out, const json_t *status, const struct render_style *style)
{
    const char *phase = render_string(status, "ppp.phase", "dead"), *auth = render_string(status, "ppp.auth", NULL);
    char text[160], right[64], traffic[64];
    bool running = strcmp(phase, "running") == 0;
    double mtu;
    int len;

    if (strcmp(phase, "dead") == 0) {
        bool dialling = render_progress(status) == 6;

        layer(out, style, dialling ? MARK_BUSY : MARK_NOT_YET, mc_layers[MC_LAYER_PPP].name,
              dialling ? "dialling" : "down", "");
        return;
    }
    len = snprintf(text, sizeof(text), "%.20s%s%.8s", phase, running && auth ? ", " : "", running && auth ? auth : "");
    if (running && render_number(status, "ppp.mtu", &mtu))
        len += snprintf(text + len, sizeof(text) - (size_t)len, ", MTU %.0f", mtu);
    if (running) {
        format_traffic(status, style, traffic, sizeof(traffic));
        snprintf(text + len, sizeof(text) - (size_t)len, "  %s", traffic);
    }
    layer(out, style, running ? MARK_GOOD : MARK_BUSY, mc_layers[MC_LAYER_PPP].name, text,
          age_of(status, "ppp.age_s", right, sizeof(right)));
}

static void layer_ip(FILE *out, const json_t *status, const struct render_style *style)
{
    const char *local = render_string(status, "ppp.local", NULL);
    const json_t *dns = render_get(status, "ppp.dns");
    char text[512], right[64];
    int len;

    if (!local) {
        layer(out, style, MARK_NOT_YET, mc_layers[MC_LAYER_IP].name, "no address", "");
        return;
    }
    len = snprintf(text, sizeof(text), "%.63s on %.15s%s", local, render_string(status, "ppp.interface", "?"),
                   render_true(status, "ppp.route") ? ", default route" : "");
    for (size_t i = 0; i < json_array_size(dns) && i < 4; i++)
        len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%.63s", i ? " " : ", DNS ",
                        json_string_value(json_array_get(dns, i)));
    if (json_array_size(dns) > 0 && !render_string(status, "ppp.dns_where", NULL))
        len += snprintf(text + len, sizeof(text) - (size_t)len, " (nobody took them)");
    if (render_string(status, "ppp.nat64", NULL))
        snprintf(text + len, sizeof(text) - (size_t)len, ", NAT64 %.50s", render_string(status, "ppp.nat64", ""));
    /* The address came when the phase last changed: to running. */
    layer(out, style, MARK_GOOD, mc_layers[MC_LAYER_IP].name, text, age_of(status, "ppp.age_s", right, sizeof(right)));
}

/* Only where there is something to say: a target that stands is no news. */
static void layer_probe(FILE *out, const json_t *status, const struct render_style *style)
{
    const char *standing = render_string(status, "probe.standing", ""),
               *target = render_string(status, "probe.target", NULL);
    bool lost = strcmp(standing, "lost") == 0, unproven = strcmp(standing, "unproven") == 0;
    char text[160], right[64];

    if (!target || !render_string(status, "ppp.local", NULL) ||
        !(lost || (unproven && json_integer_value(render_get(status, "counters.probes_lost")) > 0)))
        return;
    snprintf(text, sizeof(text), "nobody can vouch for the link: %.45s %s; see [Probe] Target=", target,
             lost ? "no longer answers" : "has never answered");
    layer(out, style, MARK_NOT_YET, "Probe", text, age_of(status, "probe.last_answer_age_s", right, sizeof(right)));
}

void render_layers(FILE *out, const json_t *status, const struct render_style *style)
{
    layer_usb(out, status, style);
    layer_modem(out, status, style);
    layer_sim(out, status, style);
    layer_radio(out, status, style);
    layer_pdp(out, status, style);
    layer_ppp(out, status, style);
    layer_ip(out, status, style);
    layer_probe(out, status, style);
}
