#!/usr/bin/env bats
# logs: what is told and to what end; prefixes, selection, times.
load lib

@test "what is started later is followed too, and it ends when nothing runs any more" {
	compose_file <<-YAML
		services:
		  one: $(idle)
		  two: {image: busybox, command: echo late}
	YAML
	davit up -d one
	davit_background logs -f
	davit up -d two
	poll 10 grep -qE '^two-1 +\| late' out
	davit stop -t 0
	davit_ends 10
	assert_equal "$STATUS" 0
}

@test "logs of what has ended are told to the end, with -f too" {
	compose_file <<-YAML
		services: {long: {image: busybox, command: ["sh", "-c", "seq 1 20000"]}}
	YAML
	davit up -d
	poll 10 not_running "$PROJECT-long-1"
	assert_equal "$(davit logs --no-log-prefix | md5sum)" "$(seq 1 20000 | md5sum)"
	assert_equal "$(timeout 20 "$DAVIT" logs -f --no-log-prefix | md5sum)" "$(seq 1 20000 | md5sum)"
	assert_equal "$(davit logs --no-log-prefix -n 2)" $'19999\n20000'
}

@test "a line of 40,000 bytes is one line; a last line without a newline gets one" {
	compose_file <<-YAML
		services: {long: {image: busybox, command: ["sh", "-c", "head -c 40000 /dev/zero | tr '\\\\0' x; echo; printf end"]}}
	YAML
	davit up -d
	poll 10 not_running "$PROJECT-long-1"
	assert_equal "$(davit logs --no-log-prefix | awk '{ print length }' | tr '\n' ' ')" "40000 3 "
	assert_equal "$(davit logs -t --no-log-prefix | wc -l)" 2
}

@test "--since and --until, --index, and services with attach: false" {
	compose_file <<-YAML
		services:
		  web: {image: busybox, init: true, scale: 2, command: ["sh", "-c", "echo hello; exec sleep 1000000"]}
		  quiet: {image: busybox, init: true, attach: false, command: ["sh", "-c", "echo quiet; exec sleep 1000000"]}
	YAML
	davit up -d
	poll 10 all_said
	assert_equal "$(davit logs | grep -c hello)" 2
	assert_equal "$(davit logs --since 1h | grep -c hello)" 2
	assert_equal "$(davit logs --until 1h)" ""
	assert_equal "$(davit logs --since 2099-01-01)" ""
	assert_equal "$(davit logs --index 2 web)" "web-2  | hello"
	assert_equal "$(davit logs quiet)" "quiet-1  | quiet"
	assert_equal "$(davit logs | grep -c quiet || :)" 0
	run davit logs --since whenever
	assert_status 1
	run davit logs --index 1
	assert_status 1
}

all_said() {
	[[ $(for c in web-1 web-2 quiet-1; do docker logs "$PROJECT-$c" 2>&1; done | wc -l) == 3 ]]
}

@test "not a terminal: no escape byte" {
	compose_file <<-YAML
		services: {web: {image: busybox, command: echo hello}}
	YAML
	davit up -d
	poll 10 not_running "$PROJECT-web-1"
	assert_equal "$(davit logs | grep -c $'\033' || :)" 0
	davit --ansi always logs | grep -q $'\033'
	assert_equal "$(davit --ansi always logs --no-color | grep -c $'\033' || :)" 0
}
