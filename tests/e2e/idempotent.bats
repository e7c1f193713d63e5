#!/usr/bin/env bats
# What is up already is left alone: not one changing call reaches the engine.
load lib

three_services() {
	compose_file <<-YAML
		services:
		  web: $(idle 'depends_on: [db], ports: ["80"]')
		  db: $(idle 'volumes: ["data:/data"], environment: {A: "1"}')
		  cache: $(idle 'healthcheck: {test: "true", interval: 1s}')
		volumes:
		  data:
	YAML
}

@test "up -d again changes nothing, and says so" {
	three_services
	davit up -d
	proxy_start
	run proxied davit up -d
	assert_ok
	assert_no_change
	assert_tells 'nothing to do|up to date|running'
}

@test "up -d again with a service's name changes nothing" {
	three_services
	davit up -d
	proxy_start
	proxied davit up -d web
	assert_no_change
}

@test "up -d again from another directory with -f changes nothing" {
	three_services
	davit up -d
	proxy_start
	mkdir ../elsewhere
	cd ../elsewhere
	proxied davit -f "../$PROJECT/compose.yaml" up -d
	assert_no_change
}

@test "up -d again with --wait changes nothing" {
	three_services
	davit up -d --wait
	proxy_start
	proxied davit up -d --wait
	assert_no_change
}

@test "a finished one-shot is not run again" {
	compose_file <<-YAML
		services:
		  web: $(idle 'depends_on: {migrate: {condition: service_completed_successfully}}')
		  migrate: {image: busybox, command: "true"}
	YAML
	davit up -d
	proxy_start
	run proxied davit up -d
	assert_ok
	assert_no_change
}

@test "stop, then up -d, starts everything" {
	three_services
	davit up -d
	davit stop -t 2
	assert_equal "$(running_names)" ""
	davit up -d
	assert_equal "$(running_names)" "$(printf '%s\n' "$PROJECT"-{cache,db,web}-1)"
}

@test "a second create, a second down and a second stop change nothing" {
	three_services
	davit create
	proxy_start
	proxied davit create
	assert_no_change
	davit down -v
	: >"$PROXY_LOG"
	proxied davit down -v
	assert_no_change
}
