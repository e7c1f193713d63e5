/* SPDX-License-Identifier: Apache-2.0 */
/* One-shot timers on the loop, whose owner keeps one pointer and never meets a dangling
 * one. */
#pragma once

#include <stdint.h>

struct uv_loop_s;
struct timer;

typedef void timer_fn(void *ctx);

/*
 * Calls fn once after ms (0: in the next turn of the loop). The timer is put into *slot,
 * and *slot is NULL again before fn is called.
 */
void timer_start(
	struct uv_loop_s *loop, int64_t ms, timer_fn *fn, void *ctx, struct timer **slot);

/* Gives it up; fn is not called any more. Accepts an empty slot. */
void timer_stop(struct timer **slot);
