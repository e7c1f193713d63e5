#!/usr/bin/env bats
# What asks for names in containers: glibc, musl, c-ares, and who only speaks TCP. In each mode each finds the same.
load lib

setup_file() {
	local source=$BATS_TEST_DIRNAME/../netdns/resolve.c
	cd "$BATS_FILE_TMPDIR" || return 1
	mkdir root root/bin
	gcc -o root/bin/resolve-glibc "$source"
	gcc -DCARES -o root/bin/resolve-cares "$source" -lcares
	musl-gcc -static -o root/bin/resolve-musl "$source"
	# The loader and the libraries, where the programs look for them.
	ldd root/bin/resolve-glibc root/bin/resolve-cares | grep -o '/[^ ]*\.so[^ ]*' | sort -u |
		xargs -I{} cp -L --parents {} root
}

# The same path here and for the engine, whose /run is its own.
setup_project() {
	export DAVIT_NETDNS_DIR=$BATS_FILE_TMPDIR/netdns DAVIT_RESOLV_DIR=$BATS_FILE_TMPDIR/resolv
}

teardown_project() {
	docker rm -f davit-netdns >/dev/null 2>&1 || :
}

# In MODE: three replicas to be found, and one who asks.
up_in() {
	compose_file <<-YAML
		x-davit: {dns: $1}
		services:
		  web: $(idle "scale: 3, stop_grace_period: 1s, networks: {default: {aliases: [www]}}")
		  db: $(idle "stop_grace_period: 1s")
	YAML
	davit up -d
	docker cp "$BATS_FILE_TMPDIR/root/." "$PROJECT-db-1:/"
}

# client PROGRAM NAME [OPTIONS]: what it prints in a container of the project, sorted, on one line.
client() {
	docker exec -e RES_OPTIONS="${3-}" "$PROJECT-db-1" "/bin/resolve-$1" "$2" 2>&1 | sort | tr '\n' ' ' | sed 's/ $//'
}

addresses_of() {
	local name
	for name; do inspect "$name" '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'; done | sort | tr '\n' ' ' | sed 's/ $//'
}

every_client_resolves() {
	local web db program options
	web=$(addresses_of "$PROJECT-web-1" "$PROJECT-web-2" "$PROJECT-web-3") db=$(addresses_of "$PROJECT-db-1")
	# What netdns alone knows may come a moment after the start in assist mode.
	poll 10 finds glibc "web.default.$PROJECT.davit.internal" "$web"
	while read -r program options; do
		assert_equal "$program: $(client "$program" web "$options")" "$program: $web"
		assert_equal "$program: $(client "$program" www "$options")" "$program: $web"
		assert_equal "$program: $(client "$program" db "$options")" "$program: $db"
		assert_equal "$program: $(client "$program" "web.default.$PROJECT.davit.internal" "$options")" "$program: $web"
		run client "$program" "nosuch.$PROJECT.davit.internal" "$options"
		assert_says "resolve: "
	done <<-'CLIENTS'
		glibc
		glibc use-vc
		musl
		cares
	CLIENTS
}

finds() {
	[[ $(client "$1" "$2") == "$3" ]]
}

@test "all of them find all in authoritative mode" {
	up_in authoritative
	every_client_resolves
}

@test "all of them find all in direct mode" {
	up_in direct
	every_client_resolves
}

@test "all of them find all in assist mode" {
	up_in assist
	every_client_resolves
}
