/* SPDX-License-Identifier: Apache-2.0 */
/* davit netdns doctor: asks from inside of each network, and says what would mend it. */
#pragma once

struct app;
struct node;

/* status: what netdns says of itself; domain: what it serves. The exit status: 0 when all is well. */
int netdns_doctor(struct app *app, const struct node *status, const char *domain);
