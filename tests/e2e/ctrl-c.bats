#!/usr/bin/env bats
# Ctrl-C during pull, create, wait and attached logs: graceful in reverse order, twice is kill, and never a hang.
load lib

interrupt() {
	kill -INT "$DAVIT_PID"
}

# The background davit says, or the engine has, what is waited for: saw REGEX
saw() {
	grep -qE "$1" out
}

asked() {
	grep -qE "$1" "$PROXY_LOG"
}

chain() {
	compose_file <<-YAML
		services:
		  a: $(idle 'depends_on: [b]')
		  b: $(idle 'depends_on: [c]')
		  c: $(idle)
	YAML
}

@test "while attached: everything stops in reverse order, exit 130" {
	local since
	chain
	davit_background up
	poll 20 running_is "$(printf '%s\n' "$PROJECT"-{a,b,c}-1)"
	since=$(now)
	interrupt
	davit_ends 20
	assert_equal "$STATUS" 130
	assert_equal "$(order_of die "$since")" "a b c"
	assert_equal "$(running_names)" ""
}

running_is() {
	[[ $(running_names) == "$1" ]]
}

@test "while attached, twice: containers that do not listen are killed" {
	compose_file <<-YAML
		services:
		  deaf: {image: busybox, command: ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], stop_grace_period: 60s}
	YAML
	davit_background up
	poll 20 is_running "$PROJECT-deaf-1"
	interrupt
	poll 10 saw '[Ss]topping'
	interrupt
	davit_ends 10
	not_running "$PROJECT-deaf-1"
}

@test "during a pull" {
	docker tag busybox "$REGISTRY/$PROJECT-app"
	docker push -q "$REGISTRY/$PROJECT-app"
	docker rmi "$REGISTRY/$PROJECT-app"
	compose_file <<-YAML
		services:
		  web: {image: "$REGISTRY/$PROJECT-app"}
	YAML
	proxy_start
	proxy_rules "hold $PWD/go POST [^ ]*/images/create"
	DOCKER_HOST=unix://$PROXY davit_background pull
	poll 10 saw '[Pp]ull|Trying' || :
	interrupt
	davit_ends 5
	assert_equal "$STATUS" 130
}

@test "during a create: what was begun ends, nothing new begins, and the next up converges" {
	chain
	proxy_start
	proxy_rules "hold $PWD/go POST [^ ]*/containers/create[^ ]*-b-1"
	DOCKER_HOST=unix://$PROXY davit_background up -d
	poll 10 asked 'POST .*/containers/create.*-c-1'
	interrupt
	touch go
	davit_ends 10
	assert_equal "$STATUS" 130
	assert_equal "$(running_names | grep -c -- -a-1)" 0
	davit up -d
	assert_equal "$(running_names)" "$(printf '%s\n' "$PROJECT"-{a,b,c}-1)"
}

@test "during a wait" {
	compose_file <<-YAML
		services:
		  web: $(idle 'depends_on: {db: {condition: service_healthy}}')
		  db: $(idle 'healthcheck: {test: "exit 1", interval: 1s, retries: 1000}')
	YAML
	davit_background up -d
	poll 20 is_running "$PROJECT-db-1"
	interrupt
	davit_ends 5
	assert_equal "$STATUS" 130
}

@test "during logs -f" {
	chain
	davit up -d
	davit_background logs -f
	interrupt
	davit_ends 5
	is_running "$PROJECT-a-1"
}

@test "20 times, at any moment, without a hang" {
	local i
	compose_file <<-YAML
		services:
		  a: $(idle 'depends_on: [b]')
		  b: $(idle)
	YAML
	for ((i = 0; i < 20; i++)); do
		davit_background up
		# A little later each time: 0 to 950 ms after the start.
		read -rt "$(awk "BEGIN { print 0.001 + $i * 0.05 }")" <> <(:) || :
		interrupt
		davit_ends 20 || {
			echo "hung in round $i"
			cat out
			false
		}
		davit up -d >/dev/null 2>&1
		assert_equal "$(running_names)" "$(printf '%s\n' "$PROJECT"-{a,b}-1)"
		davit down -t 1 >/dev/null 2>&1
	done
}
