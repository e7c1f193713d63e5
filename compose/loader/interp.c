/* SPDX-License-Identifier: Apache-2.0 */
/* One scan over the text; words of operators are scanned by the same function, so they
 * nest. */
#include "compose/loader/interp.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compose/loader/env.h"

struct span {
	size_t start, end; /* offsets in the text */
};

struct expansion {
	struct interp *interp;
	const char *text; /* the whole one: offsets are into it */
	struct str *out;
	unsigned depth;
};

/* ${name op word}; op is '\0' for none. */
struct reference {
	const char *name;
	char op;
	bool empty_counts; /* the operator began with ':' */
	struct span word;
};

static bool expand(struct expansion *e, struct span span);

static bool fail(struct expansion *e, size_t at, const char *error)
{
	e->interp->error = error;
	e->interp->error_at = at;
	return false;
}

static bool starts_name(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static size_t name_end(const char *text, size_t at, size_t end)
{
	while (at < end && (starts_name(text[at]) || isdigit((unsigned char)text[at])))
		at++;
	return at;
}

/* The brace that closes the one at open, counting those between, or the last of the line; end: there is none. */
static size_t closing_brace(const char *text, size_t open, size_t end)
{
	unsigned depth = 0;
	size_t last = end;

	for (size_t i = open; i < end && text[i] != '\n'; i++) {
		if (text[i] == '{')
			depth++;
		if (text[i] != '}')
			continue;
		last = i;
		if (--depth == 0)
			return i;
	}
	return last;
}

static bool parse_reference(
	struct expansion *e, size_t dollar, struct span body, struct reference *out)
{
	size_t end = name_end(e->text, body.start, body.end);
	size_t op = end;
	int shown = (int)(body.end - dollar + 1);

	*out = (struct reference){0};
	if (end == body.start || !starts_name(e->text[body.start]))
		return fail(e, dollar,
			arena_printf(e->interp->arena,
				"invalid interpolation format: \"%.*s\"; write ${NAME}, "
				"or $$ for a plain $",
				shown > 60 ? 60 : shown, e->text + dollar));
	out->name =
		arena_strndup(e->interp->arena, e->text + body.start, end - body.start);
	if (op == body.end)
		return true;
	out->empty_counts = e->text[op] == ':';
	op += out->empty_counts;
	if (op == body.end || !strchr("-+?", e->text[op]))
		return fail(e, dollar,
			arena_printf(e->interp->arena,
				"invalid interpolation format: \"%.*s\"; after ${%s the "
				"operators are :- - :? ? "
				":+ + or }",
				shown > 60 ? 60 : shown, e->text + dollar, out->name));
	out->op = e->text[op];
	out->word = (struct span){op + 1, body.end};
	return true;
}

static bool fail_required(struct expansion *e, size_t dollar, const struct reference *ref)
{
	auto_str word = {.max_bytes = INTERP_MAX_BYTES};
	struct str *out = e->out;
	const char *hint;
	bool ok;

	e->out = &word;
	ok = expand(e, ref->word);
	e->out = out;
	if (!ok)
		return false;
	hint = e->interp->guess ? env_hint(e->interp->arena, e->interp->env, ref->name)
				: "";
	return fail(e, dollar,
		arena_printf(e->interp->arena,
			"required variable %s is missing a value%s%s%s%s", ref->name,
			word.len ? ": " : "", str_text(&word), *hint ? "." : "", hint));
}

static bool tell(struct expansion *e, size_t dollar, const struct reference *ref)
{
	struct interp_use use = {.name = ref->name, .op = ref->op, .at = dollar};

	if (ref->op)
		use.word = arena_strndup(e->interp->arena, e->text + ref->word.start,
			ref->word.end - ref->word.start);
	e->interp->met(e->interp, &use);
	return !ref->op || expand(e, ref->word);
}

static bool apply(struct expansion *e, size_t dollar, const struct reference *ref)
{
	const char *value;
	bool present;

	if (e->interp->met)
		return tell(e, dollar, ref);
	value = env_get(e->interp->env, ref->name);
	present = value && (*value || !ref->empty_counts);
	switch (ref->op) {
	case '-':
		if (!present)
			return expand(e, ref->word);
		break;
	case '+':
		if (present)
			return expand(e, ref->word);
		break;
	case '?':
		if (!present)
			return fail_required(e, dollar, ref);
		break;
	default:
		if (!value && e->interp->unset)
			e->interp->unset(e->interp, ref->name, dollar);
	}
	str_add(e->out, value ? value : "");
	return true;
}

/* What stands at a dollar; *at is moved behind it. */
static bool expand_dollar(struct expansion *e, size_t *at, size_t end)
{
	size_t dollar = *at, next = dollar + 1;
	struct reference ref = {0};

	if (next < end && e->text[next] == '$') {
		str_add_c(e->out, '$');
		*at = next + 1;
		return true;
	}
	if (next < end && e->text[next] == '{') {
		size_t close = closing_brace(e->text, next, end);

		if (close == end)
			return fail(e, dollar,
				"invalid interpolation format: \"${\" is not closed by "
				"\"}\" in its line; write $$ for a "
				"plain $");
		*at = close + 1;
		return parse_reference(e, dollar, (struct span){next + 1, close}, &ref) &&
			apply(e, dollar, &ref);
	}
	if (next < end && starts_name(e->text[next])) {
		*at = name_end(e->text, next, end);
		ref.name = arena_strndup(e->interp->arena, e->text + next, *at - next);
		return apply(e, dollar, &ref);
	}
	str_add_c(e->out, '$');
	*at = next;
	return true;
}

static bool expand(struct expansion *e, struct span span)
{
	bool ok = true;

	if (e->depth >= INTERP_DEPTH_MAX)
		return fail(e, span.start, "defaults nest too deeply");
	e->depth++;
	for (size_t i = span.start; ok && i < span.end;) {
		const char *dollar = memchr(e->text + i, '$', span.end - i);
		size_t stop = dollar ? (size_t)(dollar - e->text) : span.end;

		str_add_n(e->out, e->text + i, stop - i);
		i = stop;
		if (i < span.end)
			ok = expand_dollar(e, &i, span.end);
	}
	e->depth--;
	return ok;
}

bool interp_expand(struct interp *interp, const char *text, const char **out_text)
{
	auto_str out = {.max_bytes = INTERP_MAX_BYTES};
	struct expansion e = {.interp = interp, .text = text, .out = &out};

	*out_text = text;
	if (!strchr(text, '$'))
		return true;
	if (!expand(&e, (struct span){0, strlen(text)}))
		return false;
	if (out.full)
		return fail(&e, 0, "the text grows too long by its variables");
	*out_text = arena_strndup(interp->arena, str_text(&out), out.len);
	return true;
}
