/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Divisions by multiplication, as a CPU has no vector division of integers. */

/* a / b with inverse = 1 / b, exact for a up to BIQA_MAX_QUOTIENT: a + .5 is at least .5 / b away
 * from any integer, which is more than the two roundings lose there. */
uint quotient(uint a, float inverse)
{
    return uint((float(a) + .5) * inverse);
}
