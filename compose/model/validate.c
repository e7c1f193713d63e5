/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong within one section (compose.md 3.1, D2). */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/passes.h"
#include "compose/model/project.h"

static bool is_address(const char *text)
{
	unsigned char room[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, room) == 1 ||
		inet_pton(AF_INET6, text, room) == 1;
}

/* What a variable may still change is not judged. */
static bool is_open(const struct validation *v, const char *text)
{
	return v->raw && text && strchr(text, '$');
}

static void validate_ports(const struct service *service, const struct validation *v)
{
	for (size_t i = 0; i < service->nports; i++) {
		const struct port *port = &service->ports[i];

		/* A short form that is open as a whole. */
		if (v->raw && (!port->node || port->node->kind != NODE_MAP))
			continue;
		if (port->host_ip && *port->host_ip && !is_address(port->host_ip) &&
			!is_open(v, port->host_ip))
			errs_add(v->errs, pos_of(port->node, "host_ip"),
				"services.%s.ports[%zu]: not an IP address: \"%s\"",
				service->name, i, port->host_ip);
		if (port->target == 0 && !is_open(v, node_get_text(port->node, "target")))
			errs_add(v->errs, pos_of(port->node, "target"),
				"services.%s.ports[%zu]: \"target\" is missing: the port "
				"in the container",
				service->name, i);
	}
}

static void validate_devices(const struct service *service, const struct validation *v)
{
	for (size_t i = 0; i < service->ndevices; i++)
		if (!service->devices[i].target)
			errs_add(v->errs, service->devices[i].pos,
				"services.%s.devices[%zu]: \"target\" is missing: where "
				"the device is in the container",
				service->name, i);
}

/* What the engine takes: it needs a letter or digit and one more character. */
static bool is_container_name(const char *text)
{
	for (; *text; text++)
		if (isalnum((unsigned char)*text) && text[1] &&
			(isalnum((unsigned char)text[1]) || strchr("_.-", text[1])))
			return true;
	return false;
}

static void validate_container_name(
	const struct service *service, const struct validation *v)
{
	if (service->container_name && !is_container_name(service->container_name) &&
		!is_open(v, service->container_name))
		errs_add(v->errs, pos_of(service->node, "container_name"),
			"services.%s.container_name: must have at least two of letters, "
			"digits and _ . -, but is \"%s\"",
			service->name, service->container_name);
}

/* "every_" and numbers with a unit. */
static bool is_period(const char *text)
{
	const char *p = text_starts(text, "every_") ? text + strlen("every_") : "";
	bool any = *p;

	while (*p) {
		size_t digits = strspn(p, "0123456789");

		if (digits == 0 || !p[digits] || !strchr("wdhms", p[digits]))
			return false;
		p += digits + 1;
	}
	return any;
}

static void validate_pull_policy(
	const struct service *service, const struct validation *v)
{
	static const char *const words[] = {"always", "never", "missing",
		"if_not_present", "build", "refresh", "daily", "weekly"};
	const char *policy = service->pull_policy;

	if (!policy || is_period(policy) || is_open(v, policy))
		return;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (text_eq(policy, words[i]))
			return;
	errs_add(v->errs, pos_of(service->node, "pull_policy"),
		"services.%s.pull_policy: must be always, never, missing, build, daily, "
		"weekly or every_<time>, but is "
		"\"%s\"",
		service->name, policy);
}

/* What no engine takes; docker compose only finds out when it makes the container. */
static void validate_restart(const struct service *service, const struct validation *v)
{
	static const char *const words[] = {
		"", "no", "always", "unless-stopped", "on-failure"};
	static const char retries[] = "on-failure:";
	const char *restart = service->restart;
	int64_t n;

	if (!restart || is_open(v, restart) ||
		(text_starts(restart, retries) &&
			parse_i64(restart + strlen(retries), &n)))
		return;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (text_eq(restart, words[i]))
			return;
	errs_warn(v->errs, pos_of(service->node, "restart"),
		"services.%s.restart: no engine takes \"%s\": it is one of no, always, "
		"unless-stopped, on-failure and on-failure:N",
		service->name, restart);
}

static void validate_request(const struct device_request *request, const char *service,
	const char *key, size_t i, const struct validation *v)
{
	if (request->count.set && request->device_ids.n)
		errs_add(v->errs, pos_of(request->node, "count"),
			"services.%s.%s[%zu]: \"count\" and \"device_ids\" exclude each "
			"other",
			service, key, i);
}

static void validate_requests(const struct service *service, const struct validation *v)
{
	const struct resources *reservations =
		&service_deploy(service)->resources.reservations;

	for (size_t i = 0; i < service->ngpus; i++)
		validate_request(&service->gpus[i], service->name, "gpus", i, v);
	for (size_t i = 0; i < reservations->ndevices; i++) {
		validate_request(&reservations->devices[i], service->name,
			"deploy.resources.reservations.devices", i, v);
		if (!reservations->devices[i].capabilities.set)
			errs_add(v->errs, reservations->devices[i].node->pos,
				"services.%s.deploy.resources.reservations.devices[%zu]: "
				"\"capabilities\" is missing",
				service->name, i);
	}
}

/* "BAZ =1" is somebody's slip: the variable would be named "BAZ ". */
static void validate_environment(
	const struct service *service, const struct validation *v)
{
	for (size_t i = 0; i < service->environment.n; i++) {
		const struct pair *pair = &service->environment.items[i];
		size_t len = strlen(pair->key);

		if (len && isspace((unsigned char)pair->key[len - 1]))
			errs_add(v->errs, pair->pos,
				"services.%s.environment: environment variable %s is "
				"declared with a trailing space",
				service->name, pair->key);
	}
}

static void validate_external(const char *kind, const char *key, const struct node *node,
	const struct validation *v)
{
	for (size_t i = 0; node && i < node->npairs; i++) {
		const char *other = node->pairs[i].key;

		if (!text_eq(other, "external") && !text_eq(other, "name") &&
			!text_starts(other, "x-"))
			errs_add(v->errs, node->pairs[i].key_pos,
				"%s.%s: conflicting parameters \"external\" and \"%s\" "
				"specified",
				kind, key, other);
	}
}

static void validate_content(const char *kind, const struct content *content,
	bool is_config, const struct validation *v)
{
	bool suspect = v->suspects &&
		map_has(is_config ? &v->suspects->configs : &v->suspects->secrets,
			content->key);
	int origins = (content->file != NULL) + (content->environment != NULL) +
		(content->inline_text != NULL);

	if (origins > 1)
		errs_add(v->errs, content->node->pos, "%s.%s: %s exclude each other",
			kind, content->key,
			is_config ? "\"file\", \"environment\" and \"content\""
				  : "\"file\" and \"environment\"");
	else if (origins == 0 && !content->driver && !content->external && !suspect &&
		!is_open(v, node_get_text(content->node, "external")))
		errs_add(v->errs, content->node->pos, "%s.%s: one of %s must be set",
			kind, content->key,
			is_config ? "\"file\", \"environment\" and \"content\""
				  : "\"file\" and \"environment\"");
}

static void validate_service(const struct service *service, const struct validation *v)
{
	validate_container_name(service, v);
	validate_pull_policy(service, v);
	validate_restart(service, v);
	validate_environment(service, v);
	if (v->suspects && map_has(&v->suspects->services, service->name))
		return; /* what is missing may be what could not be read */
	validate_ports(service, v);
	validate_devices(service, v);
	validate_requests(service, v);
}

void project_validate(const struct project *project, const struct validation *v)
{
	for (size_t i = 0; i < project->nservices; i++)
		validate_service(&project->services[i], v);
	for (size_t i = 0; i < project->nvolumes; i++)
		if (project->volumes[i].external)
			validate_external("volumes", project->volumes[i].key,
				project->volumes[i].node, v);
	for (size_t i = 0; i < project->nconfigs; i++)
		validate_content("configs", &project->configs[i], true, v);
	for (size_t i = 0; i < project->nsecrets; i++)
		validate_content("secrets", &project->secrets[i], false, v);
}
