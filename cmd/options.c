/* SPDX-License-Identifier: Apache-2.0 */
/* Reads flags over tables, as pflag does; docker's users have its habits in their fingers and scripts. */
#include "cmd/options.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/nearest.h"
#include "base/str.h"
#include "cmd/command.h"

/* A row and the member that it fills in. */
struct found {
	const struct option *option;
	void *member;
};

struct cursor {
	struct arena *arena;
	const struct parse *parse;
	int argc;
	char *const *argv;
	int i; /* the next argument */
	struct err *err;
};

bool parse_bool(const char *text, bool *out)
{
	static const char *const yes[] = {"1", "t", "true", "y"};
	static const char *const no[] = {"0", "f", "false", "n"};

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		bool is_yes = !strcasecmp(text, yes[i]);

		if (is_yes || !strcasecmp(text, no[i])) {
			*out = is_yes;
			return true;
		}
	}
	return false;
}

bool parse_bytes(const char *text, int64_t *out)
{
	static const char units[] = "kmgtp";
	double factor = 1;
	char *end;
	double n = strtod(text, &end);

	if (end == text || (size_t)(end - text) != strspn(text, "0123456789."))
		return false;
	while (*end == ' ')
		end++;
	if (*end && tolower((unsigned char)*end) != 'b') {
		const char *unit = strchr(units, tolower((unsigned char)*end++));

		if (!unit)
			return false;
		factor = ldexp(1, 10 * (int)(unit - units + 1));
		if (*end == 'i')
			end++;
	}
	if (tolower((unsigned char)*end) == 'b')
		end++;
	if (*end || n * factor >= 9e18)
		return false;
	*out = (int64_t)(n * factor);
	return true;
}

static bool is_bool(const struct option *option)
{
	return option->type == OPTION_BOOL || option->type == OPTION_TRI;
}

/* "-t, --timeout" as messages name it. */
static const char *spelled(struct arena *arena, const struct option *option)
{
	if (!option->letter)
		return arena_printf(arena, "--%s", option->name);
	return arena_printf(arena, "-%c, --%s", option->letter, option->name);
}

static bool wrong(const struct cursor *c, const struct option *option, const char *value,
	const char *wanted)
{
	return err_set(c->err, ERR_INPUT, "invalid argument \"%s\" for \"%s\" flag: %s",
		value, spelled(c->arena, option), wanted);
}

static void push_text(struct arena *arena, struct strings *list, const char *value)
{
	ARENA_PUSH(arena, list->items, list->n, value);
	list->set = true;
}

static bool store(const struct cursor *c, struct found found, const char *value)
{
	struct opt_i64 *number = found.member;
	struct opt_bool *tri = found.member;

	switch (found.option->type) {
	case OPTION_BOOL:
		return parse_bool(value, found.member) ||
			wrong(c, found.option, value, "not true or false");
	case OPTION_TRI:
		tri->set = true;
		return parse_bool(value, &tri->value) ||
			wrong(c, found.option, value, "not true or false");
	case OPTION_TEXT:
		*(const char **)found.member = value;
		return true;
	case OPTION_INT:
		number->set = true;
		return parse_i64(value, &number->value) ||
			wrong(c, found.option, value, "not a number");
	case OPTION_TEXTS:
		push_text(c->arena, found.member, value);
		return true;
	case OPTION_BYTES:
		number->set = true;
		return parse_bytes(value, &number->value) ||
			wrong(c, found.option, value, "not a size such as 512m or 2g");
	}
	return false;
}

void options_preset(struct arena *arena, const struct option_target *target)
{
	struct err err = {0};
	struct cursor c = {.arena = arena, .err = &err};

	for (const struct option *o = target->opts; o && o->name; o++)
		if (o->preset)
			store(&c, (struct found){o, (char *)target->out + o->offset},
				o->preset);
}

static struct found find(
	const struct cursor *c, const char *name, size_t len, char letter)
{
	for (size_t i = 0; i < c->parse->ntargets; i++) {
		const struct option_target *target = &c->parse->targets[i];

		for (const struct option *o = target->opts; o && o->name; o++)
			if (letter ? o->letter == letter
				   : strlen(o->name) == len &&
						!memcmp(o->name, name, len))
				return (struct found){o, (char *)target->out + o->offset};
	}
	return (struct found){0};
}

static const char *nearest_flag(const struct cursor *c, const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (size_t i = 0; i < c->parse->ntargets; i++)
		for (const struct option *o = c->parse->targets[i].opts; o && o->name;
			o++)
			if (!(o->flags & (OPTION_HIDDEN | OPTION_DEPRECATED)))
				nearest_offer(&nearest, o->name);
	return nearest.best;
}

static bool is_elsewhere(const struct cursor *c, const char *name, char letter)
{
	for (const struct option *o = c->parse->elsewhere; o && o->name; o++)
		if (letter ? o->letter == letter : text_eq(o->name, name))
			return true;
	return false;
}

static bool unknown_long(const struct cursor *c, const char *name)
{
	const char *near = nearest_flag(c, name);

	if (is_elsewhere(c, name, 0))
		return err_set(c->err, ERR_INPUT,
			"unknown flag: --%s\nIt stands before the command: davit --%s "
			"...",
			name, name);
	if (near)
		return err_set(c->err, ERR_INPUT,
			"unknown flag: --%s\nDid you mean --%s?", name, near);
	return err_set(c->err, ERR_INPUT, "unknown flag: --%s", name);
}

static bool unknown_letter(const struct cursor *c, char letter, const char *group)
{
	if (is_elsewhere(c, NULL, letter))
		return err_set(c->err, ERR_INPUT,
			"unknown shorthand flag: '%c' in %s\nIt stands before the "
			"command: davit -%c ...",
			letter, group, letter);
	return err_set(
		c->err, ERR_INPUT, "unknown shorthand flag: '%c' in %s", letter, group);
}

/* --name, --name=value, --name value */
static bool read_long(struct cursor *c, const char *arg)
{
	const char *name = arg + 2;
	size_t len = strcspn(name, "=");
	struct found found = find(c, name, len, 0);

	if (len == 0 || *name == '-')
		return err_set(c->err, ERR_INPUT, "bad flag syntax: %s", arg);
	if (!found.option)
		return unknown_long(c, arena_strndup(c->arena, name, len));
	if (name[len] == '=')
		return store(c, found, name + len + 1);
	if (is_bool(found.option))
		return store(c, found, "true");
	if (c->i == c->argc)
		return err_set(c->err, ERR_INPUT, "flag needs an argument: --%s", name);
	return store(c, found, c->argv[c->i++]);
}

/* -a, -abc, -tVALUE, -t=VALUE, -t VALUE */
static bool read_letters(struct cursor *c, const char *arg)
{
	for (const char *at = arg + 1; *at; at++) {
		struct found found = find(c, NULL, 0, *at);

		if (!found.option)
			return unknown_letter(c, *at, arg);
		if (at[1] == '=')
			return store(c, found, at + 2);
		if (is_bool(found.option)) {
			store(c, found, "true");
			continue;
		}
		if (at[1])
			return store(c, found, at + 1);
		if (c->i == c->argc)
			return err_set(c->err, ERR_INPUT,
				"flag needs an argument: '%c' in %s", *at, arg);
		return store(c, found, c->argv[c->i++]);
	}
	return true;
}

bool options_parse(struct arena *arena, const struct parse *parse, int argc,
	char *const *argv, struct operands *out_operands, struct err *err)
{
	struct cursor c = {
		.arena = arena, .parse = parse, .argc = argc, .argv = argv, .err = err};
	const char **items = ARENA_NEW_N(arena, (size_t)argc + 1, const char *);
	size_t n = 0;
	bool rest = false;

	for (size_t i = 0; i < parse->ntargets; i++)
		options_preset(arena, &parse->targets[i]);
	while (c.i < argc) {
		const char *arg = argv[c.i++];

		if (rest || arg[0] != '-' || !arg[1]) {
			items[n++] = arg;
			rest = rest || parse->stop_at_operand;
		} else if (!strcmp(arg, "--")) {
			rest = true;
		} else if (arg[1] == '-' ? !read_long(&c, arg) : !read_letters(&c, arg)) {
			return false;
		}
	}
	*out_operands = (struct operands){items, n};
	return true;
}
