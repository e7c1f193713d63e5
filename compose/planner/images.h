/* SPDX-License-Identifier: Apache-2.0 */
/* Images of services, pulls and builds. Inside compose/planner/ only. */
#pragma once

#include "compose/planner/plan.h"

struct draft;
struct image_state;
struct service;

/* Whether it depends on the age of its image if that is pulled. */
bool image_has_window(const struct draft *draft, const struct service *service);

/* One state per reference and platform, whoever uses it. */
struct image_state *image_of(struct draft *draft, const struct service *service);

/* Each returns the number of its action. */
unsigned add_pull(struct draft *draft, const struct service *service,
	const struct image_state *image, const char *reason, enum on_fail on_fail);
unsigned add_build(struct draft *draft, const struct service *service,
	const struct image_state *image, const char *reason);
