#!/usr/bin/env bats
# ./dev demo on a person's engine: it shows the sample, and leaves the engine as it was.
load lib

setup_project() {
	DEV=$E2E_DIR/../../dev
	export DAVIT_DEMO=$PWD/demo
}

teardown_project() {
	kill "$LISTENER" 2>/dev/null || :
	[[ ! -e $DAVIT_DEMO/port ]] || "$DEV" demo --down
}

images() {
	docker images -a --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' | grep -E '^(nginx|mysql):' | sort
}

@test "the page is served, and after --down only what was there before is there" {
	local before
	before=$(images)
	run "$DEV" demo --port 8097
	assert_ok
	assert_tells 'article-web-1 +nginx:latest'
	assert_tells 'article-db-1 +mysql:5.7'
	assert_tells '<title>'
	assert_tells './dev demo --down'
	curl -sf -o page http://127.0.0.1:8097/
	cmp page "$SAMPLES_DIR/article/html/index.html"

	run "$DEV" demo --down
	assert_ok
	assert_equal "$(container_names article)$(network_names article)$(volume_names article)" ""
	assert_equal "$(images)" "$before"
	[[ ! -e $DAVIT_DEMO ]]
	run "$DEV" demo --down
	assert_status 1
	assert_tells 'no demo is up'
}

@test "a port that is taken is told before anything is done, with the way around it" {
	busybox nc -l -p 8096 >/dev/null 3>&- &
	LISTENER=$!
	poll 10 listens 8096
	run "$DEV" demo --port 8096
	assert_status 1
	assert_tells 'port 8096 is taken by busybox \(pid [0-9]+\); choose another: ./dev demo --port 8080'
	assert_equal "$(container_names article)" ""
}

listens() {
	[[ $(ss -Hltn "sport = :$1") ]]
}
