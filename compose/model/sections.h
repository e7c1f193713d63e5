/* SPDX-License-Identifier: Apache-2.0 */
/* The sections that the tables of compose/model name among themselves: one a mapping of the language. */
#pragma once

struct section;

extern const struct section build_section;          /* struct build */
extern const struct section config_section;         /* struct content */
extern const struct section deploy_section;         /* struct deploy */
extern const struct section device_request_section; /* struct device_request */
extern const struct section endpoint_section;       /* struct endpoint */
extern const struct section file_ref_section;       /* struct file_ref */
extern const struct section hook_section;      /* struct hook: post_start and pre_stop */
extern const struct section pre_start_section; /* struct hook */
extern const struct section mount_section;     /* struct mount */
extern const struct section port_section;      /* struct port */
extern const struct section secret_section;    /* struct content */
extern const struct section ulimit_section;    /* struct ulimit */

/* What a section of this struct says about places and x-* keys; 0 for what it does not have. */
#define SECTION_OF(s) .size = sizeof(s)
#define KEEPS_X(s) .x_offset = offsetof(s, x)
#define KEEPS_NODE(s) .node_offset = MEMBER(s, node, const struct node *)
#define KEEPS_SET(s) .set_offset = MEMBER(s, set, bool)
#define KEEPS_POS(s) .pos_offset = MEMBER(s, pos, struct pos)
#define KEEPS_KEY(s, m) .key_offset = MEMBER(s, m, const char *)
#define NO_KEY .key_offset = NO_MEMBER
#define NO_NODE .node_offset = NO_MEMBER
#define NO_SET .set_offset = NO_MEMBER
#define NO_POS .pos_offset = NO_MEMBER
#define NO_X .x_offset = NO_MEMBER
