/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small part of Go's templates that --format is used with: {{.Field}}, {{json .}}, {{json .Field}}, and \t
 * and \n outside of braces. Pure.
 */
#pragma once

#include <stdbool.h>

struct err;
struct node;
struct str;

/* Fills one record in. False: the template has something else in it. */
bool template_fill(
	struct str *str, const char *text, const struct node *record, struct err *err);

/* The header line of "table TEMPLATE": each field's name in capitals. */
bool template_header(struct str *str, const char *text, struct err *err);
