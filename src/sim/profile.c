/* SPDX-License-Identifier: MIT */
#include "profile.h"
#include <errno.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/parse.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int ms;
} latencies[SIM_LATENCY_COUNT] = {
    [SIM_LATENCY_BOOT] = {"boot", 12000},
    [SIM_LATENCY_RESET] = {"reset", 1000},
    [SIM_LATENCY_OFF] = {"off", 2000},
    [SIM_LATENCY_SIM] = {"sim", 500},
    [SIM_LATENCY_SIM_RADIO] = {"sim-radio", 0},
    [SIM_LATENCY_SMS] = {"sms", 2000},
    [SIM_LATENCY_COMMAND] = {"command", 5},
    [SIM_LATENCY_WRITE] = {"write", 30},
    [SIM_LATENCY_PIN] = {"pin", 400},
    [SIM_LATENCY_CFUN_ON] = {"cfun-on", 200},
    [SIM_LATENCY_CFUN_OFF] = {"cfun-off", 700},
    [SIM_LATENCY_CFUN_OFF_BUSY] = {"cfun-off-busy", 2300},
    [SIM_LATENCY_REGISTER] = {"register", 4500},
    [SIM_LATENCY_CAMP] = {"camp", 1500},
    [SIM_LATENCY_ATTACH] = {"attach", 1200},
    [SIM_LATENCY_DETACH] = {"detach", 800},
    [SIM_LATENCY_CONTEXT] = {"context", 300},
    [SIM_LATENCY_DIAL] = {"dial", 400},
    [SIM_LATENCY_DIAL_FAIL] = {"dial-fail", 1500},
    [SIM_LATENCY_HANGUP] = {"hangup", 400},
    [SIM_LATENCY_GUARD] = {"guard", 1000},
};

static const char *const line_names[] = {"none", "break", "dtr", "rts", NULL};
static const char *const start_names[] = {"off", "booting", "searching", "registered", NULL};
static const char *const results_names[] = {"words", "digits", "none", NULL};
static const char *const end_names[] = {"pppd", "no-carrier", "both", "none", NULL};
static const char *const absent_names[] = {"cme", "text", NULL};
static const char *const cpsi_names[] = {"index", "dbm", "tenths", NULL};
static const char *const joined_names[] = {"all", "first", "none", NULL};
static const char *const cmux_names[] = {"none", "lies", "real", NULL};
static const char *const mux_style_names[] = {"sim7670", "sim7670g", "a7670", "sim7600", NULL};

enum kind { TEXT, NUMBER, YESNO, CHOICE };
static const struct knob {
    const char *name;
    enum kind kind;
    size_t offset, size_bytes;
    const char *const *names;
    int64_t min, max;
    const char *help;
} knobs[] = {
#define AT(field) offsetof(struct sim_profile, field), sizeof(((struct sim_profile *)0)->field)
    {"model", TEXT, AT(model), .help = "Model line of ATI"},
    {"revision", TEXT, AT(revision), .help = "Revision line of ATI"},
    {"firmware", TEXT, AT(firmware), .help = "answer to AT+CGMR"},
    {"imei", TEXT, AT(imei), .help = "IMEI"},
    {"imsi", TEXT, AT(imsi), .help = "IMSI"},
    {"iccid", TEXT, AT(iccid), .help = "ICCID"},
    {"sim", YESNO, AT(sim_present), .help = "is a SIM inserted?"},
    {"pin-required", YESNO, AT(pin_required), .help = "does the SIM ask for its PIN after power-on?"},
    {"pin", TEXT, AT(pin), .help = "the SIM's PIN"},
    {"puk", TEXT, AT(puk), .help = "the SIM's PUK"},
    {"pin-tries", NUMBER, AT(pin_tries), .max = 3, .help = "PIN tries left at the start"},
    {"puk-tries", NUMBER, AT(puk_tries), .max = 10, .help = "PUK tries left at the start"},
    {"absent-style", CHOICE, AT(absent_style), absent_names, .help = "AT+CPIN? without a SIM: cme or text"},
    {"net-stat", NUMBER, AT(net_stat), .max = 99, .help = "CEREG <stat> that a search ends with; 2 searches for ever"},
    {"plmn", TEXT, AT(plmn), .help = "operator, for example 44010"},
    {"rsrp", NUMBER, AT(rsrp_dbm), .min = -140, .max = -44, .help = "signal, dBm"},
    {"rsrq", NUMBER, AT(rsrq_db), .min = -20, .max = -3, .help = "signal quality, dB"},
    {"rssi", NUMBER, AT(rssi_dbm), .min = -113, .max = -25, .help = "signal, dBm"},
    {"sinr", NUMBER, AT(sinr_db), .min = -20, .max = 40, .help = "signal to noise"},
    {"net-apn", TEXT, AT(net_apn), .help = "the only APN that the network takes; empty takes any"},
    {"net-user", TEXT, AT(net_user), .help = "the only user that the network takes; empty takes any"},
    {"net-password", TEXT, AT(net_password), .help = "its password"},
    {"address", TEXT, AT(address), .help = "address that the host gets"},
    {"gateway", TEXT, AT(gateway), .help = "address of the network's end"},
    {"dns1", TEXT, AT(dns1), .help = "first name server"},
    {"dns2", TEXT, AT(dns2), .help = "second name server"},
    {"type", TEXT, AT(type), .help = "saved PDP type of cid 1"},
    {"apn", TEXT, AT(apn), .help = "saved APN of cid 1"},
    {"auth", NUMBER, AT(auth), .max = 2, .help = "saved CGAUTH type of cid 1"},
    {"user", TEXT, AT(user), .help = "saved user of cid 1"},
    {"password", TEXT, AT(password), .help = "saved password of cid 1"},
    {"baud", NUMBER, AT(baud), .min = 300, .max = 460800, .help = "saved speed (AT+IPREX)"},
    {"bridge-rtscts", YESNO, AT(bridge_rtscts), .help = "does the bridge honour the modem's RTS/CTS?"},
    {"host-rtscts", YESNO, AT(host_rtscts), .help = "does the bridge carry CTS from the host?"},
    {"check-baud", YESNO, AT(check_baud), .help = "does a wrong speed on the host's side garble?"},
    {"usb-power", YESNO, AT(usb_power), .help = "does unplugging take the modem's power?"},
    {"reset-line", CHOICE, AT(reset_line), line_names, .help = "line that the bridge maps to RESET"},
    {"power-line", CHOICE, AT(power_line), line_names, .help = "line that the bridge maps to PWRKEY"},
    {"start", CHOICE, AT(start), start_names, .help = "the modem when it is plugged in"},
    {"connect-speed", NUMBER, AT(connect_speed), .max = 1000000, .help = "speed behind CONNECT; 0 none"},
    {"results", CHOICE, AT(results), results_names,
     .help = "final result codes of the saved settings: words, digits (ATV0), none (ATQ1)"},
    {"end-lines", CHOICE, AT(end_lines), end_names, .help = "what the modem says when PPP is closed"},
    {"cpsi-scale", CHOICE, AT(cpsi_scale), cpsi_names, .help = "how AT+CPSI? scales the signal"},
    {"cmux", CHOICE, AT(cmux), cmux_names, .help = "AT+CMUX: none (ERROR), lies (OK, stays in AT), real"},
    {"mux-style", CHOICE, AT(mux_style), mux_style_names,
     .help = "CMUX as sim7670, sim7670g, a7670 or sim7600 spells it"},
    {"mux-idle", NUMBER, AT(mux_idle_ms), .max = 3600000,
     .help = "ms between runs of flags of a7670 and sim7600; 0 none when idle"},
    {"cereg-quoted", YESNO, AT(cereg_quoted), .help = "tac and ci of +CEREG in quotes"},
    {"cpin-urc", YESNO, AT(cpin_urc), .help = "+CPIN: READY again after CFUN=1"},
    {"has-cesq", YESNO, AT(has_cesq), .help = "does AT+CESQ answer?"},
    {"joined-commands", CHOICE, AT(joined_commands), joined_names,
     .help = "AT+A;+B: all, first (OK, without a word of the rest), none (ERROR)"},
    {"has-ceer", YESNO, AT(has_ceer), .help = "does AT+CEER answer?"},
    {"fragment-max", NUMBER, AT(fragment_max), .max = 4096, .help = "answers come in pieces of at most this; 0 whole"},
    {"pace", YESNO, AT(pace), .help = "bytes take the time that the line's speed gives them"},
    {"speed", NUMBER, AT(speed_permille), .max = 100000, .help = "scale of the latencies, per mille"},
    {"seed", NUMBER, AT(seed), .max = INT32_MAX, .help = "seed of fragments and noise"},
#undef AT
};

static const struct preset {
    const char *name, *settings, *help; /* settings: "key=value key=value" */
} presets[] = {
    {"default", "", "on, booted, registered, factory settings"},
    {"cold", "start=booting", "boots when plugged in, factory settings: the APN has to be written"},
    {"warm", "apn=soracom.io auth=2 user=sora password=sora", "registered, with SORACOM's settings saved"},
    {"seed",
     "apn=soracom.io auth=2 user=sora password=sora imei=86985xxxxxxxxxx430 imsi=90131xxxxxxxxxx "
     "iccid=8942310xxxxxxxxxxxxx address=10.164.98.251 fragment-max=16",
     "the board of the published transcripts"},
    {"no-flow", "bridge-rtscts=no", "a bridge without RTS/CTS: mute after AT+IFC=2,2"},
    {"no-sim", "sim=no", "no SIM inserted"},
    {"searching", "net-stat=2 start=searching", "never finds a network"},
    {"denied", "net-stat=3 start=searching", "registration denied"},
    {"chatty", "cpin-urc=yes connect-speed=115200 end-lines=both has-cesq=yes", "another firmware's words"},
    {"quiet-end", "end-lines=none", "says nothing when PPP is closed"},
    {"lines", "reset-line=break power-line=dtr", "a bridge with BREAK for RESET and DTR for PWRKEY"},
    {"fast", "speed=10", "latencies a hundredth of life"},
    {"instant", "speed=0 pace=no fragment-max=0", "no time at all"},
};

void sim_profile_init(struct sim_profile *profile)
{
    *profile = (struct sim_profile){
        .model = "SIM7672JP-MNGV",
        .revision = "V1.9.05",
        .firmware = "2374B05SIM767XM5A_M",
        .imei = "869850000000430",
        .imsi = "901310000000001",
        .iccid = "8942310000000000012",
        .sim_present = true,
        .pin = "1234",
        .puk = "12345678",
        .pin_tries = 3,
        .puk_tries = 10,
        .net_stat = 5,
        .plmn = "44010",
        .tac = 0x1698,
        .cell_id = 39683652,
        .pci = 181,
        .band = 28,
        .earfcn = 9510,
        .rsrp_dbm = -79,
        .rsrq_db = -10,
        .rssi_dbm = -69,
        .sinr_db = 3,
        .address = "10.164.98.251",
        .gateway = "10.64.64.1",
        .dns1 = "100.127.0.53",
        .dns2 = "100.127.1.53",
        .type = "IP",
        .baud = 115200,
        .bridge_rtscts = true,
        .check_baud = true,
        .usb_power = true,
        .start = SIM_START_REGISTERED,
        .cmux = SIM_CMUX_REAL,
        .cereg_quoted = true,
        .fragment_max = 16,
        .pace = true,
        .speed_permille = 1000,
        .seed = 1,
    };
    for (int i = 0; i < SIM_LATENCY_COUNT; i++)
        profile->latency_ms[i] = latencies[i].ms;
}

const char *sim_latency_name(int latency)
{
    return latency >= 0 && latency < SIM_LATENCY_COUNT ? latencies[latency].name : NULL;
}

int sim_latency_from_name(const char *name)
{
    for (int i = 0; i < SIM_LATENCY_COUNT; i++)
        if (!strcmp(latencies[i].name, name))
            return i;
    return -ENOENT;
}

static const struct knob *find_knob(const char *key)
{
    for (size_t i = 0; i < MC_LENGTH_OF(knobs); i++)
        if (!strcmp(knobs[i].name, key))
            return &knobs[i];
    return NULL;
}

static int set_choice(const struct knob *knob, const char *value, int *ret_value)
{
    for (int i = 0; knob->names[i]; i++) {
        if (!strcmp(knob->names[i], value)) {
            *ret_value = i;
            return 0;
        }
    }
    return -EINVAL;
}

static int set_latency(struct sim_profile *profile, const char *name, const char *value)
{
    int latency = sim_latency_from_name(name), r;
    int64_t ms;

    if (latency < 0)
        return latency;
    r = mc_parse_int(value, 0, 3600000, &ms);
    if (r == 0)
        profile->latency_ms[latency] = (int32_t)ms;
    return r;
}

int sim_profile_set(struct sim_profile *profile, const char *key, const char *value)
{
    const struct knob *knob = find_knob(key);
    int64_t number;
    int r;

    if (!strncmp(key, "latency.", 8))
        return set_latency(profile, key + 8, value);
    if (!knob)
        return -ENOENT;
    char *field = (char *)profile + knob->offset;

    switch (knob->kind) {
    case TEXT:
        if (strlen(value) >= knob->size_bytes)
            return -ERANGE;
        memcpy(field, value, strlen(value) + 1);
        return 0;
    case NUMBER:
        r = mc_parse_int(value, knob->min, knob->max, &number);
        if (r == 0)
            *(int32_t *)(void *)field = (int32_t)number;
        return r;
    case YESNO:
        return mc_parse_bool(value, (bool *)field);
    default:
        return set_choice(knob, value, (int *)(void *)field);
    }
}

int sim_profile_get(const struct sim_profile *profile, const char *key, char *out, size_t out_bytes)
{
    const struct knob *knob = find_knob(key);
    int latency = strncmp(key, "latency.", 8) ? -1 : sim_latency_from_name(key + 8);

    if (latency >= 0) {
        snprintf(out, out_bytes, "%d", (int)profile->latency_ms[latency]);
        return 0;
    }
    if (!knob)
        return -ENOENT;
    const char *field = (const char *)profile + knob->offset;

    if (knob->kind == TEXT)
        snprintf(out, out_bytes, "%s", field);
    else if (knob->kind == NUMBER)
        snprintf(out, out_bytes, "%d", (int)*(const int32_t *)(const void *)field);
    else if (knob->kind == YESNO)
        snprintf(out, out_bytes, "%s", *(const bool *)field ? "yes" : "no");
    else
        snprintf(out, out_bytes, "%s", knob->names[*(const int *)(const void *)field]);
    return 0;
}

const char *sim_profile_knob_name(size_t index, const char **ret_help)
{
    if (index >= MC_LENGTH_OF(knobs))
        return NULL;
    *ret_help = knobs[index].help;
    return knobs[index].name;
}

static int apply(struct sim_profile *profile, const char *settings)
{
    char copy[512], *rest = copy, *word;
    int r = 0;

    snprintf(copy, sizeof(copy), "%s", settings);
    while (r == 0 && (word = strsep(&rest, " ")) != NULL) {
        char *value = strchr(word, '=');

        if (!value)
            continue;
        *value++ = '\0';
        r = sim_profile_set(profile, word, value);
    }
    return r;
}

int sim_profile_preset(struct sim_profile *profile, const char *name)
{
    if (!strncmp(name, "sim-pin=", 8)) {
        profile->pin_required = true;
        profile->start = SIM_START_SEARCHING;
        return sim_profile_set(profile, "pin", name + 8);
    }
    for (size_t i = 0; i < MC_LENGTH_OF(presets); i++)
        if (!strcmp(presets[i].name, name))
            return apply(profile, presets[i].settings);
    return -ENOENT;
}

const char *sim_profile_preset_name(size_t index, const char **ret_help)
{
    if (index >= MC_LENGTH_OF(presets))
        return NULL;
    *ret_help = presets[index].help;
    return presets[index].name;
}
