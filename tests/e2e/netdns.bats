#!/usr/bin/env bats
# davit-netdns beside a real engine: networks and containers are made with docker, and asked for from inside containers.
load lib
load netdns

setup_project() {
	netdns_start
}

teardown_project() {
	netdns_stop
}

@test "the names of a project are answered inside its containers" {
	local one two
	network default
	replica web 1 default --network-alias front --expose 80
	replica web 2 default --network-alias front \
		--label 'davit.dns={"networks":{},"ports":{"http":"80/tcp/h2c"},"aliases":{"'"${PROJECT}"'_default":["*.files"]}}'
	one=$(ip_of "$PROJECT-web-1" default) two=$(ip_of "$PROJECT-web-2" default)
	docker run -d --init --name "$PROJECT-foreign" --network "${PROJECT}_default" busybox sleep 1000000
	for name in web front web.default "web.$PROJECT" "web.default.$PROJECT.davit.internal" WEB; do
		poll 2 answers "$PROJECT-web-1" "$name" "$one" "$two"
	done
	answers "$PROJECT-foreign" web "$one" "$two"
	answers "$PROJECT-web-1" "2.web.default.$PROJECT.davit.internal" "$two"
	answers "$PROJECT-web-1" a.files "$two"
	answers "$PROJECT-web-1" "$PROJECT-foreign" "$(ip_of "$PROJECT-foreign" default)"
	assert_equal "$(ask "$PROJECT-web-1" _http._tcp.web SRV)" "0 10 80 2.web.default.$PROJECT.davit.internal."
	assert_equal "$(ask "$PROJECT-web-1" _80._tcp.web SRV | wc -l)" 2
	ask "$PROJECT-web-1" "$(awk -F. '{ print $4"."$3"."$2"."$1".in-addr.arpa" }' <<<"$one")" PTR |
		grep -qx "1.web.default.$PROJECT.davit.internal."
	assert_equal "$(ask "$PROJECT-web-1" web TXT +tcp)" \
		"\"service=web\" \"project=$PROJECT\" \"running=2\" \"ready=2\""
}

@test "behind the engine's own resolver the same names are answered" {
	network default
	replica web 1 default --dns "$GATEWAY"
	poll 2 answers "$PROJECT-web-1" web "$(ip_of "$PROJECT-web-1" default)"
	GATEWAY=127.0.0.11
	answers "$PROJECT-web-1" "web.default.$PROJECT.davit.internal" "$(ip_of "$PROJECT-web-1" default)"
	answers "$PROJECT-web-1" web "$(ip_of "$PROJECT-web-1" default)"
	[[ $(docker exec "$PROJECT-web-1" nslookup "web.$PROJECT.davit.internal") == *"$(ip_of "$PROJECT-web-1" default)"* ]]
}

@test "who is unhealthy is left out, paused ones too, and everybody comes back" {
	local one two
	network default
	replica web 1 default --health-cmd 'test ! -e /ill' --health-interval 0.5s --health-retries 1
	replica web 2 default
	one=$(ip_of "$PROJECT-web-1" default) two=$(ip_of "$PROJECT-web-2" default)
	poll 10 answers "$PROJECT-web-2" web "$one" "$two"
	docker exec "$PROJECT-web-1" touch /ill
	poll 10 health_is "$PROJECT-web-1" unhealthy
	poll 1 answers "$PROJECT-web-2" web "$two"
	docker exec "$PROJECT-web-1" rm /ill
	poll 10 health_is "$PROJECT-web-1" healthy
	poll 1 answers "$PROJECT-web-2" web "$one" "$two"
	docker pause "$PROJECT-web-1"
	poll 1 answers "$PROJECT-web-2" web "$two"
	docker unpause "$PROJECT-web-1"
	poll 10 health_is "$PROJECT-web-1" healthy # one that was paused may have failed its check
	poll 1 answers "$PROJECT-web-2" web "$one" "$two"
}

@test "a stop drains with its first signal, long before the container has ended" {
	local one two signal stop
	network default
	replica web 2 default
	two=$(ip_of "$PROJECT-web-2" default)
	for signal in TERM QUIT; do
		docker run -d --name "$PROJECT-web-1" --network "${PROJECT}_default" --stop-signal "$signal" \
			--label com.docker.compose.project="$PROJECT" --label com.docker.compose.service=web \
			--label com.docker.compose.container-number=1 busybox \
			sh -c "trap : $signal; while :; do sleep 1; done"
		one=$(ip_of "$PROJECT-web-1" default)
		poll 2 answers "$PROJECT-web-2" web "$one" "$two"
		docker kill -s WINCH "$PROJECT-web-2"
		docker stop -t 60 "$PROJECT-web-1" 3>&- &
		stop=$!
		poll 2 answers "$PROJECT-web-2" web "$two"
		is_running "$PROJECT-web-1"
		docker rm -f "$PROJECT-web-1"
		wait "$stop" || :
	done
}

@test "draining on request is done when it is answered" {
	local two
	network default
	replica web 1 default
	replica web 2 default
	two=$(ip_of "$PROJECT-web-2" default)
	poll 2 answers "$PROJECT-web-2" web "$(ip_of "$PROJECT-web-1" default)" "$two"
	assert_equal "$(control "{\"do\":\"drain\",\"containers\":[\"$(id_of "$PROJECT-web-1")\"]}")" \
		'{"ok":true,"wait_s":5,"unknown":[]}'
	answers "$PROJECT-web-2" web "$two"
	docker restart -t 0 "$PROJECT-web-1"
	poll 2 answers "$PROJECT-web-2" web "$(ip_of "$PROJECT-web-1" default)" "$two"
}

@test "a query across networks is refused, and one from the host is not" {
	network back --internal
	back=$GATEWAY
	replica db 1 back
	network front
	replica web 1 front
	poll 2 answers "$PROJECT-web-1" web "$(ip_of "$PROJECT-web-1" front)"
	kdig +short "@$back" "db.back.$PROJECT.davit.internal" | grep -qxF "$(ip_of "$PROJECT-db-1" back)"
	GATEWAY=$back
	answers "$PROJECT-db-1" db "$(ip_of "$PROJECT-db-1" back)"
	run in_net "$PROJECT-web-1" kdig +retry=0 +time=1 "@$back" db
	[[ $output == *refused* || $output == *unreachable* || $output == *timed\ out* || $output == *failed* ]]
	[[ $output != *ANSWER* ]]
	# Who is on internal networks only gets nothing from outside, and is told so.
	[[ $(in_net "$PROJECT-db-1" kdig "@$back" example.org) == *NXDOMAIN* ]]
	docker network connect "${PROJECT}_back" "$PROJECT-web-1"
	poll 2 answers "$PROJECT-web-1" db "$(ip_of "$PROJECT-db-1" back)"
	docker network disconnect "${PROJECT}_back" "$PROJECT-web-1"
	poll 2 answers "$PROJECT-db-1" web
}

@test "listeners come and go with their networks, named bridges and subnets without a gateway too" {
	network default --subnet 10.213.7.0/24 --opt com.docker.network.bridge.name=davit-e2e0
	assert_equal "$GATEWAY" 10.213.7.1
	listens
	docker network rm "${PROJECT}_default"
	poll 1 gone_silent
	network default --subnet 10.213.7.0/24 --opt com.docker.network.bridge.name=davit-e2e0
	listens
	replica web 1 default
	poll 2 answers "$PROJECT-web-1" web "$(ip_of "$PROJECT-web-1" default)"
}

listens() {
	ss -Hlnu "src $GATEWAY" | grep -q ':53 ' && ss -Hlnt "src $GATEWAY" | grep -q ':53 '
}

gone_silent() {
	! listens
}

@test "addresses of IPv6 are answered, and over IPv6" {
	network default --ipv6 --subnet 10.213.8.0/24 --subnet fd00:d:8::/64
	[[ $(<ready) == *'"fd00:d:8::1"'* ]]
	replica web 1 default
	v6=$(inspect "$PROJECT-web-1" "{{(index .NetworkSettings.Networks \"${PROJECT}_default\").GlobalIPv6Address}}")
	poll 2 answers "$PROJECT-web-1" web "$(ip_of "$PROJECT-web-1" default)"
	assert_equal "$(ask "$PROJECT-web-1" web AAAA)" "$v6"
	GATEWAY=fd00:d:8::1
	poll 5 answers "$PROJECT-web-1" web "$(ip_of "$PROJECT-web-1" default)"
	assert_equal "$(ask "$PROJECT-web-1" web AAAA)" "$v6"
}

@test "a renamed container has its new name only" {
	network default
	replica web 1 default
	poll 2 answers "$PROJECT-web-1" "$PROJECT-web-1" "$(ip_of "$PROJECT-web-1" default)"
	docker rename "$PROJECT-web-1" "$PROJECT-other"
	poll 2 answers "$PROJECT-other" "$PROJECT-other" "$(ip_of "$PROJECT-other" default)"
	answers "$PROJECT-other" "$PROJECT-web-1.default.$PROJECT.davit.internal"
}
