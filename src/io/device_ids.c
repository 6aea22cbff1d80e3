/* SPDX-License-Identifier: MIT */
/* The list of USB identities of io/device.h. */
#include <ctype.h>
#include <errno.h>
#include <microcat/io/device.h>
#include <string.h>
#include <strings.h>

#define ID_CHARS 9 /* "388b:ca71" */

/* The next word of the list and its length; NULL at the end. */
static const char *next_word(const char **list, size_t *ret_len)
{
    const char *word = *list + strspn(*list, " ,\t");

    *ret_len = strcspn(word, " ,\t");
    *list = word + *ret_len;
    return *ret_len ? word : NULL;
}

static bool is_id(const char *word, size_t len)
{
    if (len != ID_CHARS || word[4] != ':')
        return false;
    for (size_t i = 0; i < ID_CHARS; i++)
        if (i != 4 && !isxdigit((unsigned char)word[i]))
            return false;
    return true;
}

int mc_device_check_ids(const char *usb_ids)
{
    const char *word;
    size_t len, n = 0;

    for (; usb_ids && (word = next_word(&usb_ids, &len)); n++)
        if (!is_id(word, len))
            return -EINVAL;
    return n ? 0 : -EINVAL;
}

bool mc_device_match_ids(const char *usb_ids, const char *vendor_id, const char *product_id)
{
    const char *word;
    size_t len;

    if (strlen(vendor_id) != 4 || strlen(product_id) != 4)
        return false;
    while ((word = next_word(&usb_ids, &len)))
        if (is_id(word, len) && strncasecmp(word, vendor_id, 4) == 0 && strncasecmp(word + 5, product_id, 4) == 0)
            return true;
    return false;
}
