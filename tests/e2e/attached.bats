#!/usr/bin/env bats
# up without -d: whose output is shown, how it ends, and what it does when nobody reads.
load lib

@test "fast containers: all lines of both streams, each in its place, and how they ended" {
	compose_file <<-YAML
		services:
		  out: {image: busybox, command: ["sh", "-c", "seq 1 1000"]}
		  err: {image: busybox, command: ["sh", "-c", "seq 1 1000 >&2; exit 3"]}
	YAML
	timeout 60 "$DAVIT" up >out 2>err
	head -n 1 out | grep -x 'Attaching to err-1, out-1'
	assert_equal "$(grep -c '^out-1  | [0-9]' out)" 1000
	assert_equal "$(grep -c '^err-1  | [0-9]' err)" 1000
	grep -x 'out-1 exited with code 0' out
	grep -x 'err-1 exited with code 3' out
	run ! grep -q $'\033' out err
}

@test "a second up tells nothing twice" {
	compose_file <<-YAML
		services: {job: {image: busybox, command: echo done}}
	YAML
	timeout 60 "$DAVIT" up
	run timeout 60 "$DAVIT" up --abort-on-container-exit
	assert_ok
	assert_equal "$(grep -c '| done' <<<"$output")" 1
	assert_equal "$(grep -c 'exited with code' <<<"$output")" 1
}

@test "attach: false, --attach, --no-attach, --attach-dependencies" {
	compose_file <<-YAML
		services:
		  web: {image: busybox, command: echo from-web, depends_on: [db]}
		  db: {image: busybox, command: echo from-db}
		  mute: {image: busybox, command: echo from-mute, attach: false}
	YAML
	said() {
		timeout 60 "$DAVIT" up "$@" 2>/dev/null | grep -o 'from-[a-z]*' | sort | tr '\n' ' '
	}
	assert_equal "$(said)" "from-db from-web "
	assert_equal "$(said web)" "from-web "
	assert_equal "$(said --attach-dependencies web)" "from-db from-web "
	assert_equal "$(said --attach mute)" "from-mute "
	assert_equal "$(said --no-attach db)" "from-web "
}

@test "--no-log-prefix, --timestamps" {
	compose_file <<-YAML
		services: {web: {image: busybox, command: echo hello}}
	YAML
	timeout 60 "$DAVIT" up --no-log-prefix | grep -x hello
	timeout 60 "$DAVIT" up --timestamps | grep -E '^web-1  \| [0-9]{4}-[0-9-]+T[0-9:.]+Z hello$'
}

@test "--abort-on-container-failure: only a failure aborts, and its code is ours" {
	compose_file <<-YAML
		services:
		  fine: {image: busybox, command: "true"}
		  bad: {image: busybox, command: ["sh", "-c", "sleep 1; exit 5"]}
		  web: $(idle)
	YAML
	run timeout 60 "$DAVIT" up --abort-on-container-failure
	assert_status 5
	assert_says "bad-1 exited with code 5"
	not_running "$PROJECT-web-1"
}

@test "a crash loop is followed to its end" {
	compose_file <<-YAML
		services: {loop: {image: busybox, restart: "on-failure:2", command: ["sh", "-c", "echo try; exit 1"]}}
	YAML
	run timeout 60 "$DAVIT" up
	assert_ok
	assert_equal "$(grep -c '| try' <<<"$output")" 3
	assert_says "loop-1 exited with code 1 (restarting)"
	assert_tells '^loop-1 exited with code 1$'
}

@test "a failed start is told, and ends it" {
	compose_file <<-YAML
		services: {web: {image: busybox, command: no-such-command}}
	YAML
	run timeout 60 "$DAVIT" up
	assert_status 1
	assert_says no-such-command
}

@test "output goes on while it stops" {
	compose_file <<-YAML
		services: {web: {image: busybox, command: ["sh", "-c", "trap 'echo last words; exit 0' TERM; echo up; while :; do sleep 0.1; done"]}}
	YAML
	davit_background up
	poll 20 grep -q '| up' out
	kill -INT "$DAVIT_PID"
	davit_ends 20
	assert_equal "$STATUS" 130
	grep -q '| last words' out
	grep -q 'Gracefully Stopping' out
	grep -q 'web-1 exited with code 0' out
}

@test "a restart from elsewhere is no end, a stop is" {
	compose_file <<-YAML
		services: {web: {image: busybox, init: true, environment: ["V=\${V-}"], command: ["sh", "-c", "echo hello; exec sleep 1000000"]}}
	YAML
	davit_background up
	poll 20 grep -qE '^web-1 +\| hello' out
	docker restart -t 0 "$PROJECT-web-1"
	poll 10 grep -qE '^web-1 exited with code [0-9]+ \(restarting\)' out
	V=2 davit up -d -t 0
	poll 10 grep -qx 'web-1 has been recreated' out
	poll 10 has_greeted 3
	docker kill "$PROJECT-web-1"
	davit_ends 10
	assert_equal "$(tail -n 1 out)" "web-1 exited with code 137"
}

# Whether web has begun N times.
has_greeted() {
	[[ $(grep -cE '^web-1 +\| hello' out) == "$1" ]]
}

# The reader of the pipe at 9 goes on reading, and the interrupted davit ends.
ends_when_read() {
	cat <&9 >/dev/null &
	local reader=$!
	davit_ends 20
	kill "$reader"
	exec 9>&-
	assert_equal "$STATUS" 130
}

@test "a reader that stalls holds up no container, takes no memory, and Ctrl-C still works" {
	compose_file <<-'YAML'
		services: {flood: {image: busybox, init: true, logging: {driver: json-file, options: {max-size: 10m, max-file: "2"}}, command: ["sh", "-c", "yes $$(printf %0200d 0) | head -c 20000000; touch /finished; exec sleep 1000000"]}}
	YAML
	mkfifo pipe
	exec 9<>pipe
	env --default-signal=INT "$DAVIT" up >pipe 2>err 3>&- 9>&- &
	DAVIT_PID=$!
	poll 60 docker exec "$PROJECT-flood-1" test -e /finished || {
		cat err
		return 1
	}
	assert_at_most "$(awk '/VmRSS/ { print $2 }' /proc/"$(pgrep -P "$DAVIT_PID" || echo "$DAVIT_PID")"/status)" 60000
	kill -INT "$DAVIT_PID"
	poll 20 not_running "$PROJECT-flood-1"
	ends_when_read
}

@test "a reader of both streams that stalls holds up nothing, and Ctrl-C still works" {
	compose_file <<-'YAML'
		services:
		  after: {image: busybox, init: true, depends_on: {flood: {condition: service_healthy}}, command: sleep 1000000}
		  flood: {image: busybox, init: true, logging: {driver: json-file, options: {max-size: 10m, max-file: "2"}}, command: ["sh", "-c", "yes $$(printf %0200d 0) | head -c 20000000; touch /finished; exec sleep 1000000"], healthcheck: {test: test -e /finished, interval: 200ms, retries: 1000}}
	YAML
	mkfifo pipe
	exec 9<>pipe
	env --default-signal=INT "$DAVIT" up >pipe 2>&1 3>&- 9>&- &
	DAVIT_PID=$!
	poll 60 is_running "$PROJECT-after-1"
	kill -INT "$DAVIT_PID"
	poll 20 not_running "$PROJECT-flood-1"
	poll 20 not_running "$PROJECT-after-1"
	ends_when_read
}
