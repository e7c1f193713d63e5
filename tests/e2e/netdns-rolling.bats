#!/usr/bin/env bats
# Replicas go one by one, and nobody who asks for the name each time notices; davit's own name server too.
load lib
load netdns

setup_project() {
	export DAVIT_NETDNS_DIR=$BATS_FILE_TMPDIR/netdns DAVIT_RESOLV_DIR=$BATS_FILE_TMPDIR/resolv
	find_init
	CLIENT=
}

teardown_project() {
	[[ ! $CLIENT ]] || kill "$CLIENT" 2>/dev/null || :
	docker rm -f davit-netdns >/dev/null 2>&1 || :
}

# A service of two replicas with a healthcheck, as MODE says, and somebody who asks for it.
web_and_client() {
	compose_file <<-YAML
		x-davit: {dns: {mode: $1, ttl: 2}}
		services:
		  web:
		    image: nginx
		    scale: 2
		    stop_grace_period: 2s
		    environment: {VERSION: "${2-}"}
		    healthcheck: {test: wget -qO /dev/null 127.0.0.1, interval: 1s}
		  client: $(idle "stop_grace_period: 1s")
	YAML
}

# Asks for web, and web for its page, 200 times a second, from inside the client: requests_start [SERVER]
requests_start() {
	in_net "$PROJECT-client-1" "$E2E_DIR/requests.py" "${1-127.0.0.11}" web 200 "$PWD/enough" >requests 2>&1 3>&- &
	CLIENT=$!
	poll 10 test -s requests
}

# Stops asking; not one is lost, and SECONDS' worth of them were asked.
assert_none_lost() {
	local asked
	touch enough
	poll 30 gone "$CLIENT"
	CLIENT=
	cat requests
	grep -q '^[0-9]* asked, 0 lost' requests
	asked=$(awk 'NR == 2 { print $1 }' requests)
	assert_at_most "$((200 * $1))" "$asked"
}

@test "restart of two replicas: 200 requests a second, none lost" {
	web_and_client authoritative
	davit up -d --wait
	requests_start
	davit restart web
	assert_none_lost 5
	assert_equal "$(order_of stop "$(inspect "$PROJECT-client-1" '{{.State.StartedAt}}')")" "web web"
}

@test "restart of two replicas in direct mode: none lost" {
	web_and_client direct
	davit up -d --wait
	requests_start "$(inspect "$PROJECT-client-1" '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}')"
	davit restart web
	assert_none_lost 5
}

@test "recreate of two replicas: none lost, and a bad one is put back before the next one goes" {
	local before
	web_and_client authoritative one
	davit up -d --wait
	before=$(id_of "$PROJECT-web-1")
	requests_start
	web_and_client authoritative two
	davit up -d
	assert_none_lost 5
	[[ $(id_of "$PROJECT-web-1") != "$before" ]]
	run davit plan up
	assert_ok
	rm enough
	before=$(docker inspect -f '{{.Id}}' "$PROJECT-web-1" "$PROJECT-web-2")
	sed -i 's/wget.*127.0.0.1,/"false", retries: 1,/' compose.yaml
	requests_start
	run davit up -d
	assert_fails
	assert_none_lost 2
	assert_equal "$(docker inspect -f '{{.Id}}' "$PROJECT-web-1" "$PROJECT-web-2")" "$before"
}

@test "scale down: none lost" {
	web_and_client authoritative
	davit up -d --wait
	requests_start
	davit up -d --scale web=1
	assert_none_lost 1
	assert_equal "$(running_names)" "$PROJECT-client-1
$PROJECT-web-1"
}

# A davit like this one whose netdns is another program to it.
other_davit() {
	local here
	here=$(dirname "$DAVIT")
	mkdir other
	cp "$here"/davit "$here"/davit-engine "$here"/davit-netdns other
	echo >>other/davit-netdns
}

netdns_of() {
	inspect davit-netdns '{{index .Config.Labels "davit.netdns"}}'
}

@test "a new davit's netdns takes the place of an old one's: no query lost, nothing left over" {
	local before server
	web_and_client authoritative
	davit up -d --wait
	before=$(netdns_of)
	other_davit
	for server in 127.0.0.11 "$(inspect "$PROJECT-client-1" '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}')"; do
		rm -f enough
		requests_start "$server"
		other/davit up -d
		[[ $(netdns_of) != "$before" ]]
		poll 10 other/davit netdns query "web.$PROJECT.davit.internal"
		davit netdns start
		assert_equal "$(netdns_of)" "$before"
		poll 10 davit netdns query "web.$PROJECT.davit.internal"
		assert_none_lost 1
	done
	assert_equal "$(docker ps -aq --filter label=davit.netdns | wc -l)" 1
	assert_equal "$(docker image ls -q davit-netdns | wc -l)" 1
	assert_equal "$(docker ps -aq --filter name=davit-netdns | wc -l)" 1
}

@test "one that gives nothing is replaced as well, and what a killed davit left is taken away" {
	local what="--label davit.dns={} --label davit.netdns=x busybox"
	web_and_client authoritative
	# shellcheck disable=SC2086 # several words
	docker run -d --name davit-netdns $what sleep 1000000
	# shellcheck disable=SC2086
	docker run -d --name odd $what false
	davit up -d
	assert_equal "$(docker ps -a --filter label=davit.netdns --format '{{.Names}}')" davit-netdns
	[[ $(netdns_of) != x ]]
	docker exec "$PROJECT-client-1" nslookup web
}
