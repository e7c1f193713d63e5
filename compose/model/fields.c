/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the top level: networks, volumes, configs, secrets, models, and what ties them together. */
#include "compose/model/fields.h"

#include "base/schema.h"
#include "compose/model/project.h"
#include "compose/model/sections.h"

static const struct field ipam_pool_fields[] = {
	F_TEXT(struct ipam_pool, "subnet", subnet,
		.help = "Addresses of the network: 172.28.0.0/16",
		.maps_to = "IPAM.Config[].Subnet"),
	F_TEXT(struct ipam_pool, "gateway", gateway, .help = "Address of the host on it",
		.maps_to = "IPAM.Config[].Gateway"),
	F_TEXT(struct ipam_pool, "ip_range", ip_range,
		.help = "Addresses that containers get",
		.maps_to = "IPAM.Config[].IPRange"),
	F_PAIRS(struct ipam_pool, "aux_addresses", aux_addresses,
		.help = "Addresses that are taken",
		.maps_to = "IPAM.Config[].AuxiliaryAddresses"),
	F_END,
};

static const struct section ipam_pool_section = {
	.name = "ipam.config entry",
	.fields = ipam_pool_fields,
	SECTION_OF(struct ipam_pool),
	NO_KEY,
	NO_NODE,
	NO_SET,
	NO_POS,
	KEEPS_X(struct ipam_pool),
};

static const struct field ipam_fields[] = {
	F_TEXT(struct ipam, "driver", driver, .help = "Who gives out addresses",
		.maps_to = "IPAM.Driver"),
	F_LIST(struct ipam, "config", pools, npools, &ipam_pool_section,
		.merge = MERGE_SUBNET, .help = "Subnets", .maps_to = "IPAM.Config"),
	F_PAIRS(struct ipam, "options", options, .flags = FIELD_HIDDEN,
		.help = "Options of that driver", .maps_to = "IPAM.Options"),
	F_END,
};

static const struct section ipam_section = {
	.name = "ipam",
	.fields = ipam_fields,
	SECTION_OF(struct ipam),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct ipam),
	NO_POS,
	KEEPS_X(struct ipam),
};

static const struct field network_fields[] = {
	F_TEXT(struct network, "name", name, .help = "Its name in the engine",
		.maps_to = "Name"),
	F_TEXT(struct network, "driver", driver, .help = "Driver of the network",
		.maps_to = "Driver"),
	F_PAIRS(struct network, "driver_opts", driver_opts, .flags = FIELD_NUMBER,
		.help = "Options of the driver", .maps_to = "Options"),
	F_SECTION(struct network, "ipam", ipam, &ipam_section, .flags = FIELD_ALWAYS_JSON,
		.help = "Addresses", .maps_to = "IPAM"),
	F_BOOL(struct network, "external", external, .form = FORM_EXTERNAL,
		.help = "Not made and not removed by the project"),
	F_BOOL(struct network, "internal", internal, .help = "No way out",
		.maps_to = "Internal"),
	F_BOOL(struct network, "attachable", attachable,
		.help = "Other containers may join", .maps_to = "Attachable"),
	F_PAIRS(struct network, "labels", labels, .form = FORM_LIST_OR_PAIRS,
		.merge = MERGE_PAIRS, .unique = UNIQUE_KEY,
		.help = "Labels of the network", .maps_to = "Labels"),
	F_OPT_BOOL(struct network, "enable_ipv4", enable_ipv4, .flags = FIELD_KEEP_EMPTY,
		.help = "IPv4 addresses", .maps_to = "EnableIPv4"),
	F_OPT_BOOL(struct network, "enable_ipv6", enable_ipv6, .flags = FIELD_KEEP_EMPTY,
		.help = "IPv6 addresses", .maps_to = "EnableIPv6"),
	F_END,
};

const struct section network_section = {
	.name = "network",
	.fields = network_fields,
	SECTION_OF(struct network),
	KEEPS_KEY(struct network, key),
	KEEPS_NODE(struct network),
	NO_SET,
	NO_POS,
	KEEPS_X(struct network),
};

static const struct field volume_fields[] = {
	F_TEXT(struct volume, "name", name, .help = "Its name in the engine",
		.maps_to = "Name"),
	F_TEXT(struct volume, "driver", driver, .help = "Driver of the volume",
		.maps_to = "Driver"),
	F_PAIRS(struct volume, "driver_opts", driver_opts, .path = PATH_IF_BIND_OPT,
		.flags = FIELD_NUMBER, .help = "Options of the driver",
		.maps_to = "DriverOpts"),
	F_BOOL(struct volume, "external", external, .form = FORM_EXTERNAL,
		.help = "Not made and not removed by the project"),
	F_PAIRS(struct volume, "labels", labels, .form = FORM_LIST_OR_PAIRS,
		.merge = MERGE_PAIRS, .help = "Labels of the volume",
		.maps_to = "Labels"),
	F_END,
};

const struct section volume_section = {
	.name = "volume",
	.fields = volume_fields,
	SECTION_OF(struct volume),
	KEEPS_KEY(struct volume, key),
	KEEPS_NODE(struct volume),
	NO_SET,
	NO_POS,
	KEEPS_X(struct volume),
};

static const struct field config_fields[] = {
	F_TEXT(struct content, "name", name, .help = "Its name"),
	F_TEXT(struct content, "file", file, .path = PATH_ALWAYS,
		.help = "File that has the content"),
	F_TEXT(struct content, "environment", environment,
		.help = "Variable that has the content"),
	F_TEXT(struct content, "content", inline_text, .help = "The content itself"),
	F_BOOL(struct content, "external", external, .form = FORM_EXTERNAL,
		.help = "Kept by a swarm: cannot be used"),
	F_PAIRS(struct content, "labels", labels, .form = FORM_LIST_OR_PAIRS,
		.flags = FIELD_SWARM, .help = "Labels"),
	F_TEXT(struct content, "template_driver", template_driver, .flags = FIELD_SWARM,
		.help = "Who fills in templates"),
	F_END,
};

const struct section config_section = {
	.name = "config",
	.fields = config_fields,
	SECTION_OF(struct content),
	KEEPS_KEY(struct content, key),
	KEEPS_NODE(struct content),
	NO_SET,
	NO_POS,
	KEEPS_X(struct content),
};

static const struct field secret_fields[] = {
	F_TEXT(struct content, "name", name, .help = "Its name"),
	F_TEXT(struct content, "file", file, .path = PATH_ALWAYS,
		.help = "File that has the content"),
	F_TEXT(struct content, "environment", environment,
		.help = "Variable that has the content"),
	F_BOOL(struct content, "external", external, .form = FORM_EXTERNAL,
		.help = "Kept by a swarm: cannot be used"),
	F_PAIRS(struct content, "labels", labels, .form = FORM_LIST_OR_PAIRS,
		.flags = FIELD_SWARM, .help = "Labels"),
	F_TEXT(struct content, "driver", driver, .flags = FIELD_SWARM,
		.help = "Who keeps it"),
	F_PAIRS(struct content, "driver_opts", driver_opts,
		.flags = FIELD_SWARM | FIELD_NUMBER, .help = "Options of the driver"),
	F_TEXT(struct content, "template_driver", template_driver, .flags = FIELD_SWARM,
		.help = "Who fills in templates"),
	F_END,
};

const struct section secret_section = {
	.name = "secret",
	.fields = secret_fields,
	SECTION_OF(struct content),
	KEEPS_KEY(struct content, key),
	KEEPS_NODE(struct content),
	NO_SET,
	NO_POS,
	KEEPS_X(struct content),
};

static const struct field model_fields[] = {
	F_TEXT(struct model, "name", name, .help = "Its name"),
	F_TEXT(struct model, "model", model, .flags = FIELD_REQUIRED,
		.help = "The model to run"),
	F_INT(struct model, "context_size", context_size, .flags = FIELD_STRICT,
		.help = "Tokens that it keeps in view"),
	F_STRINGS(struct model, "runtime_flags", runtime_flags,
		.help = "Flags of the program that runs it"),
	F_END,
};

static const struct section model_section = {
	.name = "model",
	.fields = model_fields,
	SECTION_OF(struct model),
	KEEPS_KEY(struct model, key),
	KEEPS_NODE(struct model),
	NO_SET,
	NO_POS,
	KEEPS_X(struct model),
};

static const struct field include_fields[] = {
	F_LOADER("path", TYPE_STRINGS, .form = FORM_TEXT_LIST,
		.help = "Files; the first one decides the directory"),
	F_LOADER("project_directory", TYPE_TEXT,
		.help = "What paths in them are relative to"),
	F_LOADER("env_file", TYPE_STRINGS, .form = FORM_TEXT_LIST,
		.help = "Files of variables for them"),
	F_END,
};

static const struct section include_section = {
	.name = "include",
	.fields = include_fields,
	NO_KEY,
	NO_NODE,
	NO_SET,
	NO_POS,
	NO_X,
	.no_extensions = true,
};

static const struct field project_fields[] = {
	{.name = "version",
		.type = TYPE_ANY,
		.offset = NO_MEMBER,
		.flags = FIELD_DEPRECATED,
		.help = "Obsolete and without effect"},
	F_TEXT(struct project, "name", name, .help = "Name of the project"),
	F_LOADER("include", TYPE_LIST, .section = &include_section, .form = FORM_TEXT_AS,
		.form_key = "path", .help = "Other projects to take in"),
	F_MAP(struct project, "services", services, nservices, &service_section,
		.flags = FIELD_NAMES | FIELD_ALWAYS, .help = "What runs"),
	F_MAP(struct project, "networks", networks, nnetworks, &network_section,
		.flags = FIELD_NULL | FIELD_NAMES, .help = "Networks of the services"),
	F_MAP(struct project, "volumes", volumes, nvolumes, &volume_section,
		.flags = FIELD_NULL | FIELD_NAMES, .help = "Volumes of the services"),
	F_MAP(struct project, "secrets", secrets, nsecrets, &secret_section,
		.flags = FIELD_NAMES, .help = "Files that only some services may read"),
	F_MAP(struct project, "configs", configs, nconfigs, &config_section,
		.flags = FIELD_NAMES, .help = "Files that services read"),
	F_MAP(struct project, "models", models, nmodels, &model_section,
		.flags = FIELD_UNUSED, .help = "Models that services talk to"),
	F_END,
};

const struct section project_section = {
	.name = "project",
	.fields = project_fields,
	SECTION_OF(struct project),
	NO_KEY,
	KEEPS_NODE(struct project),
	NO_SET,
	NO_POS,
	KEEPS_X(struct project),
};
