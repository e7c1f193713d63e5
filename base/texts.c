/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and mappings of text. */
#include "base/texts.h"

#include "base/str.h"

const char *pairs_get(const struct pairs *pairs, const char *key)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (text_eq(pairs->items[i].key, key))
			return pairs->items[i].value;
	return NULL;
}

bool strings_has(const struct strings *strings, const char *text)
{
	for (size_t i = 0; i < strings->n; i++)
		if (text_eq(strings->items[i], text))
			return true;
	return false;
}
