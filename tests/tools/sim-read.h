/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the model share. */
#pragma once

#include <stdbool.h>

struct action;
struct err;
struct node;
struct sim;

struct node *sim_list(const struct sim *sim, const char *name);
const char *sim_new_id(struct sim *sim, const char *kind);
struct node *sim_image(struct sim *sim, const char *ref, const char *id);
bool sim_do(struct sim *sim, const struct action *action, const char **out_id,
	struct err *err);
