#!/usr/bin/env bats
# run: one container for one command, with its dependencies, its streams and its exit code.
load lib
load terminal

setup_project() {
	compose_file <<-YAML
		services:
		  app:
		    image: busybox
		    command: echo from-file
		    environment: [A=file, B=file]
		    ports: ["8081:80"]
		    restart: always
		    depends_on: {db: {condition: service_healthy}}
		  db: $(idle 'healthcheck: {test: "true", interval: 1s}')
		  alone: $(idle)
	YAML
}

@test "everything of a container that ends at once is heard, and its exit code told, 20 times" {
	local i
	for ((i = 0; i < 20; i++)); do
		STATUS=0
		davit run --rm -T alone sh -c 'echo first; echo second >&2; exit 9' >out 2>err || STATUS=$?
		assert_equal "$STATUS $(cat out) $(tail -n 1 err)" "9 first second"
	done
	assert_equal "$(container_names)" ""
}

@test "dependencies are brought up and waited for; --no-deps leaves them" {
	assert_equal "$(davit run --rm -T --no-deps app 2>/dev/null)" from-file
	assert_equal "$(running_names)" ""
	assert_equal "$(davit run --rm -T app 2>/dev/null)" from-file
	assert_equal "$(running_names)" "$PROJECT-db-1"
	health_is "$PROJECT-db-1" healthy
}

@test "100 MB pass through, and the end of input is passed on" {
	head -c 100000000 /dev/urandom >big
	assert_equal "$(davit run --rm -T alone cat <big 2>/dev/null | md5sum)" "$(md5sum <big)"
	assert_equal "$(echo a | davit run --rm -T alone sh -c 'cat; echo end' 2>/dev/null)" $'a\nend'
}

@test "the container is one-off: other name, no restart, no ports, in ps -a only, gone with --rm only" {
	davit run -T --no-deps app true
	local name
	name=$(container_names)
	[[ $name =~ ^$PROJECT-app-run-[0-9a-f]{12}$ ]]
	[[ $(inspect "$name" '{{.HostConfig.RestartPolicy.Name}}') =~ ^(no)?$ ]]
	assert_equal "$(inspect "$name" '{{len .HostConfig.PortBindings}}')" 0
	assert_equal "$(inspect "$name" '{{index .Config.Labels "com.docker.compose.oneoff"}}')" True
	assert_equal "$(davit ps -q)" ""
	assert_equal "$(davit ps -aq)" "$(id_of "$name")"
	assert_equal "$(davit ps --status exited --format "{{.Name}}")" "$name"
	[[ $(davit ls -a --format json) == *"\"Name\":\"$PROJECT\",\"Status\":\"exited(1)\""* ]]
}

@test "flags: environment, file, user, directory, label, volume, entrypoint, ports" {
	printf 'A=fill\nC=fill\n' >vars
	assert_equal "$(davit run --rm -T --no-deps -e A=flag --env-from-file vars app sh -c 'echo $A $B $C' 2>/dev/null)" \
		"flag file fill"
	assert_equal "$(davit run --rm -T --no-deps -u 12:34 -w /tmp app sh -c 'id -u; pwd' 2>/dev/null)" $'12\n/tmp'
	assert_equal "$(davit run --rm -T --no-deps -v "$PWD/vars:/vars:ro" app cat /vars 2>/dev/null)" "$(cat vars)"
	assert_equal "$(davit run --rm -T --no-deps --entrypoint 'echo "in front"' app 2>/dev/null)" "in front"
	davit run -d --no-deps --name "$PROJECT-named" -l tier=test -p 8082:80 --entrypoint 'sleep 1000' app
	assert_equal "$(inspect "$PROJECT-named" '{{.Config.Labels.tier}}')" test
	assert_equal "$(docker port "$PROJECT-named" 80 | head -n 1)" 0.0.0.0:8082
	run davit run -P -p 1:1 app
	assert_status 1
	run davit run -l nothing app
	assert_status 1
}

@test "-d prints the id and leaves it running" {
	local id
	id=$(davit run -d alone 2>/dev/null)
	assert_equal "$(inspect "$id" '{{.State.Running}}')" true
}

@test "signals are passed on to the container" {
	davit_background run --rm -T alone sh -c 'trap "echo got-term; exit 3" TERM; echo started; while :; do sleep 0.1; done'
	poll 10 grep -q started out
	kill -TERM "$DAVIT_PID"
	davit_ends 10
	assert_equal "$STATUS" 3
	grep got-term out
	assert_equal "$(container_names)" ""
}

@test "a command that cannot be started fails, and --rm leaves nothing" {
	run davit run --rm -T alone no-such-command
	assert_fails
	assert_says no-such-command
	poll 5 test -z "$(container_names)"
}

@test "--dry-run changes nothing" {
	proxy_start
	DOCKER_HOST=unix://$PROXY davit run --dry-run app
	assert_no_change
}

@test "on a terminal: size, exit code, and detaching leaves it running" {
	terminal_open 100 30 "bash --norc"
	types "$DAVIT run --name $PROJECT-tty alone sh"
	poll 10 screen_has '/ #'
	types 'stty size'
	poll 10 screen_has '^30 100'
	presses C-p C-q
	types 'echo left $?'
	poll 10 screen_has '^left 0'
	is_running "$PROJECT-tty"
	terminal_close
}
