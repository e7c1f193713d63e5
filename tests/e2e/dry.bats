#!/usr/bin/env bats
# Dry is dry, and what was announced is what happens.
load lib

setup_project() {
	compose_file <<-YAML
		services:
		  web: $(idle 'depends_on: [db], networks: [front, back]')
		  db: $(idle 'volumes: ["data:/data"], networks: [back]')
		  app: {image: $PROJECT-app, build: ., command: sleep 1000000, init: true, networks: [back]}
		networks:
		  front:
		  back:
		volumes:
		  data:
	YAML
	printf 'FROM busybox\n' >Dockerfile
	proxy_start
}

# How often each kind of change was announced by a plan in FILE, as "verb kind count" lines.
announced() {
	awk '$1 ~ /^[0-9]+$/ { sub(/^ *[0-9]+ +\[[^]]*\] +/, ""); if ($1 != "wait") print $1, $2 }' "$1" | sort | uniq -c |
		awk '{ print $2, $3, $1 }'
}

# The same for what the proxy saw.
done_calls() {
	changing_calls | sed -E 's|\?.*||; s|/v[0-9.]+||' | awk '
		/^POST \/containers\/create/ { print "create container" }
		/^POST \/networks\/create/ { print "create network" }
		/^POST \/volumes\/create/ { print "create volume" }
		/^POST \/images\/create/ { print "pull image" }
		/^POST \/build/ { print "build image" }
		/^POST \/containers\/[^\/]+\/start/ { print "start container" }
		/^POST \/containers\/[^\/]+\/stop/ { print "stop container" }
		/^POST \/containers\/[^\/]+\/rename/ { print "rename container" }
		/^POST \/networks\/[^\/]+\/connect/ { print "connect network" }
		/^DELETE \/containers/ { print "remove container" }
		/^DELETE \/networks/ { print "remove network" }
		/^DELETE \/volumes/ { print "remove volume" }' | sort | uniq -c | awk '{ print $2, $3, $1 }'
}

@test "plan and every --dry-run send only GET and HEAD" {
	local command
	for command in "plan" "plan up" "--dry-run up -d" "up -d --dry-run" "create --dry-run" "pull --dry-run" \
		"build --dry-run" "up -d --build --dry-run"; do
		: >"$PROXY_LOG"
		# shellcheck disable=SC2086 # several words
		run proxied davit $command
		[[ $status == 0 || ($command == plan* && $status == 2) ]] || assert_ok
		echo "$command:"
		assert_no_change
	done
	davit up -d
	for command in "plan down" "stop --dry-run" "restart --dry-run" "kill --dry-run" "down -v --dry-run" "rm -sf --dry-run" \
		"pause --dry-run" "up -d --force-recreate --dry-run" "scale db=2 --dry-run" "start --dry-run" \
		"up -d --scale db=3 --dry-run" "run --dry-run -d db true" "plan up --force-recreate" "plan pull" "plan stop"; do
		: >"$PROXY_LOG"
		# shellcheck disable=SC2086
		run proxied davit $command
		[[ $status == 0 || ($command == plan* && $status == 2) ]] || assert_ok
		echo "$command:"
		assert_no_change
	done
	assert_equal "$(running_names)" "$(printf '%s\n' "$PROJECT"-{app,db,web}-1)"
}

@test "up performs exactly what plan announced" {
	run davit plan up
	assert_status 2
	echo "$output" >plan
	proxied davit up -d
	assert_equal "$(done_calls)" "$(announced plan)"
}

@test "a change performs exactly what plan announced" {
	davit up -d
	sed -i 's/  db: {/  db: {environment: {A: "2"}, /' compose.yaml
	run davit plan up
	assert_status 2
	assert_tells 'environment'
	echo "$output" >plan
	: >"$PROXY_LOG"
	proxied davit up -d
	assert_equal "$(done_calls)" "$(announced plan)"
}

@test "down performs exactly what plan down announced" {
	davit up -d
	run davit plan down -v
	assert_status 2
	echo "$output" >plan
	: >"$PROXY_LOG"
	proxied davit down -v
	assert_equal "$(done_calls)" "$(announced plan)"
}

@test "plan says by its exit code whether there is something to do" {
	run davit plan
	assert_status 2
	davit up -d
	run davit plan
	assert_status 0
	run davit -f nothing.yaml plan
	assert_status 1
}

@test "plan --format json is JSON" {
	davit plan --format json >plan.json || [[ $? == 2 ]]
	jq -e . plan.json
}
