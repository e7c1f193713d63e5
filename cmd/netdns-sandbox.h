/* SPDX-License-Identifier: Apache-2.0 */
/* What the roles of davit-netdns that read others' bytes have in common: how they begin, and how they end. */
#pragma once

#include <stdbool.h>

#include "netdns/confine.h"

struct netdns_options;

void netdns_say(void *data, const char *text);

/* Signals are priv's to mind. The descriptors of the terminal are not needed, but for the one that errors go to. */
void netdns_begin(int instead_of_terminal);

/* Gives up what the role does not need; false when it may not. */
bool netdns_confine(const struct netdns_options *options, enum confine_role role);

/* In place of exit: who is confined cannot do what others do then. */
int netdns_end(const struct netdns_options *options, int status);
