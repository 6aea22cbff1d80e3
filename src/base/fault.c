/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <microcat/base/fault.h>
#include <string.h>

/*
 * Written for somebody with fifty gateways and one evening: what happened, why it happens, what the daemon does by
 * itself, and what only a person can do. What "does" says is what the ladders in policy/ladder.c do.
 *
 * ROW counts itself: a forgotten row fails the assertion at the end, a double one the compiler's override warning.
 */
#define ROW(fault) [MC_FAULT_##fault + 0 * __COUNTER__]

enum { rows_start = __COUNTER__ + 1 };

static const struct mc_fault_info rows[] = {
    ROW(NONE) =
        {
            .code = "none",
            .text = "no fault",
            .means = "Nothing is known to be wrong.",
            .does = "Nothing.",
        },

    /* The device */

    ROW(NO_DEVICE) =
        {
            .code = "no-device",
            .text = "the device is not there",
            .means =
                "No USB device with one of the configured identities (UsbID=, Serial=) is plugged in, or the path in "
                "Device= does not exist.",
            .does = "Waits for it to appear and starts within a second of its being plugged in. Nothing is polled.",
            .next =
                "Check the cable, the board's power and `lsusb`. If the bridge firmware has a USB identity of its own, "
                "add it to UsbID= in [Modem].",
        },
    ROW(DEVICE_DENIED) =
        {
            .code = "device-denied",
            .text = "permission to open the device is denied",
            .means =
                "The tty exists, but the user that microcatd runs as may not open it: the udev rule is missing or was "
                "changed, or the service runs as another user.",
            .does = "Tries again after a short, growing delay, and at once when the device is plugged in anew.",
            .next =
                "Compare the tty's owner and group (`ls -l`) with the service's user; reinstall the udev rule or put "
                "the user into the group dialout.",
        },
    ROW(DEVICE_BUSY) =
        {
            .code = "device-busy",
            .text = "another process has the device open",
            .means =
                "Two programs on one modem take each other's answers. The other one is named with the fault: often "
                "ModemManager, a terminal program or a second microcatd.",
            .does =
                "Keeps off the device and tries again after a short, growing delay until the other process lets go.",
            .next =
                "Stop the named process. For ModemManager, the installed udev rule tells it to leave the device alone; "
                "it obeys after the next plug-in.",
        },
    ROW(DEVICE_ERROR) =
        {
            .code = "device-error",
            .text = "the device cannot be opened or set up",
            .means =
                "Opening the tty or setting its line parameters failed for a reason other than permission or another "
                "user; the system's error is given with the fault. A failing cable or hub does this, as does a path "
                "in Device= that is not a tty.",
            .does = "Closes the device and opens it anew after a short, growing delay.",
            .next = "Look at the kernel log (`journalctl -k`) around this time; try another cable, port or hub.",
        },
    ROW(DEVICE_GONE) =
        {
            .code = "device-gone",
            .text = "the device disappeared while in use",
            .means =
                "The USB device was unplugged, lost its power or reset itself. With a weak supply this happens when "
                "the modem transmits.",
            .does =
                "Ends the call, takes back address, route and DNS, and waits for the device. It may come back under "
                "another name; the bring-up then starts at once, without any delay.",
            .next =
                "If nobody pulled the plug, look for USB disconnects in the kernel log and measure the supply at the "
                "board under load.",
        },
    ROW(NOT_A_MODEM) =
        {
            .code = "not-a-modem",
            .text = "what answers on the device is not a modem",
            .means = "Bytes arrive, more than the echo of what is sent, but no answer to AT at any speed: a Python "
                     "prompt or "
                     "a log console of the board, another device that took the same path, or a bridge with the wrong "
                     "firmware.",
            .does = "Closes the device, so that whoever it belongs to may use it, and looks again every 30 to 60 "
                    "seconds. Nothing is reset.",
            .next =
                "On a board that still has its MicroPython prompt: microcat-bridge install. Else check that Device=, "
                "UsbID= and Serial= mean this board.",
        },

    /* The AT channel */

    ROW(MODEM_SILENT) =
        {
            .code = "modem-silent",
            .text = "the modem does not answer",
            .means = "The device is there, but the modem has not answered within the time that its manual allows, in "
                     "command mode, in data mode, in CMUX or at any speed. It is booting, hung, without power, or the "
                     "bridge does not pass bytes on. One that still echoes what it is sent, and no more, counts as "
                     "hung; so does a loopback plug, because it looks the same.",
            .does =
                "Searches all modes and speeds again after a short delay. From the second failure in a row it resets "
                "the modem, later it power-cycles it, by the lines that are configured and within the budget. Without "
                "a reset line it says AT+CRESET, from the fourth failure, to one that answers AT and leaves a question "
                "unanswered. "
                "It never redials a mute modem.",
            .next = "If it stays: check Reset= and Power= in [Modem], without them a modem that answers nothing cannot "
                    "be revived from here; then the modem's supply.",
        },
    ROW(MODEM_REFUSED) =
        {
            .code = "modem-refused",
            .text = "the modem refused a command that has to work",
            .means =
                "The modem answered ERROR to a command of the bring-up that it supports. The command and the answer "
                "are given with the fault. Mostly it is not yet ready, seldom its firmware is in a bad state.",
            .does = "Starts the bring-up again after a growing delay; from the fourth failure in a row it resets the "
                    "modem, at most once per ResetInterval=, and later power-cycles it, if a power line is configured.",
            .next =
                "`microcatctl trace` shows the dialogue. If it is always the same command, compare the firmware shown "
                "by `microcatctl info` with the supported ones.",
        },
    ROW(MODEM_MALFORMED) =
        {
            .code = "modem-malformed",
            .text = "the modem's answer makes no sense",
            .means =
                "An answer had not the form that the manual gives it: bytes were lost or mangled on the way (no flow "
                "control at a high speed, a bad cable), or this firmware words it in a way not known yet.",
            .does = "Throws the answer away and starts the bring-up again after a growing delay; from the fourth "
                    "failure in a row it resets the modem, at most once per ResetInterval=, and later power-cycles it, "
                    "if a power line is configured.",
            .next = "`microcatctl trace` shows the line. Try a lower BaudRate=; if the line is whole and the same each "
                    "time, report it with the trace.",
        },
    ROW(MODEM_REBOOTED) =
        {
            .code = "modem-rebooted",
            .text = "the modem rebooted by itself",
            .means =
                "The modem printed its boot messages in the middle of the work: its firmware crashed, or its supply "
                "dipped, which is typical when it transmits at full power in bad reception.",
            .does =
                "Ends the call and brings the modem up again as soon as it answers, 10 to 15 seconds after its boot. "
                "Only when it happens again and again it is power-cycled, if a power line is configured.",
            .next = "If it happens more than once a week, measure the supply under load and check the antenna.",
        },
    ROW(MODEM_OFF) =
        {
            .code = "modem-off",
            .text = "the modem is switched off",
            .means = "The modem said that it powers down, or its status line says that it is off: switched off by "
                     "AT+CPOF, by its "
                     "power key, or by itself at too low or too high a voltage or temperature.",
            .does = "Switches it on (a power cycle) if Power= in [Modem] says how; else it looks again after a short, "
                    "growing delay.",
            .next = "Without a configured power line, press the board's power key or cut its supply for a moment.",
        },
    ROW(STUCK_IN_DATA) =
        {
            .code = "stuck-in-data",
            .text = "the modem does not come back from data mode",
            .means = "The call is over, but the modem neither reports its end nor answers AT, nor heeds the escape "
                     "sequence. "
                     "Returning to command mode is this modem's known weak spot.",
            .does = "Waits for the modem's report, asks with AT, escapes with +++ and hangs up, and does it all again "
                    "after a short delay. From the second failure in a row it resets the modem by the configured line, "
                    "later it power-cycles it.",
            .next = "Without Reset= or Power= in [Modem] only cutting the board's supply helps.",
        },
    ROW(MUX_SILENT) =
        {
            .code = "mux-silent",
            .text = "the modem's multiplexer fell silent",
            .means = "Call and AT commands shared the line through the modem's multiplexer (CMUX), and it answers no "
                     "more. Some modems of this family do so under load.",
            .does =
                "Finds the modem again, leaves what is left of the multiplexer, and comes back at once. From the third "
                "failure in a row it resets the modem, later it power-cycles it. After three times in a day it does "
                "without the multiplexer until the modem's firmware changes.",
            .next = "Multiplex=no in [Modem] does without it for good. A newer firmware may mend it.",
        },
    ROW(MUX_LEFT) =
        {
            .code = "mux-left",
            .text = "the modem left its multiplexer",
            .means =
                "Call and AT commands shared the line through the modem's multiplexer (CMUX), and the modem closed "
                "it in order (CLD, DISC or DM): by itself, or because somebody else told it to.",
            .does =
                "Finds the modem again, opens the multiplexer again, and comes back at once. From the sixth failure "
                "in a row it resets the modem. After three times in a day it does without the multiplexer until the "
                "first of them is a day old.",
            .next = "Multiplex=no in [Modem] does without it for good.",
        },

    /* The SIM */

    ROW(SIM_ABSENT) =
        {
            .code = "sim-absent",
            .text = "no SIM in the modem",
            .means = "The modem reports that no SIM is inserted, or that it lost contact to it: pulled out, put in the "
                     "wrong way, or shaken loose.",
            .does = "Does not dial. Looks for a SIM again every 30 to 60 seconds. Nothing is reset.",
            .next = "Insert a SIM; if there is one, push it in again and clean its contacts.",
        },
    ROW(SIM_PIN_MISSING) =
        {
            .code = "sim-pin-missing",
            .text = "the SIM asks for a PIN and none is configured",
            .means = "The SIM is protected by a PIN, and PIN= in [SIM] is empty.",
            .does = "Holds: no PIN is guessed and nothing is dialled. Looks again every 30 to 60 seconds for another "
                    "SIM or "
                    "a configured PIN.",
            .next = "Set PIN= in [SIM], or switch the PIN query of this SIM off with a telephone.",
        },
    ROW(SIM_PIN_WRONG) =
        {
            .code = "sim-pin-wrong",
            .text = "the SIM refused the configured PIN",
            .means =
                "PIN= in [SIM] is not this SIM's PIN. One of usually three tries was spent; after the last the SIM "
                "locks itself.",
            .does =
                "Holds. The same PIN is never tried again with this SIM, not even after a restart; a changed PIN= or "
                "another SIM is tried. Only a PIN whose answer was lost (a power cut) is tried once more, if the SIM "
                "has counted no wrong one.",
            .next = "Correct PIN= in [SIM]. The tries that are left are in `microcatctl status`.",
        },
    ROW(SIM_PIN_SPENT) =
        {
            .code = "sim-pin-spent",
            .text = "too few PIN tries are left to risk one",
            .means =
                "The SIM counts down wrong PINs, also those that somebody else entered, and only its last try is left, "
                "or the count cannot be read. A wrong try now would lock the SIM.",
            .does = "Holds: the last try is left to a person. Looks again every 30 to 60 seconds.",
            .next =
                "Enter the right PIN in a telephone, which brings the tries back, or enter it with `microcatctl at`.",
        },
    ROW(SIM_PUK) =
        {
            .code = "sim-puk",
            .text = "the SIM is locked and asks for its PUK",
            .means =
                "A wrong PIN was entered too often, in this or another device. Only the PUK unlocks the SIM, and ten "
                "wrong PUKs destroy it.",
            .does = "Holds: a PUK is never entered by the daemon. Looks again every 30 to 60 seconds.",
            .next = "Unlock the SIM in a telephone with the PUK from the operator, then set the new PIN= in [SIM].",
        },
    ROW(SIM_LOCKED) =
        {
            .code = "sim-locked",
            .text = "the SIM or the modem is locked by another code",
            .means = "The modem asks for a code other than PIN and PUK: it is locked to a SIM or to a network "
                     "(PH-SIM, PH-NET), or the SIM is permanently blocked.",
            .does = "Holds: no code is tried. Looks again every 30 to 60 seconds.",
            .next = "Use a SIM of the network that the modem is locked to, or have the lock removed by its seller.",
        },
    ROW(SIM_FAILURE) =
        {
            .code = "sim-failure",
            .text = "the SIM does not work",
            .means =
                "The modem sees a SIM but cannot read it: bad contact, a damaged card, or a SIM of a kind that this "
                "modem does not take.",
            .does = "Does not dial. Looks again every 30 to 60 seconds; after several failures in a row it resets the "
                    "modem, which starts the SIM anew, at most once per ResetInterval=, and later power-cycles it, if "
                    "a power line is configured.",
            .next = "Clean the contacts and push the SIM in again; try it in a telephone.",
        },
    ROW(SIM_BUSY) =
        {
            .code = "sim-busy",
            .text = "the SIM is busy",
            .means = "The modem still reads the SIM. This is normal for some seconds after a start.",
            .does = "Asks again after a short, growing delay.",
        },

    /* The PDP context */

    ROW(APN_MISSING) =
        {
            .code = "apn-missing",
            .text = "no APN is configured",
            .means =
                "APN= in [PDP] is empty, and without it neither the network nor the modem knows where the data should "
                "go.",
            .does =
                "Holds and dials nothing, once the modem and the SIM are read so that what fits them can be offered; "
                "looks again every 30 to 60 seconds whether the configuration has one.",
            .next = "Run \"sudo microcatctl setup\", which asks for it; or set APN= in [PDP], for example soracom.io, "
                    "and user "
                    "and password if the operator wants them.",
        },
    ROW(PDP_REFUSED) =
        {
            .code = "pdp-refused",
            .text = "the modem refused the PDP context or its authentication",
            .means =
                "AT+CGDCONT or AT+CGAUTH was answered with an error: the modem does not take this APN, type, user or "
                "password, or this context number.",
            .does =
                "Tries again after a growing delay; after several failures in a row it resets the modem, at most once "
                "per ResetInterval=.",
            .next =
                "Check ContextID=, APN=, Type=, User= and Password= in [PDP]; `microcatctl trace` shows the answer.",
        },
    ROW(RADIO_REFUSED) =
        {
            .code = "radio-refused",
            .text = "the modem would not switch its radio",
            .means =
                "AT+CFUN was answered with an error or not in time. The radio may be locked by a hardware fault or by "
                "an earlier AT+CFUN=7, after which only a restart helps.",
            .does = "Tries again after a growing delay; from the second failure in a row it resets the modem, later it "
                    "power-cycles it, within the budget.",
            .next = "If it stays, cut the board's supply for some seconds.",
        },

    /* Registration */

    ROW(NOT_REGISTERED) =
        {
            .code = "not-registered",
            .text = "the network did not register the modem in time",
            .means =
                "The modem searched for SearchTime= and found no network that takes it: no coverage, no antenna, or no "
                "LTE of this operator at this place.",
            .does = "Leaves the radio alone while the modem searches. After SearchTime= it cycles the radio, at most "
                    "once per RadioCycleInterval=; it resets or power-cycles the modem late and seldom, because that "
                    "starts the search from the beginning.",
            .next = "Check the antenna and `microcatctl status` for the signal; try another place or operator.",
        },
    ROW(REGISTRATION_DENIED) =
        {
            .code = "registration-denied",
            .text = "the network denied the registration",
            .means =
                "The network knows the SIM and does not want it here: not activated, suspended, no roaming agreement, "
                "or a device that it does not allow.",
            .does =
                "Tries again after growing delays up to RedialMax=, while the modem tries by itself each 12 minutes "
                "(T3402). From the ninth failure in a row (an hour and a half, with the default delays) it cycles the "
                "radio, which lets the modem choose another network and forget that it was refused; at most once per "
                "RadioCycleInterval=. It never resets the modem for this: networks block devices that storm them.",
            .next = "Ask the operator whether the SIM is active and may use LTE and roaming at this place.",
        },
    ROW(REGISTRATION_LIMITED) =
        {
            .code = "registration-limited",
            .text = "registered, but not for data",
            .means =
                "The network offers SMS or emergency calls only. This happens in another operator's coverage, and for "
                "a SIM without a data plan.",
            .does =
                "Waits, as the modem goes on searching, and cycles the radio after repeated failures, at most once per "
                "RadioCycleInterval=.",
            .next = "Ask the operator about data service for this SIM at this place.",
        },
    ROW(REGISTRATION_LOST) =
        {
            .code = "registration-lost",
            .text = "the registration was lost",
            .means =
                "The modem was registered and lost the network: out of coverage, or the cell is overloaded or being "
                "worked on.",
            .does = "Waits for the modem to find a network again, and dials as soon as it is registered. When it is "
                    "lost again and again, it cycles the radio, later it resets the modem, within the budgets.",
            .next = "Frequent losses mean weak reception: check signal and antenna.",
        },
    ROW(NETWORK_BACKOFF) =
        {
            .code = "network-backoff",
            .text = "the network told the modem to wait",
            .means =
                "A back-off timer set by the network is running in the modem (CME 537). Every request until its end is "
                "refused without reaching the network.",
            .does = "Waits at least 12 minutes, then tries again. No reset: it would only anger the network.",
        },
    ROW(CONGESTION) =
        {
            .code = "congestion",
            .text = "the network is congested",
            .means =
                "The network refused for lack of resources. Many devices may be trying at once, for example after an "
                "outage.",
            .does = "Tries again after randomised, growing delays up to RedialMax=. Nothing is reset.",
        },
    ROW(APN_REJECTED) =
        {
            .code = "apn-rejected",
            .text = "the network does not know the APN, or not for this SIM",
            .means = "APN= in [PDP] is misspelt, or the SIM's plan does not include it.",
            .does =
                "Tries again at the longest delay, RedialMax=. Nothing is reset, because a reset does not mend an APN.",
            .next = "Compare APN= in [PDP] with the operator's data, letter by letter; then `microcatctl reconnect`.",
        },
    ROW(PDP_TYPE_REJECTED) =
        {
            .code = "pdp-type-rejected",
            .text = "the network does not offer this PDP type",
            .means = "Type= in [PDP] asks for IPv4, IPv6 or both, and the network or the plan does not allow it.",
            .does = "Tries again at the longest delay, RedialMax=. Nothing is reset.",
            .next = "Set Type=IP in [PDP]; it works nearly everywhere.",
        },
    ROW(AUTH_REJECTED) =
        {
            .code = "auth-rejected",
            .text = "the network refused user or password",
            .means = "User=, Password= or Authentication= in [PDP] are not what the operator expects for this APN.",
            .does = "Tries again at the longest delay, RedialMax=. Nothing is reset, because a reset does not mend a "
                    "password.",
            .next = "Correct them, then `microcatctl reconnect`. Some operators want Authentication=pap or none.",
        },
    ROW(NOT_SUBSCRIBED) =
        {
            .code = "not-subscribed",
            .text = "the SIM has no subscription for data",
            .means = "The network says that the service was not ordered, is barred or was suspended for this SIM: an "
                     "exhausted plan, an unpaid bill, a SIM not yet activated.",
            .does = "Tries again at the longest delay, RedialMax=. Nothing is reset.",
            .next = "Look at the SIM in the operator's console.",
        },

    /* The call */

    ROW(DIAL_NO_CARRIER) =
        {
            .code = "dial-no-carrier",
            .text = "the call was not set up: NO CARRIER",
            .means =
                "The modem is registered but could not open the data context. The network may have dropped the attach "
                "without saying so.",
            .does = "Redials after growing delays; from the third failure in a row (RadioCycleAfter=) it also cycles "
                    "the radio, later it resets and at last power-cycles the modem, all within the budgets.",
            .next = "If every gateway in the region has it, it is the network; if only this one, look at its SIM.",
        },
    ROW(DIAL_REFUSED) =
        {
            .code = "dial-refused",
            .text = "the modem refused to dial",
            .means =
                "ATD was answered with an error: the context is in use, is not defined, or the modem believes that a "
                "call is still up.",
            .does = "Hangs up (ATH) what the modem may still hold, and redials after growing delays; from the third "
                    "failure in a row (RadioCycleAfter=) it also cycles the radio, later it resets and at last "
                    "power-cycles the modem, all within the budgets.",
            .next = "`microcatctl trace` shows the answer.",
        },
    ROW(DIAL_TIMEOUT) =
        {
            .code = "dial-timeout",
            .text = "no answer to the dialling",
            .means = "Neither CONNECT nor a refusal came within 50 seconds, the longest time that the modem's manual "
                     "allows.",
            .does = "Finds out where the modem is and redials after growing delays; from the third failure in a row "
                    "(RadioCycleAfter=) it cycles the radio, later it resets and at last power-cycles the modem, all "
                    "within the budgets.",
        },
    ROW(PPP_TIMEOUT) =
        {
            .code = "ppp-timeout",
            .text = "PPP did not come up in time",
            .means =
                "The call was connected, but PPP was not running after SetupTimeout=: frames were lost, or the network "
                "did not answer.",
            .does =
                "Ends the call and redials after growing delays; from the third failure in a row (RadioCycleAfter=) it "
                "also cycles the radio, later it resets and at last power-cycles the modem, all within the budgets.",
            .next =
                "If the last phase was always establish, bytes get lost: try a lower BaudRate= and check FlowControl=.",
        },
    ROW(PPP_LCP) =
        {
            .code = "ppp-lcp",
            .text = "no PPP partner answered",
            .means =
                "LCP negotiation failed: the modem said CONNECT, yet nothing on the other side speaks PPP, or the line "
                "loops back.",
            .does = "Ends the call and redials after growing delays. It is the modem that answers LCP, so it neither "
                    "detaches nor touches the radio; from the seventh failure in a row it resets the modem, later it "
                    "power-cycles it, within the budgets.",
            .next = "If it is so from the first day, check FlowControl= and BaudRate= in [Modem].",
        },
    ROW(PPP_AUTH) =
        {
            .code = "ppp-auth",
            .text = "PPP authentication was refused",
            .means = "The network or the modem refused User= and Password= by PAP or CHAP.",
            .does = "Tries again at the longest delay, RedialMax=. Nothing is reset, because a reset does not mend a "
                    "password.",
            .next = "Correct User=, Password= and Authentication= in [PDP], then `microcatctl reconnect`.",
        },
    ROW(PPP_NO_ADDRESS) =
        {
            .code = "ppp-no-address",
            .text = "the network gave no address",
            .means =
                "PPP was set up, but no IP address was agreed on: the network has not finished the data context, or "
                "Type= asks for what it does not give.",
            .does = "Ends the call and redials after growing delays; from the fourth failure in a row it also detaches "
                    "and attaches, later it resets and at last power-cycles the modem, all within the budgets.",
            .next = "If it stays, check Type= and APN= in [PDP].",
        },
    ROW(PPP_ECHO_DEAD) =
        {
            .code = "ppp-echo-dead",
            .text = "the modem stopped answering PPP echoes",
            .means =
                "EchoFailure= echo requests in a row went unanswered. The modem itself answers them, so the modem, the "
                "bridge or the line between is dead; the network has nothing to do with it.",
            .does = "Ends the call, finds out where the modem is and redials; from the fifth failure in a row it "
                    "resets and later power-cycles the modem, within the budgets. It neither detaches nor touches the "
                    "radio: the network has no part in it.",
            .next = "If it happens under load, check FlowControl= and try a lower BaudRate=.",
        },
    ROW(PPP_TERMINATED) =
        {
            .code = "ppp-terminated",
            .text = "the network ended PPP",
            .means =
                "The other side closed the PPP connection in an orderly way. Some operators do it every day or after a "
                "time without traffic.",
            .does = "Returns to command mode and redials after RedialDelay=; only when it happens again and again it "
                    "also detaches and attaches or cycles the radio, within the budgets.",
            .next = "If it happens at regular times, ask the operator about session and idle limits.",
        },
    ROW(NO_CARRIER) =
        {
            .code = "no-carrier",
            .text = "the network ended the call",
            .means =
                "The modem reported NO CARRIER: the network released the data context, or the radio contact broke.",
            .does =
                "Takes back address, route and DNS, proves command mode, and redials after RedialDelay=; only when it "
                "happens again and again it also detaches and attaches, cycles the radio or resets the modem, within "
                "the budgets.",
            .next = "Frequent ends with a weak signal: check the antenna.",
        },
    ROW(PDP_DISCONNECTED) =
        {
            .code = "pdp-disconnected",
            .text = "the modem closed the data context",
            .means =
                "The modem reported +PPPD: DISCONNECTED or a deactivated context without having been asked to: the "
                "network released it, or the modem's PPP gave up.",
            .does =
                "Takes back address, route and DNS, proves command mode, and redials after RedialDelay=; only when it "
                "happens again and again it also detaches and attaches, cycles the radio or resets the modem, within "
                "the budgets.",
        },
    ROW(LINK_STALE) =
        {
            .code = "link-stale",
            .text = "the link is up but carries nothing",
            .means = "PPP is running and its echoes are answered, but bytes go out and none come back, and the probes "
                     "through the link went unanswered: the network dropped the data context and told nobody.",
            .does = "Ends the call and redials; from the second failure in a row it also detaches and attaches, then "
                    "cycles the radio, later it resets and at last power-cycles the modem, all within the budgets. "
                    "Each time the link gets a fresh window before it is judged again.",
            .next = "If the link works and is still called stale, the probe's target does not answer: set Target= and "
                    "Method= in [Probe].",
        },

    /* pppd and the host */

    ROW(PPPD_MISSING) =
        {
            .code = "pppd-missing",
            .text = "pppd is not installed",
            .means = "The program in Program= in [PPP] does not exist.",
            .does = "Leaves the modem attached and looks again every 30 to 60 seconds.",
            .next = "Install it: `apt install ppp`.",
        },
    ROW(PPPD_UNUSABLE) =
        {
            .code = "pppd-unusable",
            .text = "pppd cannot be run",
            .means =
                "pppd exists but could not be executed, or it refused its options or the plugin: wrong permissions, "
                "not root, or a pppd of another version than the plugin was built for.",
            .does = "Leaves the modem attached and dials again after the usual growing delays.",
            .next =
                "Check the permissions of Program= in [PPP], and that microcatd is built for the installed pppd; its "
                "own words are in the journal.",
        },
    ROW(PPPD_FAILED) =
        {
            .code = "pppd-failed",
            .text = "pppd ended with an error",
            .means =
                "pppd gave up for a reason of this machine, not of the network: no memory, a device error, a failed "
                "system call. Its exit code is given with the fault and its own words are in the journal.",
            .does =
                "Ends the call properly and redials at once, then after growing delays. The modem is not reset for it.",
            .next = "Read pppd's lines in the journal around this time.",
        },
    ROW(PPPD_DIED) =
        {
            .code = "pppd-died",
            .text = "pppd was killed",
            .means = "pppd ended by a signal: killed by hand or for lack of memory, or it crashed.",
            .does = "Takes back address, route and DNS, ends the call properly and redials at once, then after growing "
                    "delays. The modem is not reset for it.",
            .next = "Look for the out-of-memory killer in the kernel log and for core dumps (`coredumpctl`).",
        },
    ROW(PPPD_STUCK) =
        {
            .code = "pppd-stuck",
            .text = "pppd does not react",
            .means =
                "pppd is alive but neither takes data nor ends when asked to: stopped by SIGSTOP, or it hangs in the "
                "kernel.",
            .does = "Wakes it up, ends it, kills it when that does not help, and redials at once, then after growing "
                    "delays. The modem is not reset for it.",
            .next = "Find out who stopped it: a debugger, a frozen cgroup, a hanging disk.",
        },
    ROW(NO_KERNEL_PPP) =
        {
            .code = "no-kernel-ppp",
            .text = "the kernel has no PPP support",
            .means =
                "pppd found no PPP in the kernel: the module ppp_async is missing, is not of the running kernel, or "
                "/dev/ppp is not there, which is common in containers and right after a kernel upgrade.",
            .does = "Leaves the modem attached and tries again at the longest delay, RedialMax=.",
            .next = "Run `modprobe ppp_async`; after a kernel upgrade reboot the machine.",
        },
    ROW(HOST_REFUSED) =
        {
            .code = "host-refused",
            .text = "this machine refused what a call needs",
            .means =
                "Not pppd, but what it is run with could not be had: a pseudo-terminal, a socket, a process or memory. "
                "A "
                "limit on open files or processes is reached, /dev/pts is full or not mounted, or a sandbox is in the "
                "way. What was refused, and why, is given with the fault.",
            .does = "Leaves the modem attached and looks again every 30 to 60 seconds; what can be found out before a "
                    "dial costs none.",
            .next = "Raise the limit that is named (LimitNOFILE=, TasksMax=, kernel.pty.max), or give the service the "
                    "access it needs (PrivateDevices=, DevicePolicy=).",
        },
    ROW(HELPER_FAILED) =
        {
            .code = "helper-failed",
            .text = "microcat-helper does not do its work",
            .means =
                "Without root's rights microcatd asks microcat-helper for what needs them: to start pppd, "
                "to begin with. Its socket is not there, it did not answer within 5 s, it died over the "
                "question, or the configuration has mistakes and was never good since the machine's start. What was "
                "seen is given with the fault.",
            .does = "Leaves the modem attached and looks again every 30 to 60 seconds; systemd starts the helper anew "
                    "for each question, and ends one that hangs. A call that is up goes on without it.",
            .next = "Look at `journalctl -u 'microcat-helper@*'`; where the socket is missing, run `systemctl start "
                    "microcat-helper@microcatd.socket` (for an instance, its name). Mistakes of the configuration: "
                    "`microcatd --check-config`.",
        },
    ROW(WALK_IN_CIRCLES) =
        {
            .code = "walk-in-circles",
            .text = "the modem's answers lead in circles",
            .means = "The bring-up came to the same step again and again: the modem's answers contradict each other, "
                     "or they "
                     "say something that microcatd does not understand. The step is named with the fault.",
            .does = "Ends this try and starts anew after a growing delay; from the third failure in a row it "
                    "resets the modem, at most once per ResetInterval=, and later power-cycles it, if a power line is "
                    "configured.",
            .next = "Report it with the output of `microcatctl trace`.",
        },
    ROW(INTERNAL) =
        {
            .code = "internal",
            .text = "microcatd met a state that it should never meet",
            .means = "A mistake in microcatd, or this machine is out of memory or file descriptors. Details are in the "
                     "journal.",
            .does = "Starts the bring-up again after a growing delay.",
            .next = "Report it with the journal and the output of `microcatctl trace`.",
        },
};

_Static_assert(__COUNTER__ - rows_start == MC_FAULT_COUNT, "every fault has its row");
_Static_assert(sizeof(rows) / sizeof(rows[0]) == MC_FAULT_COUNT, "no row beyond the faults");

const struct mc_fault_info *mc_fault_info(enum mc_fault fault)
{
    return &rows[(unsigned)fault < MC_FAULT_COUNT ? fault : MC_FAULT_INTERNAL];
}

int mc_fault_from_code(const char *code)
{
    for (int fault = 0; code && fault < MC_FAULT_COUNT; fault++)
        if (strcmp(rows[fault].code, code) == 0)
            return fault;
    return -ENOENT;
}
