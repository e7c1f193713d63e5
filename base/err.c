/* SPDX-License-Identifier: Apache-2.0 */
/* One error: filled once, with words in front of it on the way up. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts a UTF-8 sequence that snprintf broke at the end of a full buffer. */
static void trim_broken_character(char *text, size_t len)
{
	size_t i = len;

	while (i > 0 && ((unsigned char)text[i - 1] & 0xc0) == 0x80)
		i--;
	if (i > 0 && (unsigned char)text[i - 1] >= 0xc0)
		text[i - 1] = '\0';
}

static void fill(struct err *err, const char *format, va_list args)
{
	int len = vsnprintf(err->text, sizeof(err->text), format, args);

	if (len >= (int)sizeof(err->text))
		trim_broken_character(err->text, sizeof(err->text) - 1);
}

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	va_list args;

	*err = (struct err){.kind = kind};
	va_start(args, format);
	fill(err, format, args);
	va_end(args);
	return false;
}

bool err_at(struct err *err, struct pos pos, const char *format, ...)
{
	va_list args;

	*err = (struct err){.kind = ERR_INPUT, .pos = pos};
	va_start(args, format);
	fill(err, format, args);
	va_end(args);
	return false;
}

bool err_sys(struct err *err, const char *format, ...)
{
	int code = errno;
	va_list args;
	size_t len;

	*err = (struct err){.kind = ERR_SYSTEM, .status = code};
	va_start(args, format);
	fill(err, format, args);
	va_end(args);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", strerror(code));
	return false;
}

bool err_wrap(struct err *err, const char *format, ...)
{
	char old[ERR_TEXT_BYTES];
	va_list args;
	size_t len;

	memcpy(old, err->text, sizeof(old));
	va_start(args, format);
	fill(err, format, args);
	va_end(args);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", old);
	return false;
}
