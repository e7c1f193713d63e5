/* SPDX-License-Identifier: Apache-2.0 */
/* A uv_timer_t with its own memory, since libuv wants it back only after the close
 * callback. */
#include "compose/scheduler/timer.h"

#include <stdlib.h>
#include <uv.h>

#include "base/arena.h"

struct timer {
	uv_timer_t uv;
	struct timer **slot;
	timer_fn *fn;
	void *ctx;
};

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void timer_stop(struct timer **slot)
{
	struct timer *timer = *slot;

	if (!timer)
		return;
	*slot = NULL;
	uv_close((uv_handle_t *)&timer->uv, on_closed);
}

static void on_timer(uv_timer_t *uv)
{
	struct timer *timer = uv->data;
	timer_fn *fn = timer->fn;
	void *ctx = timer->ctx;

	timer_stop(timer->slot);
	fn(ctx);
}

void timer_start(
	struct uv_loop_s *loop, int64_t ms, timer_fn *fn, void *ctx, struct timer **slot)
{
	struct timer *timer = xalloc(sizeof(*timer));

	*timer = (struct timer){.slot = slot, .fn = fn, .ctx = ctx};
	uv_timer_init(loop, &timer->uv);
	timer->uv.data = timer;
	uv_update_time(loop);
	uv_timer_start(&timer->uv, on_timer, ms > 0 ? (uint64_t)ms : 0, 0);
	*slot = timer;
}
