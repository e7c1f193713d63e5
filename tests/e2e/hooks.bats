#!/usr/bin/env bats
# post_start and pre_stop: commands in a container after its start and before its end.
load lib

# What hooks wrote, and in which order: written CONTAINER
written() {
	docker exec "$1" cat /log/hooks 2>/dev/null
}

hooked() {
	compose_file <<-YAML
		services:
		  db:
		    image: busybox
		    init: true
		    command: sleep 1000000
		    volumes: ["log:/log"]
		    post_start:
		      - {command: [sh, -c, 'echo "up \$\$WHO \$\$(pwd)" >>hooks'], working_dir: /log, environment: {WHO: me}}
		      - command: sh -c '$1'
		    pre_stop: [{command: [sh, -c, "echo down >>/log/hooks"]}]
		  web: $(idle "depends_on: [db], volumes: [\"log:/log\"]")
		volumes: {log: {}}
	YAML
}

@test "they run at every start and before every end, and dependents wait for them" {
	hooked 'echo ready >>/log/hooks'
	davit up -d
	assert_equal "$(written "$PROJECT-web-1")" "up me /log
ready"
	davit restart db
	assert_equal "$(written "$PROJECT-web-1" | tr '\n' ' ')" "up me /log ready down up me /log ready "
	davit up -d --force-recreate db
	assert_equal "$(written "$PROJECT-web-1" | grep -c down)" 2
	davit stop db
	assert_equal "$(written "$PROJECT-web-1" | tail -1)" down
	davit start db
	assert_equal "$(written "$PROJECT-web-1" | tail -1)" ready
	davit down
	docker run --rm -v "${PROJECT}_log:/log" busybox tail -1 /log/hooks | grep -x down
}

@test "one that fails says what it said last, and dependents are not started" {
	hooked 'echo no such table; exit 3'
	run "$DAVIT" up -d
	assert_fails
	assert_says "the hook exited with status 3"
	assert_says "no such table"
	not_running "$PROJECT-web-1"
}

@test "a new version whose hook fails is put back" {
	local old
	hooked true
	davit up -d
	old=$(inspect "$PROJECT-db-1" '{{.Id}}')
	hooked 'exit 4'
	run "$DAVIT" up -d
	assert_fails
	assert_equal "$(inspect "$PROJECT-db-1" '{{.Id}} {{.State.Running}}')" "$old true"
}
