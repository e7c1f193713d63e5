/* SPDX-License-Identifier: Apache-2.0 */
/* The tables as a JSON Schema, for editors. */
#pragma once

struct arena;
struct node;
struct section;

/*
 * JSON Schema draft 7, which all editors know. It describes files as people write them: short forms too, and text
 * with a variable wherever a text can become the value.
 */
struct node *schema_json(struct arena *arena, const struct section *root);
