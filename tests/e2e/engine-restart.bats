#!/usr/bin/env bats
# The engine goes away and comes back in the middle of up: a clear error, nothing lost, the next up converges.
load lib
load netdns

teardown_project() {
	[[ ! ${NETDNS-} ]] || netdns_stop
}

teardown_file() {
	"$LAB_DIR/lab" start "$LAB_ENGINE"
}

@test "the engine dies while up waits" {
	compose_file <<-YAML
		services:
		  web: $(idle 'depends_on: {db: {condition: service_healthy}}')
		  db: $(idle 'volumes: ["data:/data"], healthcheck: {test: "test -e /data/ok", interval: 1s, retries: 1000}')
		volumes:
		  data:
	YAML
	davit_background up -d
	poll 20 is_running "$PROJECT-db-1"
	docker exec "$PROJECT-db-1" touch /data/kept
	"$LAB_DIR/lab" stop "$LAB_ENGINE" KILL
	davit_ends 10
	[[ $STATUS != 0 ]]
	output=$(<out)
	assert_tells 'engine|daemon|connect'
	"$LAB_DIR/lab" start "$LAB_ENGINE"

	sed -i 's/test -e \/data\/ok/true/' compose.yaml
	davit up -d
	assert_equal "$(running_names)" "$(printf '%s\n' "$PROJECT"-{db,web}-1)"
	assert_equal "$(container_names)" "$(running_names)"
	docker exec "$PROJECT-db-1" test -e /data/kept
}

@test "no engine at all is told at once, with the address" {
	compose_file <<-YAML
		services:
		  web: $(idle)
	YAML
	DOCKER_HOST=unix:///nowhere/docker.sock run timeout 10 "$DAVIT" up -d
	assert_status 1
	assert_says /nowhere/docker.sock
}

@test "the connection breaks in the middle of an update" {
	compose_file <<-YAML
		services:
		  web: $(idle 'environment: {A: "1"}')
		  db: $(idle 'environment: {A: "1"}')
	YAML
	davit up -d
	sed -i 's/A: "1"/A: "2"/g' compose.yaml
	proxy_start
	proxy_rules "hold $PWD/go POST [^ ]*/stop"
	DOCKER_HOST=unix://$PROXY davit_background up -d
	poll 10 grep -q 'POST .*/containers/create' "$PROXY_LOG"
	kill -USR1 "${PROXY_PIDS[0]}"
	proxy_rules refuse
	touch go
	davit_ends 20
	[[ $STATUS != 0 ]]
	davit up -d
	assert_equal "$(container_names)" "$(printf '%s\n' "$PROJECT"-{db,web}-1)"
	assert_equal "$(running_names)" "$(container_names)"
}

@test "netdns serves what it knew while the engine is away, and goes on when it is back" {
	local one two
	netdns_start
	network default
	replica web 1 default
	replica web 2 default
	one=$(ip_of "$PROJECT-web-1" default) two=$(ip_of "$PROJECT-web-2" default)
	poll 2 answers "$PROJECT-web-1" web "$one" "$two"
	"$LAB_DIR/lab" stop "$LAB_ENGINE" KILL
	poll 2 host_hears "$one" "$two"
	poll 2 host_hears_stale
	"$LAB_DIR/lab" start "$LAB_ENGINE"
	# The engine has ended its containers by then, or begun to: nothing is answered that is not so.
	poll 10 host_hears
	docker start "$PROJECT-web-2"
	two=$(ip_of "$PROJECT-web-2" default)
	poll 5 answers "$PROJECT-web-2" web "$two"
	[[ $(kdig +edns "@$GATEWAY" "web.default.$PROJECT.davit.internal") != *EDE* ]]
}

# RFC 8914: the answer says that it is stale.
host_hears_stale() {
	[[ $(kdig +edns "@$GATEWAY" "web.default.$PROJECT.davit.internal") == *EDE*3* ]]
}

host_hears() {
	[[ $(kdig +short "@$GATEWAY" "web.default.$PROJECT.davit.internal" | sort) == "$([[ $# == 0 ]] || printf '%s\n' "$@" | sort)" ]]
}
