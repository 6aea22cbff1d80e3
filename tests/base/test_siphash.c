/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <microcat/base/siphash.h>

/* From the reference implementation's vectors: key and message are 00 01 02 ..., the message as long as the row says.
 */
static void is_siphash_2_4(void **state)
{
    static const struct {
        size_t len_bytes;
        uint64_t hash;
    } rows[] = {
        {0, 0x726fdb47dd0e0e31},  {1, 0x74f839c593dc67fd},  {2, 0x0d6c8009d9a94f5a},  {3, 0x85676696d7fb7e2d},
        {4, 0xcf2794e0277187b7},  {5, 0x18765564cd99a68d},  {6, 0xcbc9466e58fee3ce},  {7, 0xab0200f58b01d137},
        {8, 0x93f5f5799a932462},  {9, 0x9e0082df0ba9e4b0},  {10, 0x7a5dbbc594ddb9f3}, {11, 0xf4b32f46226bada7},
        {12, 0x751e8fbc860ee5fb}, {13, 0x14ea5627c0843d90}, {14, 0xf723ca908e7af2ee}, {15, 0xa129ca6149be45e5},
    };
    uint8_t key[MC_SIPHASH_KEY_BYTES], message[16];

    for (uint8_t i = 0; i < 16; i++)
        key[i] = message[i] = i;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (mc_siphash(key, message, rows[i].len_bytes) != rows[i].hash)
            fail_msg("%zu bytes: %016llx", rows[i].len_bytes,
                     (unsigned long long)mc_siphash(key, message, rows[i].len_bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_siphash_2_4)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
