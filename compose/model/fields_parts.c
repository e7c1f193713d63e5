/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of what services and builds are made of: ports, mounts, endpoints, files, hooks, devices. */
#include "base/schema.h"
#include "compose/model/project.h"
#include "compose/model/sections.h"

static const struct field port_fields[] = {
	F_TEXT(struct port, "name", name, .help = "A name for people"),
	F_TEXT(struct port, "mode", mode, .flags = FIELD_SWARM, .help = "host or ingress",
		.fallback = "ingress"),
	F_TEXT(struct port, "host_ip", host_ip, .help = "Address on the host",
		.maps_to = "HostConfig.PortBindings[].HostIp"),
	F_I64(struct port, "target", target, .max = 65535,
		.help = "Port in the container", .maps_to = "ExposedPorts"),
	F_TEXT(struct port, "published", published, .flags = FIELD_NUMBER,
		.help = "Port on the host, or a range of which the engine takes one",
		.maps_to = "HostConfig.PortBindings[].HostPort"),
	F_TEXT(struct port, "protocol", protocol, .fallback = "tcp",
		.help = "tcp, udp or sctp", .maps_to = "ExposedPorts"),
	F_TEXT(struct port, "app_protocol", app_protocol,
		.help = "What is spoken there, for people"),
	F_END,
};

const struct section port_section = {
	.name = "port",
	.fields = port_fields,
	SECTION_OF(struct port),
	NO_KEY,
	KEEPS_NODE(struct port),
	NO_SET,
	NO_POS,
	KEEPS_X(struct port),
};

static const char *const mount_types[] = {
	[MOUNT_BIND] = "bind",
	[MOUNT_VOLUME] = "volume",
	[MOUNT_TMPFS] = "tmpfs",
	[MOUNT_IMAGE] = "image",
	[MOUNT_NPIPE] = "npipe",
	[MOUNT_CLUSTER] = "cluster",
	NULL,
};

static const char *const recursive_words[] = {
	"enabled", "disabled", "writable", "readonly", NULL};
static const char *const selinux_words[] = {"z", "Z", NULL};

static const struct field mount_bind_fields[] = {
	F_TEXT(struct mount_bind, "selinux", selinux, .words = selinux_words,
		.help = "Relabel: z for all, Z for this container alone"),
	F_TEXT(struct mount_bind, "propagation", propagation,
		.help = "How mounts below it spread: private, shared or slave, rprivate "
			"and so on",
		.maps_to = "HostConfig.Mounts[].BindOptions.Propagation"),
	F_OPT_BOOL(struct mount_bind, "create_host_path", create_host_path,
		.help = "Make the directory on the host",
		.maps_to = "HostConfig.Mounts[].BindOptions.CreateMountpoint"),
	F_TEXT(struct mount_bind, "recursive", recursive, .words = recursive_words,
		.help = "What of the mounts below it",
		.maps_to = "HostConfig.Mounts[].BindOptions"),
	F_END,
};

static const struct section mount_bind_section = {
	.name = "bind",
	.fields = mount_bind_fields,
	SECTION_OF(struct mount_bind),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct mount_bind),
	NO_POS,
	KEEPS_X(struct mount_bind),
};

static const struct field mount_volume_fields[] = {
	F_PAIRS(struct mount_volume, "labels", labels, .form = FORM_LIST_OR_PAIRS,
		.help = "Labels of the volume",
		.maps_to = "HostConfig.Mounts[].VolumeOptions.Labels"),
	F_BOOL(struct mount_volume, "nocopy", nocopy,
		.help = "Do not copy the image's files into it",
		.maps_to = "HostConfig.Mounts[].VolumeOptions.NoCopy"),
	F_TEXT(struct mount_volume, "subpath", subpath, .help = "Directory in the volume",
		.maps_to = "HostConfig.Mounts[].VolumeOptions.Subpath"),
	F_END,
};

static const struct section mount_volume_section = {
	.name = "volume",
	.fields = mount_volume_fields,
	SECTION_OF(struct mount_volume),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct mount_volume),
	NO_POS,
	KEEPS_X(struct mount_volume),
};

static const struct field mount_tmpfs_fields[] = {
	F_BYTES(struct mount_tmpfs, "size", size_bytes, .help = "How much it may hold",
		.maps_to = "HostConfig.Mounts[].TmpfsOptions.SizeBytes"),
	F_MODE(struct mount_tmpfs, "mode", mode, .flags = FIELD_NUMBER,
		.help = "Its permissions, as a number",
		.maps_to = "HostConfig.Mounts[].TmpfsOptions.Mode"),
	F_END,
};

static const struct section mount_tmpfs_section = {
	.name = "tmpfs",
	.fields = mount_tmpfs_fields,
	SECTION_OF(struct mount_tmpfs),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct mount_tmpfs),
	NO_POS,
	KEEPS_X(struct mount_tmpfs),
};

static const struct field mount_image_fields[] = {
	F_TEXT(struct mount_image, "subpath", subpath, .help = "Directory in the image",
		.maps_to = "HostConfig.Mounts[].ImageOptions.Subpath"),
	F_END,
};

static const struct section mount_image_section = {
	.name = "image",
	.fields = mount_image_fields,
	SECTION_OF(struct mount_image),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct mount_image),
	NO_POS,
	KEEPS_X(struct mount_image),
};

static const struct field mount_fields[] = {
	F_WORD(struct mount, "type", type, enum mount_type, mount_types,
		.flags = FIELD_REQUIRED, .help = "What is mounted",
		.maps_to = "HostConfig.Mounts[].Type"),
	F_TEXT(struct mount, "source", source, .path = PATH_IF_BIND,
		.help = "Path on the host, name of a volume, or image",
		.maps_to = "HostConfig.Mounts[].Source"),
	F_TEXT(struct mount, "target", target, .help = "Path in the container",
		.maps_to = "HostConfig.Mounts[].Target"),
	F_BOOL(struct mount, "read_only", read_only, .help = "No writing",
		.maps_to = "HostConfig.Mounts[].ReadOnly"),
	F_TEXT(struct mount, "consistency", consistency,
		.help = "Without effect on Linux",
		.maps_to = "HostConfig.Mounts[].Consistency"),
	F_SECTION(struct mount, "bind", bind, &mount_bind_section,
		.flags = FIELD_KEEP_EMPTY, .help = "Options of a bind"),
	F_SECTION(struct mount, "volume", volume, &mount_volume_section,
		.flags = FIELD_KEEP_EMPTY, .help = "Options of a volume"),
	F_SECTION(struct mount, "tmpfs", tmpfs, &mount_tmpfs_section,
		.flags = FIELD_KEEP_EMPTY, .help = "Options of a tmpfs"),
	F_SECTION(struct mount, "image", image, &mount_image_section,
		.flags = FIELD_KEEP_EMPTY, .help = "Options of an image"),
	F_END,
};

const struct section mount_section = {
	.name = "mount",
	.fields = mount_fields,
	SECTION_OF(struct mount),
	NO_KEY,
	KEEPS_NODE(struct mount),
	NO_SET,
	NO_POS,
	KEEPS_X(struct mount),
};

static const struct field endpoint_fields[] = {
	F_STRINGS(struct endpoint, "aliases", aliases, .unique = UNIQUE_KEY,
		.help = "More names on this network",
		.maps_to = "EndpointsConfig[].Aliases"),
	F_PAIRS(struct endpoint, "driver_opts", driver_opts, .flags = FIELD_NUMBER,
		.help = "Options of the driver",
		.maps_to = "EndpointsConfig[].DriverOpts"),
	F_INT(struct endpoint, "gw_priority", gw_priority, .flags = FIELD_NUMBER,
		.help = "The highest one has the default gateway",
		.maps_to = "EndpointsConfig[].GwPriority"),
	F_TEXT(struct endpoint, "interface_name", interface_name,
		.help = "Name of the interface",
		.maps_to = "EndpointsConfig[].DriverOpts"),
	F_TEXT(struct endpoint, "ipv4_address", ipv4_address, .help = "A fixed address",
		.maps_to = "EndpointsConfig[].IPAMConfig.IPv4Address"),
	F_TEXT(struct endpoint, "ipv6_address", ipv6_address, .help = "A fixed address",
		.maps_to = "EndpointsConfig[].IPAMConfig.IPv6Address"),
	F_STRINGS(struct endpoint, "link_local_ips", link_local_ips, .unique = UNIQUE_KEY,
		.help = "Link-local addresses",
		.maps_to = "EndpointsConfig[].IPAMConfig.LinkLocalIPs"),
	F_TEXT(struct endpoint, "mac_address", mac_address, .help = "A fixed MAC address",
		.maps_to = "EndpointsConfig[].MacAddress"),
	F_INT(struct endpoint, "priority", priority, .flags = FIELD_NUMBER,
		.help = "The highest one is connected first"),
	F_END,
};

const struct section endpoint_section = {
	.name = "network of a service",
	.fields = endpoint_fields,
	SECTION_OF(struct endpoint),
	KEEPS_KEY(struct endpoint, network),
	KEEPS_NODE(struct endpoint),
	NO_SET,
	NO_POS,
	KEEPS_X(struct endpoint),
};

static const struct field file_ref_fields[] = {
	F_TEXT(struct file_ref, "source", source, .help = "Key of the config or secret"),
	F_TEXT(struct file_ref, "target", target, .help = "Where it is in the container"),
	F_TEXT(struct file_ref, "uid", uid, .help = "Owner"),
	F_TEXT(struct file_ref, "gid", gid, .help = "Group"),
	F_MODE(struct file_ref, "mode", mode, .flags = FIELD_KEEP_EMPTY,
		.help = "Permissions, octal: \"0440\""),
	F_END,
};

const struct section file_ref_section = {
	.name = "config or secret of a service",
	.fields = file_ref_fields,
	SECTION_OF(struct file_ref),
	NO_KEY,
	KEEPS_NODE(struct file_ref),
	NO_SET,
	NO_POS,
	KEEPS_X(struct file_ref),
};

static const struct field hook_fields[] = {
	F_COMMAND(struct hook, "command", command,
		.flags = FIELD_NULL | FIELD_REQUIRED | FIELD_ALWAYS_JSON,
		.help = "What is run", .maps_to = "Cmd"),
	F_TEXT(struct hook, "user", user, .help = "User who runs it", .maps_to = "User"),
	F_BOOL(struct hook, "privileged", privileged, .help = "With all capabilities",
		.maps_to = "Privileged"),
	F_TEXT(struct hook, "working_dir", working_dir,
		.help = "Directory that it starts in", .maps_to = "WorkingDir"),
	F_PAIRS(struct hook, "environment", environment, .form = FORM_LIST_OR_PAIRS,
		.flags = FIELD_NULL_VALUES, .help = "More variables", .maps_to = "Env"),
	F_END,
};

const struct section hook_section = {
	.name = "hook",
	.fields = hook_fields,
	SECTION_OF(struct hook),
	NO_KEY,
	KEEPS_NODE(struct hook),
	NO_SET,
	NO_POS,
	KEEPS_X(struct hook),
};

static const struct field pre_start_fields[] = {
	F_COMMAND(struct hook, "command", command,
		.flags = FIELD_NULL | FIELD_REQUIRED | FIELD_ALWAYS_JSON,
		.help = "What is run", .maps_to = "Cmd"),
	F_TEXT(struct hook, "image", image, .help = "Image in place of the service's",
		.maps_to = "Image"),
	F_TEXT(struct hook, "user", user, .help = "User who runs it", .maps_to = "User"),
	F_BOOL(struct hook, "privileged", privileged, .help = "With all capabilities",
		.maps_to = "HostConfig.Privileged"),
	F_TEXT(struct hook, "working_dir", working_dir,
		.help = "Directory that it starts in", .maps_to = "WorkingDir"),
	F_PAIRS(struct hook, "environment", environment, .form = FORM_LIST_OR_PAIRS,
		.flags = FIELD_NULL_VALUES, .help = "More variables", .maps_to = "Env"),
	F_BOOL(struct hook, "per_replica", per_replica,
		.help = "Once for every container"),
	F_END,
};

const struct section pre_start_section = {
	.name = "pre_start hook",
	.fields = pre_start_fields,
	SECTION_OF(struct hook),
	NO_KEY,
	KEEPS_NODE(struct hook),
	NO_SET,
	NO_POS,
	KEEPS_X(struct hook),
};

static const struct field device_request_fields[] = {
	F_STRINGS(struct device_request, "capabilities", capabilities,
		.flags = FIELD_UNIQUE_ITEMS,
		.help = "What the devices must be able to do: gpu",
		.maps_to = "HostConfig.DeviceRequests[].Capabilities"),
	F_TEXT(struct device_request, "driver", driver, .help = "Driver that has them",
		.maps_to = "HostConfig.DeviceRequests[].Driver"),
	F_INT(struct device_request, "count", count, .flags = FIELD_ALL,
		.help = "How many, or all",
		.maps_to = "HostConfig.DeviceRequests[].Count"),
	F_STRINGS(struct device_request, "device_ids", device_ids,
		.flags = FIELD_UNIQUE_ITEMS, .help = "Which ones, in place of count",
		.maps_to = "HostConfig.DeviceRequests[].DeviceIDs"),
	F_PAIRS(struct device_request, "options", options, .form = FORM_LIST_OR_PAIRS,
		.help = "Options of the driver",
		.maps_to = "HostConfig.DeviceRequests[].Options"),
	F_END,
};

const struct section device_request_section = {
	.name = "device request",
	.fields = device_request_fields,
	SECTION_OF(struct device_request),
	NO_KEY,
	KEEPS_NODE(struct device_request),
	NO_SET,
	NO_POS,
	KEEPS_X(struct device_request),
};
