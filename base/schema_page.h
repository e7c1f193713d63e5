/* SPDX-License-Identifier: Apache-2.0 */
/* The tables as a page for people. */
#pragma once

struct section;
struct str;

/* Markdown: a heading a section, a line a row. doc/compose-file.md is this. */
void schema_page(struct str *str, const struct section *root);
