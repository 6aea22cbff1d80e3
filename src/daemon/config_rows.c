/* SPDX-License-Identifier: MIT */
#include "config_checks.h"

#include <microcat/base/cleanup.h>
#include <microcat/daemon/config.h>

/*
 * The table. Defaults of [Recovery] are MODEM-wise ones: GSMA TS.34 and 3GPP 24.301 want tries to be random, ever rarer
 * and capped, and a modem that is reset in order to try sooner is what operators bar.
 */

static const char *const section_names[] = {
    [MC_CONFIG_MODEM] = "Modem",     [MC_CONFIG_SIM] = "SIM",     [MC_CONFIG_PDP] = "PDP",
    [MC_CONFIG_PPP] = "PPP",         [MC_CONFIG_PROBE] = "Probe", [MC_CONFIG_RECOVERY] = "Recovery",
    [MC_CONFIG_CONTROL] = "Control",
};
const struct mc_strtab mc_config_section_names = MC_STRTAB(section_names);

static const char *const flow_words[] = {[MC_FLOW_NONE] = "none", [MC_FLOW_RTSCTS] = "rtscts"};
static const char *const multiplex_words[] = {
    [MC_MULTIPLEX_NO] = "no", [MC_MULTIPLEX_YES] = "yes", [MC_MULTIPLEX_AUTO] = "auto"};
static const struct mc_strtab multiplex_names = MC_STRTAB(multiplex_words);
static const struct mc_strtab flow_names = MC_STRTAB(flow_words);
static const char *const type_words[] = {[MC_PDP_IP] = "IP", [MC_PDP_IPV6] = "IPV6", [MC_PDP_IPV4V6] = "IPV4V6"};
static const struct mc_strtab type_names = MC_STRTAB(type_words);
static const char *const auth_words[] = {
    [MC_AUTH_AUTO] = "auto", [MC_AUTH_NONE] = "none", [MC_AUTH_PAP] = "pap", [MC_AUTH_CHAP] = "chap"};
static const struct mc_strtab auth_names = MC_STRTAB(auth_words);
static const char *const route_words[] = {[MC_DEFAULT_ROUTE_NO] = "no",
                                          [MC_DEFAULT_ROUTE_YES] = "yes",
                                          [MC_DEFAULT_ROUTE_IPV4] = "ipv4",
                                          [MC_DEFAULT_ROUTE_IPV6] = "ipv6"};
static const struct mc_strtab route_names = MC_STRTAB(route_words);
static const char *const probe_words[] = {
    [MC_PROBE_NONE] = "none", [MC_PROBE_ICMP] = "icmp", [MC_PROBE_DNS] = "dns", [MC_PROBE_TCP] = "tcp"};
static const struct mc_strtab probe_names = MC_STRTAB(probe_words);

#define SEC  INT64_C(1000)
#define MIN  (60 * SEC)
#define HOUR (60 * MIN)
#define DAY  (24 * HOUR)

#define AT(section_, key_, field)                                                                                      \
    .section = MC_CONFIG_##section_, .key = key_, .offset = offsetof(struct mc_settings, field)
#define TEXT(min_, max_, check_, allowed_)                                                                             \
    .type = MC_CONFIG_TEXT, .min = (min_), .max = (max_), .check = (check_), .allowed = (allowed_)
#define INT(min_, max_)      .type = MC_CONFIG_INT, .min = (min_), .max = (max_)
#define BOOL                 .type = MC_CONFIG_BOOL
#define DURATION(min_, max_) .type = MC_CONFIG_DURATION, .min = (min_), .max = (max_), .unit = "s"
#define NAME(names_)         .type = MC_CONFIG_NAME, .names = &(names_)

const struct mc_config_row mc_config_rows[] = {
    {AT(MODEM, "Device", modem.device), TEXT(1, 127, mc_check_device, "auto or an absolute path"),
     .default_text = "auto", .flags = MC_CONFIG_AT_START, .example = "/dev/ttyACM0",
     .help =
         "The serial device of the modem. auto looks for a USB device of UsbID= (and Serial=) and follows it when it "
         "comes back under another name."},
    {AT(MODEM, "UsbID", modem.usb_ids),
     TEXT(9, 159, mc_check_usb_ids, "vendor:product in hex, several parted by spaces"), .default_text = "388b:ca71",
     .flags = MC_CONFIG_AT_START, .example = "388b:ca71 2e8a:000a",
     .help = "The USB identities that Device=auto takes for a modem's bridge. 388b:ca71 is the MicroCat.1 with its own "
             "firmware; a bridge firmware may use another."},
    {AT(MODEM, "Serial", modem.usb_serial), TEXT(1, 63, mc_check_printable, "a USB serial number"), .default_text = "",
     .flags = MC_CONFIG_AT_START, .example = "E66123",
     .help =
         "Only the board with this USB serial number, which picks one of several with Device=auto. Empty takes any."},
    {AT(MODEM, "UsbInterface", modem.usb_interface),
     TEXT(1, 63, mc_check_printable, "the number or the name of a USB interface"), .default_text = "",
     .flags = MC_CONFIG_AT_START, .example = "2",
     .help =
         "Which tty of a board that shows several: its USB interface, by number (0 to 255, as in bInterfaceNumber) or "
         "by name. Empty takes the one that is named \"MicroCat.1 modem\", else the first."},
    {AT(MODEM, "BaudRate", modem.baud_rate), INT(9600, 460800), .check = mc_check_baud,
     .allowed = "9600, 19200, 38400, 57600, 115200, 230400 or 460800", .unit = "bit/s", .default_text = "115200",
     .help =
         "The speed to reach on the modem's UART. It boots at 115200; another speed is set after every boot, checked, "
         "and given up when the modem does not answer at it. 460800 is the most that this series can do."},
    {AT(MODEM, "FlowControl", modem.flow), NAME(flow_names), .default_text = "rtscts",
     .help =
         "Hardware flow control on the modem's UART. With rtscts it is switched on, checked, and given up (with a word "
         "in the status) when the bridge does not pass it on."},
    {AT(MODEM, "Multiplex", modem.multiplex), NAME(multiplex_names), .default_text = "auto",
     .help =
         "The multiplexer of the modem (CMUX, 3GPP TS 27.010): signal, registration and AT commands while the link is "
         "online. auto asks firmware that can (baseline 2364 or later, or AT+CMUX=? answered), goes on with the "
         "plain line when no multiplexer answers, and remembers that until the firmware changes, as it does of one "
         "that fell silent three times in a day. yes asks each time; no never does."},
    {AT(MODEM, "Reset", modem.reset),
     TEXT(1, 255, mc_check_reset, "auto, none, break, dtr, rts, or a command with its absolute path"),
     .default_text = "auto", .example = "/usr/local/sbin/modem-reset",
     .help = "How the modem's reset line is pulled: a break, DTR or RTS towards the bridge, or a command that does it. "
             "auto uses the lines of a bridge that says it has them (microcatd-bridge(7)), and is none with every "
             "other board. "
             "With none the modem is asked to reset itself (AT+CRESET)."},
    {AT(MODEM, "Power", modem.power),
     TEXT(1, 255, mc_check_power, "auto, none, dtr, rts, or a command with its absolute path"), .default_text = "auto",
     .example = "/usr/local/sbin/modem-power",
     .help = "How the modem's power key is pressed: DTR or RTS towards the bridge, or a command, which is run with on "
             "or off "
             "as its last argument. auto as with Reset=. With none the modem is asked to switch itself off (AT+CPOF), "
             "and nothing but its "
             "power supply can switch it on again."},
    {AT(MODEM, "BootTime", modem.boot_time_ms), DURATION(5 * SEC, 5 * MIN), .default_text = "30s",
     .help = "How long the modem may take from power or reset to its first answer. 10 to 15 s are normal."},
    {AT(MODEM, "SampleInterval", modem.sample_interval_ms), DURATION(10 * SEC, HOUR), .default_text = "60s",
     .flags = MC_CONFIG_ZERO_OFF,
     .help = "How often the modem is asked for signal, cell and band: at rest in command mode, and in the multiplexer "
             "(Multiplex=) while the link is online; every 5 s while somebody watches (`microcatctl signal --watch`). "
             "`microcatctl signal` shows a day of it. With 0 only bringing the "
             "link up asks for them."},
    {AT(MODEM, "EscapeInterval", modem.escape_interval_ms), DURATION(10 * SEC, 24 * HOUR), .default_text = "0",
     .flags = MC_CONFIG_ZERO_OFF,
     .help =
         "Without the multiplexer: how often the signal is asked for during a call, by leaving it for a moment (+++, "
         "AT, ATO). Only while the link is idle; it stops for two to three seconds, and a modem that does not take "
         "part costs one redial, after which it is not asked again until its firmware changes. With 0 never."},

    {AT(SIM, "PIN", sim.pin), TEXT(4, 8, mc_check_pin, "4 to 8 digits"), .default_text = "", .flags = MC_CONFIG_SECRET,
     .help = "The PIN of the SIM card, when it asks for one. A refused one is not tried again until it or the card "
             "changes, and none is tried with the last try."},

    {AT(PDP, "ContextID", pdp.cid), INT(1, 15), .default_text = "1",
     .help = "The PDP context to use. 1 is the default bearer of LTE, which the network sets up at attach."},
    {AT(PDP, "APN", pdp.apn),
     TEXT(1, 100, mc_check_apn, "an access point name without spaces, quotes, commas or backslashes"),
     .default_text = "", .example = "soracom.io", .flags = MC_CONFIG_REQUIRED,
     .help = "The access point name, as the operator of the SIM card gives it. Required: a wrong one can cost money."},
    {AT(PDP, "Type", pdp.type), NAME(type_names), .default_text = "IP",
     .help = "The kind of address to ask for: IPv4, IPv6 or both."},
    {AT(PDP, "Authentication", pdp.auth), NAME(auth_names), .default_text = "auto",
     .help = "How the network checks User= and Password=. auto is chap when there is a User=, else none."},
    {AT(PDP, "User", pdp.user), TEXT(1, 127, mc_check_printable, "printable ASCII without double quotes"),
     .default_text = "", .flags = MC_CONFIG_PERSONAL, .example = "sora",
     .help = "The user name that belongs to the APN, when it has one."},
    {AT(PDP, "Password", pdp.password), TEXT(1, 127, mc_check_printable, "printable ASCII without double quotes"),
     .default_text = "", .flags = MC_CONFIG_SECRET, .help = "The password that belongs to User=."},

    {AT(PPP, "Program", ppp.program), TEXT(2, 255, mc_check_path, "an absolute path"), .default_text = "/usr/sbin/pppd",
     .help = "The PPP daemon to run."},
    {AT(PPP, "Interface", ppp.interface), TEXT(1, 15, mc_check_interface, "a network interface name, 15 bytes at most"),
     .default_text = "", .example = "wwan-ppp",
     .help = "The name of the network interface. Empty takes the next free pppN."},
    {AT(PPP, "MTU", ppp.mtu), INT(128, 1500), .unit = "bytes", .default_text = "", .example = "1420",
     .help = "The largest packet to send. Empty leaves it to the negotiation. IPv6 needs 1280 at least."},
    {AT(PPP, "EchoInterval", ppp.echo_interval_ms), DURATION(SEC, HOUR), .default_text = "20s",
     .flags = MC_CONFIG_ZERO_OFF | MC_CONFIG_SECONDS,
     .help = "How often an LCP echo is asked for. The modem answers it by itself, so that it proves the line and the "
             "modem, "
             "not the network; it costs no traffic on the air."},
    {AT(PPP, "EchoFailure", ppp.echo_failure), INT(1, 100), .default_text = "3",
     .help = "This many echoes without an answer end the call."},
    {AT(PPP, "SetupTimeout", ppp.setup_timeout_ms), DURATION(10 * SEC, 10 * MIN), .default_text = "60s",
     .help = "How long PPP may take from CONNECT to an address."},
    {AT(PPP, "DefaultRoute", ppp.default_route), NAME(route_names), .default_text = "yes", .flags = MC_CONFIG_ALSO_BOOL,
     .help = "Add a default route through the link: of both kinds of addresses, of none, or of one. It never displaces "
             "another route: RouteMetric= decides which is used. Where another one has that very metric, the link's "
             "comes when "
             "that one has gone."},
    {AT(PPP, "RouteTable", ppp.route_table), INT(0, 4294967295), .default_text = "0", .example = "100",
     .help =
         "The routing table of the link's routes, by number, for a gateway that routes by policy (ip rule). 0 is the "
         "main table."},
    {AT(PPP, "VRF", ppp.vrf), TEXT(1, 15, mc_check_interface, "the name of a VRF device, 15 bytes at most"),
     .default_text = "",
     .help = "The VRF (lte, say) that the link's interface belongs to, for a gateway that routes so; its routes go to "
             "that table. "
             "The VRF has to be there before the link: microcatd makes none. Names are resolved outside of it."},
    {AT(PPP, "RouteMetric", ppp.route_metric), INT(0, 2147483647), .default_text = "700",
     .help =
         "The metric of the default route; the lowest is used. Ethernet and WLAN usually have less (100 and 600 with "
         "NetworkManager, 1024 with systemd-networkd)."},
    {AT(PPP, "UseDNS", ppp.use_dns), BOOL, .default_text = "yes",
     .help =
         "Give the network's DNS servers to systemd-resolved, or else to resolvconf (Debian's or openresolv), or else "
         "to /etc/resolv.conf in a marked block, also where NetworkManager writes it. Servers that are there stay "
         "first while one of them can be reached without the link."},

    {AT(PROBE, "Method", probe.kind), NAME(probe_names), .default_text = "dns",
     .help = "How a link that looks stale is tried: a DNS query, a ping or a TCP connection, always through this link. "
             "dns is "
             "the default because every operator's server answers it, while many drop pings. none never probes."},
    {AT(PROBE, "Target", probe.target), TEXT(1, 45, mc_check_address, "an IPv4 or IPv6 address"), .default_text = "",
     .example = "100.127.0.53",
     .help =
         "The address to probe. Empty takes the DNS servers that the network gave, in turn. An address, not a name: a "
         "name would need DNS first. A target that has never answered on this SIM and APN ends no call by its silence, "
         "and one that is as silent after a redial ends no further one until it answers again."},
    {AT(PROBE, "Port", probe.port), INT(1, 65535), .default_text = "53", .help = "The port for Method=tcp."},
    {AT(PROBE, "Interval", probe.interval_ms), DURATION(5 * SEC, DAY), .default_text = "60s",
     .flags = MC_CONFIG_ZERO_OFF,
     .help = "When bytes go out and none come in for this long, the link is probed. Never while bytes come in. 0 "
             "switches all probing off."},
    {AT(PROBE, "IdleInterval", probe.idle_interval_ms), DURATION(MIN, 30 * DAY), .default_text = "6h",
     .flags = MC_CONFIG_ZERO_OFF,
     .help = "A link on which nothing flows at all is probed this often. With dns one probe is about 150 bytes, so "
             "that the "
             "default costs some 600 bytes a day."},
    {AT(PROBE, "Timeout", probe.timeout_ms), DURATION(SEC, 5 * MIN), .default_text = "10s",
     .help = "How long the answer to a probe may take."},
    {AT(PROBE, "Failures", probe.failures), INT(1, 20), .default_text = "3",
     .help = "This many probes without an answer, one after another, make the link stale."},

    {AT(RECOVERY, "BootJitter", recovery.boot_jitter_ms), DURATION(0, HOUR), .default_text = "30s",
     .help =
         "The first dial after the machine started waits a random time up to this, so that a thousand machines do not "
         "come back in one second after a power cut. A service that is started anew waits no more."},
    {AT(RECOVERY, "RedialDelay", recovery.redial_delay_ms), DURATION(SEC, HOUR), .default_text = "10s",
     .help = "The wait before the first redial, plus or minus 30 %. It grows with every try, up to RedialMax=."},
    {AT(RECOVERY, "RedialMax", recovery.redial_max_ms), DURATION(SEC, DAY), .default_text = "30min",
     .help = "The longest wait between two dials."},
    {AT(RECOVERY, "RadioCycleInterval", recovery.radio_cycle_interval_ms), DURATION(MIN, DAY), .default_text = "15min",
     .help = "The radio is switched off and on at most this often."},
    {AT(RECOVERY, "RadioCycleAfter", recovery.radio_cycle_after), INT(1, 100), .default_text = "3",
     .help = "So many dials must have failed before the radio is switched off and on."},
    {AT(RECOVERY, "ResetInterval", recovery.reset_interval_ms), DURATION(MIN, 30 * DAY), .default_text = "1h",
     .help = "The modem is reset at most this often."},
    {AT(RECOVERY, "PowerCycleInterval", recovery.power_cycle_interval_ms), DURATION(MIN, 30 * DAY),
     .default_text = "2h", .help = "The modem's power is cycled (where Power= can do it) at most this often."},
    {AT(RECOVERY, "SearchTime", recovery.search_time_ms), DURATION(30 * SEC, DAY), .default_text = "5min",
     .help = "A modem that searches for a network is left alone this long."},
    {AT(RECOVERY, "NetworkBackoff", recovery.network_backoff_ms), DURATION(12 * MIN, DAY), .default_text = "12min",
     .help =
         "The wait after the modem said that the network wants none (CME ERROR 537). 12 min is the network's own timer "
         "(T3402)."},
    {AT(RECOVERY, "SimCheckInterval", recovery.sim_check_interval_ms), DURATION(5 * SEC, HOUR), .default_text = "30s",
     .help =
         "How often a SIM card that is absent or waits for a person is looked at again. Nothing is dialled meanwhile."},
    {AT(RECOVERY, "GoodAfter", recovery.good_after_ms), DURATION(10 * SEC, DAY), .default_text = "10min",
     .help =
         "A link that was online this long has forgiven what was before: the next fault begins with the mildest remedy "
         "and the shortest wait."},
    {AT(RECOVERY, "AttachesPerHour", recovery.attaches_per_hour), INT(1, 60), .default_text = "6",
     .help = "No more attaches to the network in an hour than this, whatever the reason."},

    {AT(CONTROL, "Socket", control.socket), TEXT(2, 107, mc_check_path, "an absolute path, 107 bytes at most"),
     .default_text = "/run/microcatd/microcatd.sock", .flags = MC_CONFIG_AT_START,
     .help =
         "The socket for microcatctl. The default of an instance NAME is /run/microcatd/NAME.sock. In another folder "
         "the user microcatd must be able to make it."},
    {AT(CONTROL, "Group", control.group), TEXT(1, 63, mc_check_group, "the name of a group"), .default_text = "",
     .example = "microcat",
     .help = "The members of this group may command the daemon through the socket, and see all, as root always may. "
             "Empty leaves that to root."},
    {AT(CONTROL, "ReadGroup", control.read_group), TEXT(1, 63, mc_check_group, "the name of a group"),
     .default_text = "", .example = "adm",
     .help = "The members of this group may read status, history and signal, and change nothing; they see IMSI, ICCID, "
             "IMEI and phone numbers masked. Empty lets everybody on this host do so."},
    {AT(CONTROL, "TraceLines", control.trace_lines), INT(10, 10000), .default_text = "400", .flags = MC_CONFIG_AT_START,
     .help = "So many lines of the AT dialogue are kept for microcatctl trace."},
};
const size_t mc_config_n_rows = MC_LENGTH_OF(mc_config_rows);
