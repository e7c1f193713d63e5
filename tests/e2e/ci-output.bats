#!/usr/bin/env bats
# Quiet in CI: where no terminal is, few lines, no escape codes, and JSON that parses.
load lib

setup_project() {
	compose_file <<-YAML
		services:
		  web: $(idle 'depends_on: [api]')
		  api: $(idle 'depends_on: {db: {condition: service_healthy}}')
		  db: $(idle 'healthcheck: {test: "true", interval: 1s}')
		  cache: $(idle)
		  job: {image: busybox, command: "true"}
	YAML
}

assert_quiet() {
	local lines
	assert_equal "$(grep -c $'\x1b' out || :)" 0
	lines=$(wc -l <out)
	cat out
	assert_at_most "$lines" $((4 * 5))
}

@test "up, stop, start and down: no escape code, at most four lines per service" {
	davit up -d >out 2>&1
	assert_quiet
	davit stop -t 1 >out 2>&1
	assert_quiet
	davit start >out 2>&1
	assert_quiet
	davit down >out 2>&1
	assert_quiet
}

@test "every line of --progress json parses" {
	davit --progress json up -d >out 2>&1
	[[ -s out ]]
	jq -ce . <out >/dev/null
	davit --progress json down >out 2>&1
	[[ -s out ]]
	jq -ce . <out >/dev/null
}

@test "an error under --progress json is JSON as well" {
	sed -i 's/image: busybox/image: 127.0.0.1:5000\/nothing-here/' compose.yaml
	run davit --progress json up -d
	assert_fails
	echo "$output" | jq -ce . >/dev/null
}

@test "--progress quiet says nothing" {
	davit --progress quiet up -d >out 2>&1
	[[ ! -s out ]]
}

@test "data goes to standard output, progress to standard error" {
	davit up -d >data 2>progress
	[[ ! -s data ]]
	[[ -s progress ]]
	davit ps -q >data 2>progress
	assert_equal "$(wc -l <data)" 4
	[[ ! -s progress ]]
}

@test "a reader that goes away is no error worth a word; a full disk is" {
	compose_file <<-YAML
		services: {web: $(idle)}
	YAML
	davit config --schema 2>err | head -c 10 >/dev/null
	assert_equal "$(<err)" ""
	run davit config --output /dev/full
	assert_fails
	davit config --schema 2>err >/dev/full || :
	assert_equal "$(<err)" "write to standard output: No space left on device"
}
