/* SPDX-License-Identifier: Apache-2.0 */
/* Values that may be unset; a zeroed one is unset. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct opt_bool {
	bool set;
	bool value;
};

struct opt_i64 {
	bool set;
	int64_t value;
};

struct opt_double {
	bool set;
	double value;
};

static inline bool opt_bool_or(struct opt_bool opt, bool fallback)
{
	return opt.set ? opt.value : fallback;
}

static inline int64_t opt_i64_or(struct opt_i64 opt, int64_t fallback)
{
	return opt.set ? opt.value : fallback;
}
