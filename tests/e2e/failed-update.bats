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

# web, db and (only with KEPT) a service that becomes an orphan, all on one network with option MTU.
networked() {
	local mtu=$1 kept=$2
	compose_file <<-YAML
		services:
		  web: $(idle "networks: {back: {aliases: [site], ipv4_address: 10.99.7.9}}$3")
		  db: $(idle 'networks: {back: {aliases: [store]}}')
		  $kept
		networks:
		  back:
		    driver_opts: {com.docker.network.driver.mtu: "$mtu"}
		    ipam: {config: [{subnet: 10.99.7.0/24}]}
	YAML
}

first_network() {
	networked 1400 "gone: $(idle 'networks: {back: {aliases: [away]}}')"
	davit up -d
	OLD=$(id_of "$PROJECT-web-1")
}

# The old containers run on a network with the old option, under all their names and addresses.
old_network_serves_again() {
	local name
	assert_equal "$(id_of "$PROJECT-web-1")" "$OLD"
	assert_equal "$(docker network inspect -f '{{index .Options "com.docker.network.driver.mtu"}}' "${PROJECT}_back")" 1400
	assert_equal "$(network_names)" "${PROJECT}_back"
	assert_equal "$(running_names)" "$(printf '%s\n' "$PROJECT"-{db,gone,web}-1)"
	assert_equal "$(container_names)" "$(running_names)"
	assert_equal "$(inspect "$PROJECT-web-1" "{{.NetworkSettings.Networks.${PROJECT}_back.IPAddress}}")" 10.99.7.9
	for name in web site db store gone away; do
		docker exec "$PROJECT-db-1" ping -c 1 -W 5 "$name"
	done
}

@test "a network cannot be made anew" {
	first_network
	networked many ''
	run davit up -d
	assert_fails
	old_network_serves_again
}

@test "on a network made anew the new version cannot be started" {
	first_network
	docker run -d --name "$PROJECT-other" -p 8098:80 busybox sleep 1000000
	networked 1300 '' ', ports: ["8098:80"]'
	run davit up -d
	assert_fails
	assert_tells '8098'
	docker rm -f "$PROJECT-other"
	old_network_serves_again
	davit up -d
	assert_equal "$(docker network inspect -f '{{index .Options "com.docker.network.driver.mtu"}}' "${PROJECT}_back")" 1300
	docker exec "$PROJECT-db-1" ping -c 1 -W 5 away
}
