/* SPDX-License-Identifier: Apache-2.0 */
/* Looking rows up. */
#include "base/schema.h"

#include "base/str.h"

const struct field *section_field(const struct section *section, const char *key)
{
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++)
		if (field->name[0] == key[0] && text_eq(field->name, key))
			return field;
	return NULL;
}

bool section_has_extension(const struct section *section, const char *key)
{
	return !section->no_extensions && text_starts(key, "x-");
}
