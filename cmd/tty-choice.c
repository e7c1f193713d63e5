/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a process gets a terminal inside its container. */
#include "cmd/tty-choice.h"

#include "base/err.h"

#include <unistd.h>

bool tty_choose(const struct tty_choice *choice, bool *out_tty, struct err *err)
{
	bool told = choice->tty.set || choice->no_tty.set;
	bool on = choice->no_tty.set ? !choice->no_tty.value : choice->tty.value;
	bool input_fits = !choice->interactive || choice->input_is_tty;

	if (opt_bool_or(choice->tty, false) && opt_bool_or(choice->no_tty, false))
		return err_set(
			err, ERR_INPUT, "--tty and --no-tty can't be used together");
	if (told && on && !input_fits)
		return err_set(err, ERR_INPUT,
			"the input device is not a TTY; leave --tty out to pass it on as "
			"it is");
	*out_tty = told ? on : choice->output_is_tty && input_fits;
	return true;
}

bool tty_choose_here(const struct tty_choice *choice, bool *out_tty, struct err *err)
{
	struct tty_choice here = *choice;

	here.input_is_tty = isatty(STDIN_FILENO);
	here.output_is_tty = isatty(STDOUT_FILENO);
	return tty_choose(&here, out_tty, err);
}
