/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language, as tables: every key that a Compose file may have is a row reachable from project_section
 * (what a row holds: base/schema.h).
 */
#pragma once

struct section;

/* The top level of a file: decodes into struct project. */
extern const struct section project_section;

/* An entry of `services` (struct service), `networks`, `volumes`: what hashes are made of. */
extern const struct section service_section;
extern const struct section network_section;
extern const struct section volume_section;
