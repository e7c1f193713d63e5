/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The roles of davit-netdns, each a process of its own, and which way they can reach each other:
 *
 *	priv   has files, sockets and the engine; parses nothing that others write
 *	watch  reads what the engine tells, makes the zone of it, and answers on the control socket
 *	dns    answers packets from the zone
 *	fwd    asks others what is not ours
 */
#pragma once

/* watch's ends of the channels (netdns/channel.h). */
struct roles {
	int priv;
	int dns;
	int fwd;
};
