#!/usr/bin/env bats
# --wait tells the truth: what is ready is ready, and what cannot become ready is told at once.
load lib

# Runs "up -d --wait", which must fail, at most 2 s after the project's first (or NTH) event EVENT: from the time that the
# engine gives the event in its own stream until the command has ended.
fails_soon_after() {
	local event=$1 nth=${2-1} since ended
	since=$(now)
	run davit up -d --wait --wait-timeout 60
	ended=$(now)
	assert_fails
	assert_at_most "$(seconds_after_event "$event" "$nth" "$since" "$ended")" 2
}

@test "finished one-shots count as ready" {
	compose_file <<-YAML
		services:
		  web: $(idle 'depends_on: {migrate: {condition: service_completed_successfully}}')
		  migrate: {image: busybox, command: "true"}
	YAML
	davit up -d --wait
	davit up -d --wait
	is_running "$PROJECT-web-1"
}

@test "a one-shot that nothing names, and that ends well, counts as ready" {
	compose_file <<-YAML
		services:
		  web: $(idle)
		  hello: {image: busybox, command: echo hello}
	YAML
	davit up -d --wait
}

@test "healthy means healthy" {
	compose_file <<-YAML
		services:
		  web: $(idle 'healthcheck: {test: "test -e /tmp/ready || { sleep 1; touch /tmp/ready; false; }", interval: 1s, timeout: 5s, retries: 5}')
	YAML
	davit up -d --wait
	health_is "$PROJECT-web-1" healthy
}

@test "a crash loop fails" {
	compose_file <<-YAML
		services:
		  web: {image: busybox, command: sh -c "exit 7", restart: always}
	YAML
	# The third death is enough; the engine would go on for as long as it likes.
	fails_soon_after die 3
	assert_tells 'web.* died 3 times, exit code 7'
}

@test "a death under restart: no fails" {
	compose_file <<-YAML
		services:
		  web: {image: busybox, command: sh -c "exit 7"}
		  other: $(idle)
	YAML
	fails_soon_after die
	assert_tells '7'
}

@test "a failed one-shot fails, with its code" {
	compose_file <<-YAML
		services:
		  web: $(idle 'depends_on: {migrate: {condition: service_completed_successfully}}')
		  migrate: {image: busybox, command: sh -c "exit 3"}
	YAML
	fails_soon_after die
	assert_tells 'migrate.*3'
	not_running "$PROJECT-web-1"
}

@test "an unhealthy service fails" {
	compose_file <<-YAML
		services:
		  web: $(idle 'healthcheck: {test: "exit 1", interval: 1s, retries: 1}')
	YAML
	fails_soon_after 'health_status: unhealthy'
	assert_tells 'unhealthy'
}

@test "an unhealthy dependency fails without --wait too" {
	compose_file <<-YAML
		services:
		  web: $(idle 'depends_on: {db: {condition: service_healthy}}')
		  db: $(idle 'healthcheck: {test: "exit 1", interval: 1s, retries: 1}')
	YAML
	run davit up -d
	assert_fails
	assert_tells 'db.*unhealthy'
	not_running "$PROJECT-web-1"
}

@test "an unhealthy result from before a restart is not believed" {
	mkdir flag
	compose_file <<-YAML
		services:
		  web: $(idle 'volumes: ["./flag:/flag"], healthcheck: {test: "test -e /flag/ok", interval: 1s, retries: 1}')
	YAML
	davit up -d
	poll 20 health_is "$PROJECT-web-1" unhealthy
	davit stop -t 1
	touch flag/ok
	davit up -d --wait
	health_is "$PROJECT-web-1" healthy
}

@test "a healthy result from before a restart is not believed" {
	mkdir flag
	touch flag/ok
	compose_file <<-YAML
		services:
		  web: $(idle 'volumes: ["./flag:/flag"], healthcheck: {test: "test -e /flag/ok", interval: 1s, retries: 1}')
	YAML
	davit up -d --wait
	davit stop -t 1
	rm flag/ok
	run davit up -d --wait
	assert_fails
}

@test "--wait-timeout ends the wait" {
	compose_file <<-YAML
		services:
		  web: $(idle 'healthcheck: {test: "exit 1", interval: 1s, retries: 1000}')
	YAML
	run davit up -d --wait --wait-timeout 2
	assert_fails
}
