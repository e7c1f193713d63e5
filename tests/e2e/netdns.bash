# For tests of davit-netdns beside a real engine, after lib.bash: it runs in the foreground of the test's own network, its
# networks and containers are made with docker, and questions are asked from inside containers.

# Names used by the tests.
# shellcheck disable=SC2034
true

# For in_net: through whom the engine's files are reached.
find_init() {
	INIT=$(<"$DAVIT_LAB/$LAB_ENGINE/init.pid")
}

netdns_start() {
	find_init
	: >resolv.conf
	: >netdns.log
	"$(dirname "$DAVIT")/davit-netdns" serve --engine "$DOCKER_HOST" --control "$PWD/control.sock" --resolv resolv.conf \
		2>netdns.log 3>&- &
	NETDNS=$!
	poll 10 grep -q 'engine is heard' netdns.log
}

netdns_stop() {
	kill "$NETDNS"
	wait "$NETDNS" || cat netdns.log
}

# network KEY [OPTION...]: managed, of the test's project.
network() {
	local key=$1
	shift
	docker network create --label com.docker.compose.project="$PROJECT" --label com.docker.compose.network="$key" \
		--label 'davit.dns={"mode":"assist"}' "$@" "${PROJECT}_$key" >/dev/null
	control "{\"do\":\"ready\",\"network\":\"${PROJECT}_$key\"}" >ready
	grep -q '"ok":true' ready || {
		cat ready
		return 1
	}
	GATEWAY=$(address_in "$(<ready)")
}

# The first address of a "ready" answer.
address_in() {
	local rest=${1#*'"addresses":["'}
	echo "${rest%%'"'*}"
}

# replica SERVICE NUMBER KEY [OPTION...]
replica() {
	local service=$1 number=$2 key=$3
	shift 3
	docker run -d --init --name "$PROJECT-$service-$number" --network "${PROJECT}_$key" \
		--label com.docker.compose.project="$PROJECT" --label com.docker.compose.service="$service" \
		--label com.docker.compose.container-number="$number" --label com.docker.compose.oneoff=False \
		"$@" busybox sleep 1000000 >/dev/null
}

# Sends one line to the control socket and prints the answer.
control() {
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect("control.sock")
s.sendall(sys.argv[1].encode() + b"\n")
sys.stdout.write(s.makefile().readline())' "$1"
}

# ask CONTAINER NAME [TYPE [KDIG-OPTION...]]: what the gateway answers who is in that container's network.
ask() {
	local container=$1 name=$2 type=${3-A}
	shift 2
	[[ $# == 0 ]] || shift
	in_net "$container" kdig +short +retry=0 +time=3 "@$GATEWAY" "$name" "$type" "$@" | sort
}

in_net() {
	local container=$1
	shift
	nsenter --net="/proc/$INIT/root$(inspect "$container" '{{.NetworkSettings.SandboxKey}}')" "$@"
}

ip_of() {
	inspect "$1" "{{(index .NetworkSettings.Networks \"${PROJECT}_$2\").IPAddress}}"
}

# answers CONTAINER NAME ADDRESS...: whether that is what is answered now.
answers() {
	local container=$1 name=$2
	shift 2
	[[ $(ask "$container" "$name") == "$(printf '%s\n' "$@" | sort)" ]]
}
