/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of the domains. */
#include "domain.h"

const char *biqa_domain_name(BiqaDomain domain)
{
    static const char *const names[BIQA_N_DOMAINS] = {
        [BIQA_DOMAIN_PICTURE] = "picture",     [BIQA_DOMAIN_BLACK] = "black",
        [BIQA_DOMAIN_FLAT] = "flat",           [BIQA_DOMAIN_FROZEN] = "frozen",
        [BIQA_DOMAIN_TEST_CARD] = "test-card", [BIQA_DOMAIN_HDR] = "hdr",
    };

    g_return_val_if_fail(domain < BIQA_N_DOMAINS, NULL);
    return names[domain];
}
