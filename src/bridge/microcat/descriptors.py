# SPDX-License-Identifier: MIT
# What the host is told: the firmware's own device, and behind its REPL one CDC-ACM function more, whose interface has our name.
import struct

NAME = "MicroCat.1 modem"
NOTIFY_BYTES = 16  # the notification endpoint's packet; SERIAL_STATE has 10
PACKET_BYTES = 64  # bulk at full speed


def _endpoint(address, kind, size, interval):
    return struct.pack("<BBBBHB", 7, 5, address, kind, size, interval)


def function(itf, ep, string):
    # Descriptors of the function: control interface `itf` and data interface after it; notification on endpoint `ep`, data on ep + 1.
    return b"".join(
        (
            struct.pack("<8B", 8, 0x0B, itf, 2, 2, 2, 0, string),  # two interfaces that belong together
            struct.pack("<9B", 9, 4, itf, 0, 1, 2, 2, 0, string),  # communications, abstract control model
            b"\x05\x24\x00\x20\x01",  # CDC 1.20
            struct.pack("<5B", 5, 0x24, 1, 0, itf + 1),  # no call management
            b"\x04\x24\x02\x06",  # has line coding, serial state and SEND_BREAK
            struct.pack("<5B", 5, 0x24, 6, itf, itf + 1),  # the union of both
            _endpoint(0x80 | ep, 3, NOTIFY_BYTES, 8),
            struct.pack("<9B", 9, 4, itf + 1, 0, 2, 0x0A, 0, 0, 0),
            _endpoint(ep + 1, 2, PACKET_BYTES, 0),
            _endpoint(0x80 | ep + 1, 2, PACKET_BYTES, 0),
        )
    )


def configuration(builtin):
    # The whole configuration: the built-in one with two interfaces more.
    whole = bytearray(builtin.desc_cfg + function(builtin.itf_max, builtin.ep_max, builtin.str_max))
    struct.pack_into("<HB", whole, 2, len(whole), builtin.itf_max + 2)
    return whole
