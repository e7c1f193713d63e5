#!/usr/bin/env bats
# A failed update costs nothing: the old container serves again, the exit is not 0, and the reason is told.
load lib

# Writes compose.yaml with a healthy web, and more keys for it.
web() {
	compose_file <<-YAML
		services:
		  web:
		    image: busybox
		    init: true
		    command: \${COMMAND-sh -c "mkdir -p /www && echo served > /www/index.html && exec httpd -f -p 80 -h /www"}
		    healthcheck: {test: "wget -qO- http://127.0.0.1/", interval: 1s, timeout: 1s, retries: 1}
		$(printf '    %s\n' "$@")
	YAML
}

old_serves_again() {
	assert_equal "$(id_of "$PROJECT-web-1")" "$OLD"
	is_running "$PROJECT-web-1"
	poll 10 health_is "$PROJECT-web-1" healthy
	docker exec "$PROJECT-web-1" wget -qO- http://127.0.0.1/ | grep served
	assert_equal "$(container_names)" "$PROJECT-web-1"
}

first_version() {
	web
	davit up -d --wait
	OLD=$(id_of "$PROJECT-web-1")
}

@test "the new version cannot be created" {
	first_version
	web 'cpus: 999'
	run davit up -d
	assert_fails
	assert_tells 'cpus'
	old_serves_again
}

@test "the new version cannot be started: its port is taken" {
	first_version
	docker run -d --name "$PROJECT-other" -p 8099:80 busybox sleep 1000000
	web 'ports: ["8099:80"]'
	run davit up -d
	assert_fails
	assert_tells '8099'
	docker rm -f "$PROJECT-other"
	old_serves_again
}

@test "the new version's name is taken" {
	first_version
	docker run -d --name "$PROJECT-taken" busybox sleep 1000000
	web "container_name: $PROJECT-taken"
	run davit up -d
	assert_fails
	assert_says "$PROJECT-taken"
	docker rm -f "$PROJECT-taken"
	old_serves_again
}

@test "the new version does not become healthy under --wait" {
	first_version
	web 'environment: {NEW: "1"}'
	COMMAND='sleep 1000000' run davit up -d --wait
	assert_fails
	assert_tells 'unhealthy'
	old_serves_again
}

@test "the new version's image is not there" {
	first_version
	web 'environment: {NEW: "1"}'
	sed -i 's/image: busybox/image: 127.0.0.1:5000\/nothing-here/' compose.yaml
	run davit up -d
	assert_fails
	assert_tells 'nothing-here'
	old_serves_again
}

@test "after the failure is mended, up -d brings the new version" {
	first_version
	web 'cpus: 999'
	run davit up -d
	assert_fails
	web 'environment: {NEW: "1"}'
	davit up -d --wait
	[[ $(id_of "$PROJECT-web-1") != "$OLD" ]]
	assert_equal "$(container_names)" "$PROJECT-web-1"
}
