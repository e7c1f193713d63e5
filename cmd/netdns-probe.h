/* SPDX-License-Identifier: Apache-2.0 */
/* davit-netdns probe ADDRESS SECONDS DOMAIN...: does netdns answer there? For a container that asks from inside of a network. */
#pragma once

/* args: ADDRESS and DOMAIN. Exits 0: it does, 1: it does not, 2: usage. */
int netdns_probe(int nargs, char *const *args);
