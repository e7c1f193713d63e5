/* SPDX-License-Identifier: Apache-2.0 */
/* The orders of keys in output: as Go's yaml package sorts a map, and plain bytes for JSON. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/scalar.h"
#include "base/schema.h"
#include "base/str.h"
#include "base/units.h"

static bool is_letter(unsigned char c)
{
	return isalpha(c) || c >= 0x80;
}

/* The number that starts at i, and where it ends. */
static size_t number_end(const char *text, size_t i, int64_t *number)
{
	for (; isdigit((unsigned char)text[i]); i++)
		*number = (int64_t)((uint64_t)*number * 10 + (uint64_t)(text[i] - '0'));
	return i;
}

/* Two texts that first differ at i, where not both are letters. */
static int compare_numbers(const char *a, const char *b, size_t i)
{
	int64_t an = 0, bn = 0;

	if (a[i] == '0' || b[i] == '0') {
		for (size_t j = i; j-- > 0 && isdigit((unsigned char)a[j]);) {
			if (a[j] != '0') {
				an = bn = 1;
				break;
			}
		}
	}
	size_t ai = number_end(a, i, &an), bi = number_end(b, i, &bn);
	if (an != bn)
		return an < bn ? -1 : 1;
	if (ai != bi)
		return ai < bi ? -1 : 1;
	return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
}

int key_compare(const char *a, const char *b)
{
	bool digits = false;
	size_t i = 0;

	for (; a[i] && b[i] && a[i] == b[i]; i++)
		digits = isdigit((unsigned char)a[i]);
	if (!a[i] || !b[i])
		return !a[i] ? (b[i] ? -1 : 0) : 1;
	bool al = is_letter((unsigned char)a[i]), bl = is_letter((unsigned char)b[i]);
	if (al && bl)
		return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
	if (al || bl)
		return (digits ? al : bl) ? -1 : 1;
	return compare_numbers(a, b, i);
}

static int pair_compare_yaml(const void *a, const void *b)
{
	return key_compare(
		((const struct node_pair *)a)->key, ((const struct node_pair *)b)->key);
}

static int pair_compare_json(const void *a, const void *b)
{
	return strcmp(
		((const struct node_pair *)a)->key, ((const struct node_pair *)b)->key);
}

static struct node *scalar_for_output(
	struct arena *arena, const struct node *node, unsigned flags)
{
	struct node *copy = node_copy_shallow(arena, node);
	double value;

	/* JSON has neither infinity nor NaN. */
	if (node->kind == NODE_FLOAT && (flags & ENCODE_JSON))
		copy->text = double_parse(node->text, &value)
			? scalar_float_json(arena, value, 64)
			: "null";
	return copy;
}

struct node *node_sorted(struct arena *arena, const struct node *node, unsigned flags)
{
	if (node_is_scalar(node))
		return scalar_for_output(arena, node, flags);
	struct node *copy = node_new(arena, node->kind, node->pos);
	if (node->kind == NODE_LIST) {
		for (size_t i = 0; i < node->nitems; i++)
			node_push(arena, copy, node_sorted(arena, node->items[i], flags));
		return copy;
	}
	copy->npairs = node->npairs;
	copy->pairs = ARENA_NEW_N(arena, node->npairs, struct node_pair);
	for (size_t i = 0; i < node->npairs; i++) {
		copy->pairs[i] = node->pairs[i];
		copy->pairs[i].value = node_sorted(arena, node->pairs[i].value, flags);
	}
	if (copy->npairs)
		qsort(copy->pairs, copy->npairs, sizeof(*copy->pairs),
			flags & ENCODE_JSON ? pair_compare_json : pair_compare_yaml);
	return copy;
}
