/* SPDX-License-Identifier: Apache-2.0 */
/* Shell words by a small state machine, one byte at a time; UTF-8 passes through. */
#include "base/words.h"

#include "base/arena.h"
#include "base/str.h"
#include "base/texts.h"

struct splitter {
	struct arena *arena;
	struct strings *out;
	struct str word;
	bool in_word;
	char quote;   /* ' or " that is open; 0: none */
	bool back;    /* inside ` ` */
	bool dollar;  /* inside $( ) */
	bool escaped; /* after a backslash */
};

static void word_end(struct splitter *s)
{
	if (!s->in_word)
		return;
	ARENA_PUSH(s->arena, s->out->items, s->out->n,
		arena_strdup(s->arena, str_text(&s->word)));
	str_clear(&s->word);
	s->in_word = false;
}

static void word_add(struct splitter *s, char c)
{
	str_add_c(&s->word, c);
	s->in_word = true;
}

static void word_add_escaped(struct splitter *s, char c)
{
	s->escaped = false;
	word_add(s, (char)(c == 't' ? '\t' : c == 'n' ? '\n' : c));
}

/* A quote that opens, closes, or is a letter because another one is open. */
static void read_quote(struct splitter *s, char c)
{
	if ((s->quote && s->quote != c) || s->dollar) {
		word_add(s, c);
	} else if (s->quote) {
		s->quote = '\0';
		s->in_word = true;
	} else {
		s->quote = c;
	}
}

/* Backquotes stay in the word, and only keep blanks and operators from ending it. */
static void read_backquote(struct splitter *s)
{
	if (!s->quote && !s->dollar)
		s->back = !s->back;
	word_add(s, '`');
}

static bool is_open(const struct splitter *s)
{
	return s->quote || s->back || s->dollar;
}

static bool ends_in_dollar(const struct splitter *s)
{
	return s->word.len > 0 && s->word.text[s->word.len - 1] == '$';
}

/* Parentheses only come as $( and its end, and stay in the word. */
static bool read_parenthesis(struct splitter *s, char c)
{
	if (s->quote || s->back) {
		word_add(s, c);
		return true;
	}
	if (c == '(' && (s->dollar || !ends_in_dollar(s)))
		return false;
	s->dollar = c == '(' || !s->dollar;
	word_add(s, c);
	return true;
}

static void read_operator(struct splitter *s, char c)
{
	bool is_fd = c == '>' && s->word.len > 0 && s->word.text[0] >= '0' &&
		s->word.text[0] <= '9';

	if (is_fd)
		s->in_word = false;
}

static enum words_result split(struct splitter *s, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (s->escaped) {
			word_add_escaped(s, *p);
		} else if (*p == '\\' && s->quote != '\'') {
			s->escaped = true;
		} else if (strchr(" \t\r\n", *p) && !is_open(s)) {
			word_end(s);
		} else if (*p == '\'' || *p == '"') {
			read_quote(s, *p);
		} else if (*p == '`') {
			read_backquote(s);
		} else if (*p == '(' || *p == ')') {
			if (!read_parenthesis(s, *p))
				return WORDS_WRONG;
		} else if (strchr(";&|<>", *p) && !is_open(s)) {
			read_operator(s, *p);
			word_end(s);
			return WORDS_CUT;
		} else {
			word_add(s, *p);
		}
	}
	word_end(s);
	return s->escaped || is_open(s) ? WORDS_WRONG : WORDS_OK;
}

enum words_result words_split(struct arena *arena, const char *text, struct strings *out)
{
	struct splitter s = {.arena = arena, .out = out};
	enum words_result result;

	out->set = true;
	result = split(&s, text);
	str_finish(&s.word);
	return result;
}
