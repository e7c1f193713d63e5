#!/usr/bin/env bats
# exec: bytes both ways, half-close, terminals, signals, and the choice of the container.
load lib
load terminal

setup_project() {
	compose_file <<-YAML
		services:
		  web: $(idle 'scale: 2, environment: [FROM_FILE=yes]')
	YAML
	davit up -d
}

@test "100 MB pass through cat unchanged, both ways" {
	head -c 100000000 /dev/urandom >big
	assert_equal "$(davit exec -T web cat <big | md5sum)" "$(md5sum <big)"
}

@test "the end of input is passed on, and what comes after it is heard" {
	assert_equal "$(printf 'a\nb\n' | davit exec -T web sh -c 'cat; echo end')" $'a\nb\nend'
	assert_equal "$(davit exec -T web sh -c 'cat; echo end' </dev/null)" end
	assert_equal "$(echo x >file && davit exec -T web cat <file)" x
	assert_equal "$(echo x | davit exec -T --interactive=false web sh -c 'cat; echo nothing')" nothing
}

@test "both streams stay apart, and the exit code is the command's" {
	STATUS=0
	davit exec -T web sh -c 'echo out; echo err >&2; exit 7' >out 2>err || STATUS=$?
	assert_equal "$STATUS $(cat out) $(cat err)" "7 out err"
	run davit exec -T web no-such-command
	[[ $status == 126 || $status == 127 ]]
	assert_says no-such-command
}

@test "a reader that goes away ends it" {
	run timeout 10 bash -c '"$DAVIT" exec -T web yes | head -n 1'
	assert_ok
	assert_equal "$output" y
}

@test "-d returns at once; -e KEY takes the project's value" {
	export FROM_SHELL=set
	davit exec -d web sh -c 'sleep 0.1; touch /made'
	poll 5 davit exec -T web test -e /made
	assert_equal "$(davit exec -T -e FROM_SHELL -e OTHER=1 web sh -c 'echo $FROM_SHELL $OTHER $FROM_FILE')" \
		"set 1 yes"
}

@test "--index names the container; one that is not there is told" {
	assert_equal "$(davit exec -T --index 2 web hostname)" "$(inspect "$PROJECT-web-2" '{{.Config.Hostname}}')"
	assert_equal "$(davit exec -T web hostname)" "$(inspect "$PROJECT-web-1" '{{.Config.Hostname}}')"
	docker stop -t 0 "$PROJECT-web-1"
	assert_equal "$(davit exec -T web hostname)" "$(inspect "$PROJECT-web-2" '{{.Config.Hostname}}')"
	run davit exec -T --index 3 web true
	assert_status 1
	assert_says 'service "web" is not running container #3'
}

@test "Ctrl-C without a terminal ends it with 130" {
	davit_background exec -T web sh -c 'echo started; sleep 1000'
	poll 10 grep -q started out
	kill -INT "$DAVIT_PID"
	davit_ends 5
	assert_equal "$STATUS" 130
}

@test "on a terminal: its size follows ours, Ctrl-C reaches the command, the keys detach, all is put back" {
	terminal_open 100 30 "bash --norc"
	types "$DAVIT exec web sh"
	poll 10 screen_has '/ #'
	types 'stty size'
	poll 10 screen_has '^30 100'
	screen resize-window -x 91 -y 25
	types 'until stty size | grep "25 91"; do :; done'
	poll 10 screen_has '^25 91'
	types 'echo "gone to" sleep; sleep 1000'
	poll 10 screen_has '^gone to sleep'
	presses C-c
	types 'echo code $?'
	poll 10 screen_has '^code 130'
	presses C-p C-q
	types 'echo left $?; stty -a | tr " " "\n" | grep -c "^icanon\|^isig\|^echo;*$"'
	poll 10 screen_has '^left 0'
	poll 10 screen_has '^3$'
	terminal_close
}
