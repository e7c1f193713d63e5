/* SPDX-License-Identifier: Apache-2.0 */
/* Which container of a service a command means. */
#include "cmd/pick.h"

#include "base/err.h"
#include "base/str.h"
#include "compose/planner/observed.h"

#include <inttypes.h>

bool pick_is_up(const struct observed_container *container)
{
	return container->state == STATE_RUNNING || container->state == STATE_PAUSED ||
		container->state == STATE_RESTARTING;
}

static bool is_meant(const struct observed_container *container, const struct pick *pick)
{
	return text_eq(container->service, pick->service) &&
		(pick->with_stopped || pick_is_up(container)) &&
		(pick->index == 0 ||
			(!container->oneoff && container->number == pick->index));
}

static bool comes_before(
	const struct observed_container *a, const struct observed_container *b)
{
	if (a->oneoff != b->oneoff)
		return b->oneoff;
	return a->oneoff ? a->created_s < b->created_s : a->number < b->number;
}

const struct observed_container *pick_container(
	const struct observed *observed, const struct pick *pick, struct err *err)
{
	const struct observed_container *found = NULL;

	for (size_t i = 0; i < observed->ncontainers; i++) {
		const struct observed_container *container = &observed->containers[i];

		if (is_meant(container, pick) &&
			(!found || comes_before(container, found)))
			found = container;
	}
	if (!found && pick->index)
		err_set(err, ERR_INPUT,
			"service \"%s\" is not running container #%" PRId64,
			pick->service, pick->index);
	else if (!found)
		err_set(err, ERR_INPUT, "service \"%s\" is not running", pick->service);
	return found;
}
