/* SPDX-License-Identifier: MIT */
#include "config_checks.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <microcat/base/cleanup.h>
#include <string.h>

static bool is_one_of(const char *text, const char *const *words, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static bool all_printable(const char *text, const char *refused)
{
    for (const char *p = text; *p; p++)
        if (*p < ' ' || *p > '~' || strchr(refused, *p))
            return false;
    return true;
}

bool mc_check_path(const char *text)
{
    return text[0] == '/' && text[1] && all_printable(text, "");
}

bool mc_check_device(const char *text)
{
    return strcmp(text, "auto") == 0 || mc_check_path(text);
}

static bool is_usb_id(const char *text, size_t len)
{
    if (len != 9 || text[4] != ':')
        return false;
    for (size_t i = 0; i < len; i++)
        if (i != 4 && !isxdigit((unsigned char)text[i]))
            return false;
    return true;
}

bool mc_check_usb_ids(const char *text)
{
    size_t ids = 0;
    while (*(text += strspn(text, " "))) {
        size_t len = strcspn(text, " ");
        if (!is_usb_id(text, len))
            return false;
        text += len;
        ids++;
    }
    return ids > 0;
}

/* A quote would end the string in AT+CGAUTH and in pppd's files; control characters would end the command. */
bool mc_check_printable(const char *text)
{
    return all_printable(text, "\"");
}

bool mc_check_baud(const char *text)
{
    static const char *const speeds[] = {"9600", "19200", "38400", "57600", "115200", "230400", "460800"};
    return is_one_of(text, speeds, MC_LENGTH_OF(speeds));
}

bool mc_check_reset(const char *text)
{
    static const char *const words[] = {"auto", "none", "break", "dtr", "rts"};
    return is_one_of(text, words, MC_LENGTH_OF(words)) || mc_check_path(text);
}

bool mc_check_power(const char *text)
{
    static const char *const words[] = {"auto", "none", "dtr", "rts"};
    return is_one_of(text, words, MC_LENGTH_OF(words)) || mc_check_path(text);
}

bool mc_check_pin(const char *text)
{
    size_t len = strspn(text, "0123456789");
    return len >= 4 && len <= 8 && !text[len];
}

bool mc_check_apn(const char *text)
{
    return all_printable(text, " \",;\\'");
}

bool mc_check_interface(const char *text)
{
    return strcmp(text, ".") != 0 && strcmp(text, "..") != 0 && all_printable(text, " /:%\"");
}

bool mc_check_address(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

bool mc_check_group(const char *text)
{
    return all_printable(text, " :/\"'\\") && text[0] != '-';
}
