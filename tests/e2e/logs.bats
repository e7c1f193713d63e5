#!/usr/bin/env bats
# logs: every line once, over restarts and recreation; prefixes, selection, times.
load lib

# A service that counts, from where it was: $(counter) as one line of YAML.
counter() {
	echo '{image: busybox, init: true, environment: ["V=${V-}"], volumes: ["count:/count"], command: ["sh", "-c", "cd /count; while :; do n=$$(cat n 2>/dev/null || echo 0); n=$$((n+1)); echo $$n >n.new; echo line $$n; mv n.new n; sleep 0.01; done"]}'
}

# shellcheck disable=SC2120 # options are optional
follow() {
	davit_background logs -f --no-log-prefix "$@"
}

has_more_than() {
	(($(wc -l <out) > $1))
}

stop_following() {
	kill -INT "$DAVIT_PID"
	davit_ends 5
	assert_equal "$STATUS" 130
}

@test "a counter that is restarted three times and recreated once: no line is missing or doubled" {
	local i before
	compose_file <<-YAML
		services: {count: $(counter)}
		volumes: {count: {}}
	YAML
	davit up -d
	follow
	poll 30 has_more_than 5
	for ((i = 0; i < 3; i++)); do
		before=$(wc -l <out)
		docker restart -t 1 "$PROJECT-count-1"
		poll 30 has_more_than $((before + 5))
	done
	before=$(wc -l <out)
	V=2 davit up -d -t 1
	poll 30 has_more_than $((before + 5))
	stop_following
	docker logs "$PROJECT-count-1" >last
	# A line whose number had not been kept when it was killed may be counted again by the counter itself.
	awk '{ print $2 }' out | awk 'NR > 1 && $1 != last && $1 != last + 1 { print "after " last ": " $1; bad = 1 } { last = $1 } END { exit bad }'
	assert_equal "$(awk '{ print $2 }' out | sort -n | uniq -d | wc -l | awk '{ print ($1 <= 4) }')" 1
	head -n 1 out | grep -x 'line 1'
	grep -qxF "$(head -n 1 last)" out
}

@test "a restart is no end, and what happens is told between the lines" {
	local i
	compose_file <<-YAML
		services: {web: {image: busybox, init: true, environment: ["V=\${V-}"], command: ["sh", "-c", "echo hello; exec sleep 1000000"]}}
	YAML
	davit up -d
	davit_background logs -f
	poll 10 has_said 1 'web-1 +\| hello'
	for ((i = 2; i <= 6; i++)); do
		docker restart -t 0 "$PROJECT-web-1"
		poll 10 has_said "$i" 'web-1 +\| hello'
	done
	has_said 5 'web-1 exited with code 1[34][73] \(restarting\)'
	V=2 davit up -d -t 0
	poll 10 has_said 7 'web-1 +\| hello'
	has_said 1 'web-1 has been recreated'
	docker kill "$PROJECT-web-1"
	davit_ends 10
	assert_equal "$STATUS" 0
	assert_equal "$(tail -n 1 out)" "web-1 exited with code 137"
}

# Whether N lines of out match the regular expression given.
has_said() {
	[[ $(grep -cE -- "$2" out) == "$1" ]]
}

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

@test "several containers are told in the order of time, however long their logs are" {
	compose_file <<-'YAML'
		services:
		  a: {image: busybox, command: ["sh", "-c", "for i in 1 2 3 4 5; do echo $$i; usleep 200000; done"]}
		  b: {image: busybox, command: ["sh", "-c", "usleep 100000; for i in 1 2 3 4 5; do echo $$i; usleep 200000; done"]}
		  long: {image: busybox, command: ["sh", "-c", "seq 1 100000; usleep 500000; seq 1 100000"]}
	YAML
	davit up >/dev/null
	davit logs -t >out
	assert_equal "$(wc -l <out)" 200010
	awk '{ print $3 }' out | LC_ALL=C sort -c
	assert_equal "$(grep -c '^long-1 ' out)" 200000
	assert_equal "$(davit logs -n 1 | sort | tr -s ' ' | tr '\n' ' ')" "a-1 | 5 b-1 | 5 long-1 | 100000 "
}

@test "one-off containers, which have no number, are left out and in nobody's way" {
	compose_file <<-YAML
		services: {web: {image: busybox, init: true, command: ["sh", "-c", "echo hello; exec sleep 1000000"]}}
	YAML
	davit up -d
	davit run -T web echo once
	poll 10 has_logged hello
	assert_equal "$(davit logs)" "web-1  | hello"
	davit_background up
	poll 10 grep -q 'Attaching to web-1' out
	kill -INT "$DAVIT_PID"
	davit_ends 20
	assert_equal "$STATUS" 130
}

# Whether the container of web has said it.
has_logged() {
	docker logs "$PROJECT-web-1" 2>&1 | grep -qx "$1"
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
