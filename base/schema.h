/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table engine: a mapping in a file is a section, each of its keys is one row of the section's table,
 * and a row holds all that there is to know about a key.
 *
 * The same rows check a tree (unknown keys, kinds, limits), merge one file over another, decode a tree into
 * structs and encode structs as a tree again. Tables are static const; order of rows is order of output.
 * What a row cannot say is not said anywhere else either: whoever walks a tree asks the row (its merge,
 * unique, form and path rule), never the name of the key.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"
#include "base/texts.h"

struct arena;
struct errs;
struct node;
struct section;

/* What a value is, and the C type of the member that holds it. */
enum field_type {
	TYPE_END,      /* closes a table */
	TYPE_TEXT,     /* const char * */
	TYPE_BOOL,     /* bool */
	TYPE_OPT_BOOL, /* struct opt_bool */
	TYPE_INT,      /* struct opt_i64 */
	TYPE_I64,      /* int64_t, 0 when unset */
	TYPE_FLOAT,    /* struct opt_double */
	TYPE_FLOAT32,  /* struct opt_double, rounded as a float */
	TYPE_BYTES,    /* struct opt_i64; "1.5g" */
	TYPE_DURATION, /* struct opt_i64 in nanoseconds; "1m30s" */
	TYPE_MODE,     /* struct opt_i64; "0440" is octal, a number is itself */
	TYPE_WORD,     /* int or an enum: the position of the text in .words */
	TYPE_STRINGS,  /* struct strings */
	TYPE_COMMAND,  /* struct strings: a list, or one text of shell words */
	TYPE_PAIRS,    /* struct pairs: a mapping of scalars */
	TYPE_SECTION,  /* a struct inside; .section */
	TYPE_POINTER,  /* const struct *, NULL when the key is absent; .section */
	TYPE_LIST,     /* struct * and size_t: a list of mappings; .section */
	TYPE_MAP, /* struct * and size_t: a mapping of names to mappings; .section has the name's place */
	TYPE_ANY, /* const struct node *: kept as it is; with FORM_TEXT_LIST a mapping to lists of text */
};

enum field_flag {
	FIELD_ALWAYS_YAML = 1 << 0, /* as FIELD_ALWAYS, in YAML only */
	FIELD_NULL = 1
		<< 1, /* null is a legal value (for TYPE_MAP and TYPE_PAIRS: of an entry) */
	FIELD_NUMBER = 1
		<< 2, /* text, items and values: a number will do as well; TYPE_INT: a fraction
				      * is cut off; TYPE_BYTES: a fraction counts as nothing;
				      * TYPE_MODE: printed as a number */
	FIELD_REQUIRED = 1 << 3,     /* the section is wrong without it */
	FIELD_UNIQUE_ITEMS = 1 << 4, /* two equal items are an error */
	FIELD_NAMES = 1 << 5,        /* keys of the mapping are names: [a-zA-Z0-9._-]+ */
	FIELD_UNHASHED = 1 << 6,     /* does not count for the config hash */
	FIELD_HIDDEN = 1 << 7,       /* not printed: the loader has acted on it */
	FIELD_ALWAYS = 1
		<< 8, /* printed when unset too: as null, {}, "", false or 0 by its type */
	FIELD_KEEP_EMPTY = 1 << 9, /* printed when it is set and empty */
	FIELD_SWARM = 1 << 10, /* has an effect only in a swarm: kept, never acted on */
	FIELD_UNUSED = 1
		<< 11, /* kept and printed, but nothing acts on it yet: people are told */
	FIELD_DEPRECATED = 1 << 12, /* accepted, with a warning: .instead */
	FIELD_STRICT = 1
		<< 13, /* only the YAML type itself: no text for numbers and bools, no numbers
				      * for bytes */
	FIELD_NULL_VALUES = 1
		<< 14, /* TYPE_PAIRS: null is kept apart from ""; TYPE_MAP: printed as null, not {} */
	FIELD_ALL = 1 << 15, /* TYPE_INT: "all" is -1 */
	FIELD_MERGED = 1
		<< 16, /* has become part of another key: printed with ENCODE_UNMERGED only */
	FIELD_ALWAYS_JSON = 1 << 17, /* as FIELD_ALWAYS, in JSON and hashes only */
	FIELD_RAW_TEXT = 1
		<< 18, /* FORM_TEXT_LIST: text stays text where variables stay variables */
};

/* Short ways to write a value; the loader makes the long one of them (compose.md 3.8). */
enum field_form {
	FORM_ONE,     /* no short form */
	FORM_TEXT_AS, /* text is {<form_key>: text}; in a list: each item that is text */
	FORM_TEXT_LIST,  /* text is [text] */
	FORM_LIST_NULLS, /* [a, b] is {a: null, b: null} */
	FORM_LIST_PAIRS, /* [a=b, c] is {a: b, c: null} as soon as the long form is made */
	FORM_LIST_OR_PAIRS, /* [a=b, c] stays as it is until it is decoded (environment, labels) */
	FORM_HOSTS,       /* extra_hosts: [host=ip, host:ip] or {host: ip or [ips]} */
	FORM_DEPENDS,     /* depends_on: list of names, or mapping with defaults */
	FORM_ENV_FILE,    /* text, or a list of text and {path, required, format} */
	FORM_SCALAR_TEXT, /* true, false or text is text */
	FORM_PORT, /* items: number, "ip:1-2:3-4/udp" or a mapping; one item may become many */
	FORM_MOUNT,      /* items: "source:target:ro" or a mapping */
	FORM_DEVICE,     /* items: "source:target:rwm" or a mapping */
	FORM_GPUS,       /* "all" or a list of mappings */
	FORM_EXTERNAL,   /* true, false or the deprecated {name: text} */
	FORM_SHELL_TEST, /* text is [CMD-SHELL, text]; stays as it is until it is decoded */
	FORM_NAMES, /* build.ssh: [name, name=path] is {name: null, name: path}; printed as such a list */
	FORM_ULIMIT, /* entries: a number or {soft, hard}; stays as it is until it is decoded */
};

/* How an override file's value meets the base file's (compose.md 3.4). */
enum field_merge {
	MERGE_DEFAULT, /* mappings merge by key, lists append, scalars replace, null keeps the base */
	MERGE_REPLACE,      /* the override replaces all, null too */
	MERGE_REPLACE_ITEM, /* for TYPE_MAP: entries replace each other whole (ulimits) */
	MERGE_PAIRS, /* both to lists of K=V (a mapping's keys sorted), append, unicity */
	MERGE_TEXT_LIST, /* both to lists, append */
	MERGE_HOSTS, /* both to lists of host=ip, append what is not there in the same words */
	MERGE_DRIVER, /* logging: by key if the driver is the same or absent on a side, else replace */
	MERGE_SUBNET, /* ipam.config: items of the same subnet merge, others append */
};

/* What makes a later item of a list replace an earlier one (compose.md 3.5). */
enum field_unique {
	UNIQUE_NONE,
	UNIQUE_KEY,    /* the text before "=" */
	UNIQUE_TEXT,   /* the scalar as text */
	UNIQUE_PATH,   /* text, or .path of a mapping */
	UNIQUE_MOUNT,  /* target */
	UNIQUE_DEVICE, /* target, or source if there is no colon */
	UNIQUE_PORT,   /* host_ip(0.0.0.0):published:target/protocol(tcp) */
	UNIQUE_CONFIG, /* target, or /source */
	UNIQUE_SECRET, /* target, or /run/secrets/source */
};

/* What is a path relative to the project's directory, and when (compose.md 3.10). */
enum field_path {
	PATH_NONE,
	PATH_ALWAYS,     /* the text, or each text of a list or mapping */
	PATH_UNLESS_URL, /* unless it has "://", "service:" or a remote prefix */
	PATH_IF_BIND,    /* source of a mount: if its type is bind */
	PATH_IF_BIND_OPT, /* driver_opts of a volume: device, if driver is local and o is bind */
};

struct field {
	const char *name;
	const char *json_name; /* in JSON and hashes, where it differs; NULL: name */
	enum field_type type;
	enum field_form form;
	enum field_merge merge;
	enum field_unique unique;
	enum field_path path;
	unsigned flags; /* enum field_flag */

	size_t offset;       /* of the member in the section's struct */
	size_t count_offset; /* of the size_t member: TYPE_LIST and TYPE_MAP */
	size_t size;         /* of one struct of .section */
	const struct section *section;

	const char *form_key;     /* FORM_TEXT_AS, FORM_ENV_FILE */
	const char *const *words; /* the only texts allowed, NULL at the end; NULL: any */
	int64_t min, max; /* limits of numbers, in units of the member; both 0: none */
	const char *fallback; /* as one would write it; NULL: absent is absent */
	const char *
		usual; /* FIELD_SWARM: what changes nothing outside a swarm either; NULL: the fallback */
	const char *instead; /* FIELD_DEPRECATED: what to write */
	const char *help;    /* one line for people; "" is refused by the tests */
	const char *maps_to; /* the Engine API's field; NULL: none */
};

enum { NO_MEMBER = 0xffff };

struct section {
	const char *name;           /* "service": for messages and documents */
	const struct field *fields; /* in order of output, TYPE_END at the end */
	size_t size;                /* of the struct */
	size_t key_offset; /* const char *: the name in a TYPE_MAP; NO_MEMBER: none */
	size_t node_offset; /* const struct node *: what it was read from; NO_MEMBER: none */
	size_t set_offset; /* bool: set to true when it was there; NO_MEMBER: none */
	size_t pos_offset; /* struct pos: where it was written; NO_MEMBER: none */
	size_t x_offset; /* const struct node *: a map of the x-* keys; NO_MEMBER: x-* keys are not kept */
	bool no_extensions; /* x-* keys are unknown keys here */

	/* What rows cannot say; NULL: nothing. The struct is filled when decoded is called. */
	bool (*decode_scalar)(
		struct arena *arena, const struct node *node, void *out, struct err *err);
	struct node *(*encode)(struct arena *arena,
		const void *in); /* instead of the rows; NULL: rows after all */
	bool (*is_empty)(const void *in);
};

/* Rows, with the member's type checked by the compiler. */
#define MEMBER(s, m, t) (offsetof(s, m) + 0 * sizeof(_Generic(((s *)0)->m, t : 0)))

#define F_TEXT(s, n, m, ...)                                                        \
	{                                                                           \
		.name = n, .type = TYPE_TEXT, .offset = MEMBER(s, m, const char *), \
		__VA_ARGS__                                                         \
	}
#define F_BOOL(s, n, m, ...)                                                            \
	{                                                                               \
		.name = n, .type = TYPE_BOOL, .offset = MEMBER(s, m, bool), __VA_ARGS__ \
	}
#define F_OPT_BOOL(s, n, m, ...)                                     \
	{                                                            \
		.name = n, .type = TYPE_OPT_BOOL,                    \
		.offset = MEMBER(s, m, struct opt_bool), __VA_ARGS__ \
	}
#define F_INT(s, n, m, ...)                                                          \
	{                                                                            \
		.name = n, .type = TYPE_INT, .offset = MEMBER(s, m, struct opt_i64), \
		__VA_ARGS__                                                          \
	}
#define F_I64(s, n, m, ...)                                                   \
	{                                                                     \
		.name = n, .type = TYPE_I64, .offset = MEMBER(s, m, int64_t), \
		__VA_ARGS__                                                   \
	}
#define F_FLOAT(s, n, m, ...)                                          \
	{                                                              \
		.name = n, .type = TYPE_FLOAT,                         \
		.offset = MEMBER(s, m, struct opt_double), __VA_ARGS__ \
	}
#define F_FLOAT32(s, n, m, ...)                                        \
	{                                                              \
		.name = n, .type = TYPE_FLOAT32,                       \
		.offset = MEMBER(s, m, struct opt_double), __VA_ARGS__ \
	}
#define F_BYTES(s, n, m, ...)                                                          \
	{                                                                              \
		.name = n, .type = TYPE_BYTES, .offset = MEMBER(s, m, struct opt_i64), \
		__VA_ARGS__                                                            \
	}
#define F_DURATION(s, n, m, ...)                                    \
	{                                                           \
		.name = n, .type = TYPE_DURATION,                   \
		.offset = MEMBER(s, m, struct opt_i64), __VA_ARGS__ \
	}
#define F_MODE(s, n, m, ...)                                                          \
	{                                                                             \
		.name = n, .type = TYPE_MODE, .offset = MEMBER(s, m, struct opt_i64), \
		__VA_ARGS__                                                           \
	}
#define F_WORD(s, n, m, t, w, ...)                                                   \
	{                                                                            \
		.name = n, .type = TYPE_WORD, .offset = MEMBER(s, m, t), .words = w, \
		__VA_ARGS__                                                          \
	}
#define F_STRINGS(s, n, m, ...)                                                          \
	{                                                                                \
		.name = n, .type = TYPE_STRINGS, .offset = MEMBER(s, m, struct strings), \
		__VA_ARGS__                                                              \
	}
#define F_COMMAND(s, n, m, ...)                                                          \
	{                                                                                \
		.name = n, .type = TYPE_COMMAND, .offset = MEMBER(s, m, struct strings), \
		__VA_ARGS__                                                              \
	}
#define F_PAIRS(s, n, m, ...)                                                        \
	{                                                                            \
		.name = n, .type = TYPE_PAIRS, .offset = MEMBER(s, m, struct pairs), \
		__VA_ARGS__                                                          \
	}
#define F_ANY(s, n, m, ...)                                              \
	{                                                                \
		.name = n, .type = TYPE_ANY,                             \
		.offset = MEMBER(s, m, const struct node *), __VA_ARGS__ \
	}
#define F_SECTION(s, n, m, sec, ...)                                       \
	{                                                                  \
		.name = n, .type = TYPE_SECTION, .offset = offsetof(s, m), \
		.size = sizeof(((s *)0)->m), .section = sec, __VA_ARGS__   \
	}
#define F_POINTER(s, n, m, sec, ...)                                       \
	{                                                                  \
		.name = n, .type = TYPE_POINTER, .offset = offsetof(s, m), \
		.size = sizeof(*((s *)0)->m), .section = sec, __VA_ARGS__  \
	}
#define F_LIST(s, n, m, cm, sec, ...)                                                \
	{                                                                            \
		.name = n, .type = TYPE_LIST, .offset = offsetof(s, m),              \
		.count_offset = MEMBER(s, cm, size_t), .size = sizeof(*((s *)0)->m), \
		.section = sec, __VA_ARGS__                                          \
	}
#define F_MAP(s, n, m, cm, sec, ...)                                                 \
	{                                                                            \
		.name = n, .type = TYPE_MAP, .offset = offsetof(s, m),               \
		.count_offset = MEMBER(s, cm, size_t), .size = sizeof(*((s *)0)->m), \
		.section = sec, __VA_ARGS__                                          \
	}
/* Known to the language, but nothing keeps it: the loader has acted on it or it never had an effect. */
#define F_LOADER(n, t, ...)                                            \
	{                                                              \
		.name = n, .type = t, .offset = NO_MEMBER, __VA_ARGS__ \
	}
#define F_END                    \
	{                        \
		.type = TYPE_END \
	}

/* The row of a key, or NULL. */
const struct field *section_field(const struct section *section, const char *key);

/* x-*, where the section allows it. */
bool section_has_extension(const struct section *section, const char *key);

enum schema_flag {
	SCHEMA_RAW =
		1 << 0, /* not interpolated: text with a $ may still become anything */
	SCHEMA_EXTENDED = 1 << 1, /* x-* keys are passed over everywhere */
};

/*
 * Says everything that is wrong with a tree that starts at a root section: unknown keys (with what was
 * probably meant, or where the key belongs), wrong kinds, values that cannot be read or are out of limits,
 * missing keys, equal items. Short forms are accepted as well as long ones. Never changes the tree.
 */
void schema_check(const struct section *root, const struct node *node, unsigned flags,
	struct errs *errs);

/*
 * The same for the value of a field somewhere below a root section, in its long form: what a pass acts on and
 * takes out before the whole is checked. As docker compose, which does not check such parts at all, it passes
 * over x-* keys. True when nothing is wrong.
 */
struct trail;
bool schema_check_part(const struct section *root, const struct trail *trail,
	const struct field *field, const struct node *node, struct errs *errs);

/*
 * Fills the zeroed struct of a section from a tree in its long form; what is absent gets its row's fallback.
 * What cannot be read is added to errs, in the words of schema_check, and left unset. Text is shared.
 */
void schema_decode(struct arena *arena, const struct section *section,
	const struct node *node, void *out, struct errs *errs);

/*
 * Warns of the keys below a root section whose row has one of the flags, once for each row, in these words: of
 * FIELD_UNUSED, that nothing acts on it; of FIELD_SWARM, that it has no effect outside a swarm.
 */
void schema_report(const struct section *root, const struct node *node,
	unsigned field_flags, struct errs *errs);

enum encode_flag {
	ENCODE_JSON = 1
		<< 0, /* names and habits of JSON: no x-* keys, FIELD_ALWAYS_JSON, plain order of keys */
	ENCODE_UNMERGED = 1 << 2, /* FIELD_MERGED rows too */
	ENCODE_HASH = 1 << 1,     /* with ENCODE_JSON: without FIELD_UNHASHED */
	ENCODE_PLACES = 1
		<< 3, /* nodes have the place that they were read from, and what they replaced;
		       * what nobody wrote has none */
};

/* The struct as a mapping in the order of the rows, without what is unset; mappings of names by key. */
struct node *schema_encode(struct arena *arena, const struct section *section,
	const void *in, unsigned flags);

/* A copy with all mappings in the order of output (any tree: x-* keys, a raw file). */
struct node *node_sorted(
	struct arena *arena, const struct node *node, unsigned encode_flags);

/* The order of keys in YAML: numbers inside text count as numbers, "a2" comes before "a10". */
int key_compare(const char *a, const char *b);
