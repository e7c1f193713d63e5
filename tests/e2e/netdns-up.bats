#!/usr/bin/env bats
# Names through davit's own name server: who answers, when, and that it comes and goes with those who need it.
load lib

# The same path here and for the engine, whose /run is its own.
setup_project() {
	export DAVIT_NETDNS_DIR=$BATS_FILE_TMPDIR/netdns DAVIT_RESOLV_DIR=$BATS_FILE_TMPDIR/resolv
}

teardown_project() {
	docker rm -f davit-netdns >/dev/null 2>&1 || :
}

peer() {
	"$PEER" "$@"
}

ids() {
	docker ps -q --no-trunc --filter "label=com.docker.compose.project=$PROJECT" | sort
}

# Two services; the first as asked for by MODE, with more YAML at the top if given: two_services MODE
two_services() {
	compose_file <<-YAML
		x-davit: {dns: $1}
		services:
		  web: $(idle "scale: 2, stop_grace_period: 1s, networks: {default: {aliases: [www, \"*.files\"]}}")
		  db: $(idle "stop_grace_period: 1s")
	YAML
}

# The addresses that a name has for who asks from inside of a container, sorted, on one line: asked CONTAINER NAME
asked() {
	docker exec "$1" nslookup "$2" 2>/dev/null |
		awk '/^Name:/ { seen = 1 } seen && /^Address/ { print $NF }' | sort | tr '\n' ' ' | sed 's/ $//'
}

address_of() {
	inspect "$1" '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
}

# The addresses of these containers as asked prints them.
addresses_of() {
	local name
	for name; do address_of "$name"; done | sort | tr '\n' ' ' | sed 's/ $//'
}

# Says a line to netdns over its control socket, and prints what it says.
tell_netdns() {
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.argv[2].encode() + b"\n")
print(s.recv(65536).decode())' "$DAVIT_NETDNS_DIR/control.sock" "$1"
}

answers() {
	[[ $(asked "$1" "$2") == "$3" ]]
}

@test "authoritative: services find each other, and the engine knows no name of them" {
	two_services authoritative
	davit up -d
	assert_equal "$(inspect "$PROJECT-web-1" '{{range .NetworkSettings.Networks}}{{json .Aliases}}{{end}}' | grep -c '"web"')" 0
	local web db
	web=$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")
	db=$(address_of "$PROJECT-db-1")
	assert_equal "$(asked "$PROJECT-web-1" db)" "$db"
	assert_equal "$(asked "$PROJECT-db-1" web)" "$web"
	assert_equal "$(asked "$PROJECT-db-1" www)" "$web"
	assert_equal "$(asked "$PROJECT-db-1" "a.files")" "$web"
	assert_equal "$(asked "$PROJECT-db-1" "web.default.$PROJECT.davit.internal")" "$web"
	assert_equal "$(asked "$PROJECT-db-1" 2.web)" "$(address_of "$PROJECT-web-2")"
	run davit up -d
	assert_ok
	refute_tells 'created|started|recreated'
}

@test "assist: the engine's names stay, and the others are there as well" {
	two_services assist
	davit up -d
	assert_equal "$(asked "$PROJECT-web-1" db)" "$(address_of "$PROJECT-db-1")"
	poll 10 answers "$PROJECT-db-1" "web.default.$PROJECT.davit.internal" \
		"$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")"
}

@test "assist: where a firewall is in the way nobody is sent there" {
	local gateway
	two_services assist
	iptables -I INPUT -p udp --dport 53 -j DROP
	run davit up -d
	iptables -D INPUT -p udp --dport 53 -j DROP
	assert_ok
	assert_says "davit netdns doctor"
	gateway=$(inspect "$PROJECT-db-1" '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}')
	assert_equal "$(docker inspect "$PROJECT-db-1" | jq --arg gateway "$gateway" '[.[0].HostConfig.Dns[]? | select(. == $gateway)] | length')" 0
	assert_equal "$(asked "$PROJECT-web-1" db)" "$(address_of "$PROJECT-db-1")"
	davit netdns doctor
	run davit plan up --force-recreate
	refute_tells 'probe'
	davit up -d --force-recreate
	assert_equal "$(docker inspect "$PROJECT-db-1" | jq -r '.[0].HostConfig.Dns[0]')" "$gateway"
}

@test "authoritative: where a firewall is in the way nothing is started, and it is said why" {
	two_services authoritative
	iptables -I INPUT -p udp --dport 53 -j DROP
	run davit up -d
	iptables -D INPUT -p udp --dport 53 -j DROP
	assert_fails
	assert_says "davit netdns doctor"
	assert_equal "$(running_names)" ""
	davit up -d
	assert_equal "$(asked "$PROJECT-web-1" db)" "$(address_of "$PROJECT-db-1")"
	run davit plan up --force-recreate
	assert_tells "wait +answers"
	refute_tells "probe"
}

@test "direct: containers ask the gateway themselves, and survive its restart" {
	two_services direct
	davit up -d
	run docker exec "$PROJECT-db-1" cat /etc/resolv.conf
	assert_says "nameserver $(inspect "$PROJECT-db-1" '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}')"
	refute_tells '127\.0\.0\.11'
	assert_equal "$(asked "$PROJECT-db-1" web)" "$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")"
	assert_equal "$(asked "$PROJECT-db-1" "$PROJECT-web-1")" "$(address_of "$PROJECT-web-1")"
	tell_netdns '{"do": "stop"}'
	poll 10 answers "$PROJECT-db-1" www "$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")"
	davit restart db
	assert_equal "$(asked "$PROJECT-db-1" web)" "$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")"
	run davit plan up
	assert_ok
}

@test "on internal networks and on two at once" {
	compose_file <<-YAML
		x-davit: {dns: authoritative}
		services:
		  web: $(idle "stop_grace_period: 1s, networks: [back]")
		  db: $(idle "stop_grace_period: 1s, networks: [back, front]")
		  far: $(idle "stop_grace_period: 1s, networks: [front]")
		networks:
		  back: {internal: true}
		  front: {ipam: {config: [{subnet: 10.211.0.0/24}]}}
	YAML
	davit up -d
	assert_equal "$(asked "$PROJECT-web-1" db)" "$(inspect "$PROJECT-db-1" "{{.NetworkSettings.Networks.${PROJECT}_back.IPAddress}}")"
	assert_equal "$(asked "$PROJECT-far-1" db)" "$(inspect "$PROJECT-db-1" "{{.NetworkSettings.Networks.${PROJECT}_front.IPAddress}}")"
	assert_equal "$(asked "$PROJECT-db-1" web)" "$(address_of "$PROJECT-web-1")"
	assert_equal "$(asked "$PROJECT-db-1" far)" "$(address_of "$PROJECT-far-1")"
	assert_equal "$(asked "$PROJECT-web-1" far)" ""
}

@test "doctor asks from inside, and says what opens a closed way" {
	two_services authoritative
	davit up -d
	run davit netdns doctor
	assert_ok
	assert_says "${PROJECT}_default: $(inspect "$PROJECT-db-1" '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}') answers"
	iptables -I INPUT -p udp --dport 53 -j DROP
	run davit netdns doctor
	iptables -D INPUT -p udp --dport 53 -j DROP
	assert_fails
	assert_tells "--dport 53 -j ACCEPT|ufw allow in on br-"
}

@test "only ready replicas are answered" {
	compose_file <<-YAML
		x-davit: {dns: authoritative}
		services:
		  web: $(idle "scale: 2, stop_grace_period: 1s, healthcheck: {test: 'test ! -e /sick', interval: 1s, retries: 1}")
		  db: $(idle "stop_grace_period: 1s")
	YAML
	davit up -d --wait
	assert_equal "$(asked "$PROJECT-db-1" web)" "$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")"
	docker exec "$PROJECT-web-1" touch /sick
	poll 20 health_is "$PROJECT-web-1" unhealthy
	poll 2 answers "$PROJECT-db-1" web "$(address_of "$PROJECT-web-2")"
	docker exec "$PROJECT-web-1" rm /sick
	poll 20 answers "$PROJECT-db-1" web "$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")"
}

@test "what is stopped is drained before, and comes back when it is started" {
	two_services authoritative
	davit up -d
	run davit plan stop db
	assert_tells "drain +container +$PROJECT-db-1"
	davit netdns drain "$PROJECT-web-2"
	assert_equal "$(asked "$PROJECT-db-1" web)" "$(address_of "$PROJECT-web-1")"
	davit stop web
	assert_equal "$(asked "$PROJECT-db-1" web)" ""
	davit start web
	poll 5 answers "$PROJECT-db-1" web "$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")"
}

@test "other replicas and new containers are answered at once" {
	two_services authoritative
	davit up -d
	davit up -d --scale web=3
	poll 2 answers "$PROJECT-db-1" web "$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2" "$PROJECT-web-3")"
	davit up -d --scale web=1
	poll 2 answers "$PROJECT-db-1" web "$(address_of "$PROJECT-web-1")"
	davit up -d --force-recreate --scale web=1 web
	poll 2 answers "$PROJECT-db-1" web "$(address_of "$PROJECT-web-1")"
}

@test "the last down takes it away, and not before" {
	two_services assist
	davit -p "${PROJECT}a" up -d
	davit -p "${PROJECT}b" up -d
	davit -p "${PROJECT}a" down
	is_running davit-netdns
	davit -p "${PROJECT}b" down
	run docker inspect davit-netdns
	assert_fails
}

@test "a mode that was asked for is a reason to make containers anew, with words; assist is none" {
	two_services off
	davit up -d
	local before
	before=$(ids)
	two_services assist
	davit up -d
	assert_equal "$(ids)" "$before"
	two_services authoritative
	run davit plan up
	assert_status 2
	assert_says "dns off → authoritative"
	davit up -d
	assert_equal "$(asked "$PROJECT-db-1" web)" "$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")"
	run davit plan up
	assert_ok
	two_services off
	run davit plan up
	assert_says "dns authoritative → off"
	davit up -d
	assert_equal "$(asked "$PROJECT-db-1" web)" "$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")"
	run davit plan up
	assert_ok
	DAVIT_DNS=authoritative run davit plan --dry-run up
	assert_ok
}

@test "docker compose leaves alone what was made with names, and davit what docker compose made" {
	local before
	two_services authoritative
	davit up -d
	before=$(ids)
	run peer up -d
	assert_ok
	assert_equal "$(ids)" "$before"
	davit up -d
	assert_equal "$(ids)" "$before"
	davit down
	sed -i /x-davit/d compose.yaml
	peer up -d
	before=$(ids)
	DAVIT_DNS=authoritative davit up -d
	davit --dns assist up -d
	assert_equal "$(ids)" "$before"
}

@test "who does not ask for names asks the engine nothing more" {
	compose_file <<-YAML
		services: {web: $(idle)}
	YAML
	proxy_start
	proxied davit up -d
	assert_equal "$(grep -c davit.dns "$PROXY_LOG")" 0
	assert_equal "$(docker inspect "$PROJECT-web-1" | grep -c 'davit.dns\|edns0')" 0
	run docker inspect davit-netdns
	assert_fails
}

@test "one that runs in the foreground is as good" {
	local server
	"$DAVIT" netdns serve >serve.log 2>&1 3>&- &
	server=$!
	poll 10 davit netdns status
	two_services authoritative
	davit up -d
	run docker inspect davit-netdns
	assert_fails
	assert_equal "$(asked "$PROJECT-db-1" web)" "$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")"
	run davit plan up
	assert_ok
	davit down
	davit netdns status
	kill "$server"
	poll 10 gone "$server"
}

@test "it is started, asked and stopped by hand" {
	run davit netdns status
	assert_fails
	assert_says "davit netdns start"
	davit netdns start
	poll 10 davit netdns status
	run davit netdns start
	assert_says "It runs already"
	two_services assist
	davit up -d
	poll 10 davit netdns query "web.default.$PROJECT.davit.internal"
	run davit netdns query "web.default.$PROJECT.davit.internal"
	assert_says "$(address_of "$PROJECT-web-1")"
	run davit netdns dump
	assert_says "$PROJECT-db-1"
	davit netdns stop
	run docker inspect davit-netdns
	assert_fails
}

@test "--host: the host is answered as well, and systemd-resolved is told where" {
	local name=web.default.$PROJECT.davit.internal bridge
	mkdir bin
	printf '#!/bin/sh\necho "$@" >>%q/told\n' "$PWD" >bin/resolvectl
	chmod +x bin/resolvectl
	PATH=$PWD/bin:$PATH
	two_services authoritative
	davit up -d
	[[ ! -e told ]]
	davit netdns start --host
	bridge=br-$(docker network inspect -f '{{.Id}}' "${PROJECT}_default" | cut -c1-12)
	assert_equal "$(<told)" "dns $bridge $(inspect "$PROJECT-web-1" '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}')
domain $bridge ~davit.internal"
	[[ $(docker run --rm --network host busybox nslookup "$name" 127.0.0.55) == *"$(address_of "$PROJECT-web-1")"* ]]
	run davit netdns start
	assert_says "It runs already"
	# A network that comes later is told of, and whoever takes its place goes on answering the host.
	davit down
	rm told
	davit up -d
	bridge=br-$(docker network inspect -f '{{.Id}}' "${PROJECT}_default" | cut -c1-12)
	grep -x "domain $bridge ~davit.internal" told
	davit netdns stop
	grep -x "revert $bridge" told
}

@test "where port 53 is taken on all addresses the engine answers, and it is said once" {
	two_services authoritative
	docker run -d --name "$PROJECT-taker" -p 53:53/udp busybox sleep 1000000
	run davit up -d
	docker rm -f "$PROJECT-taker"
	assert_ok
	assert_equal "$(grep -c 'dns authoritative is off: port 53' <<<"$output")" 1
	assert_equal "$(asked "$PROJECT-web-1" db)" "$(address_of "$PROJECT-db-1")"
	run docker inspect davit-netdns
	assert_fails
	davit up -d
	assert_equal "$(asked "$PROJECT-db-1" www)" "$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2")"
}

@test "a project that publishes port 53 itself is started, with the engine's names" {
	compose_file <<-YAML
		x-davit: {dns: assist}
		services:
		  hole: $(idle "stop_grace_period: 1s, ports: ['53:53/udp']")
		  db: $(idle "stop_grace_period: 1s")
	YAML
	run davit up -d
	assert_ok
	assert_says "services.hole publishes port 53"
	assert_equal "$(asked "$PROJECT-db-1" hole)" "$(address_of "$PROJECT-hole-1")"
	run davit plan up
	assert_ok
}

@test "start brings netdns back with those who ask it" {
	two_services authoritative
	davit up -d
	davit stop
	davit netdns stop
	davit start
	assert_equal "$(asked "$PROJECT-web-1" db)" "$(address_of "$PROJECT-db-1")"
}
