#!/usr/bin/env bats
# Compose files out of a git repository that is served on the loopback.
load lib

peer() {
	"$PEER" "$@"
}

setup_project() {
	export XDG_CACHE_HOME=$PWD/cache HOME=$PWD
	mkdir -p source/deploy served
	echo hello >source/deploy/index.html
	cat >source/deploy/compose.yaml <<-YAML
		services:
		  web: $(idle 'volumes: ["./index.html:/index.html:ro"]')
	YAML
	git -C source init -q -b main
	save one
	git clone -q --bare source served/app.git
	git daemon --export-all --base-path="$PWD/served" --listen=127.0.0.1 --reuseaddr 3>&- &
	DAEMON_PID=$!
	URL=git://127.0.0.1/app.git#main:deploy
	poll 10 git ls-remote -q git://127.0.0.1/app.git >/dev/null
}

teardown_project() {
	kill "$DAEMON_PID"
}

# Commits what is in source.
save() {
	git -C source add -A
	git -C source -c user.name=n -c user.email=n@example.com commit -q -m "$1"
}

@test "up runs what the repository holds, with the files beside it" {
	davit -f "$URL" up -d
	assert_equal "$(docker exec "$PROJECT-web-1" cat /index.html)" hello
	proxy_start
	proxied davit -f "$URL" up -d
	assert_no_change
	assert_equal "$(davit -f "$URL" ps --format '{{.Name}}')" "$PROJECT-web-1"
	davit -f "$URL" down
}

@test "a new commit on the branch is what the next up runs" {
	davit -f "$URL" up -d
	echo newer >source/deploy/index.html
	save two
	git -C source push -q ../served/app.git main
	davit -f "$URL" up -d
	assert_equal "$(docker exec "$PROJECT-web-1" cat /index.html)" newer
}

@test "up asks about the variables and about the places that the files name" {
	echo "services: {web: $(idle 'hostname: "${HOST-here}"')}" >source/deploy/compose.yaml
	save two
	git -C source push -q ../served/app.git main
	run davit -f "$URL" up -d </dev/null
	assert_fails
	assert_tells '^HOST       here    compose file   no         here$'
	assert_tells 'nothing was done'
	HOST=there davit -f "$URL" up -d <<<y
	assert_equal "$(inspect "$PROJECT-web-1" '{{.Config.Hostname}}')" there
	git -C source push -q ../served/app.git main:other
	echo 'include: ["git://127.0.0.1/app.git?branch=other&subdir=deploy"]' >source/compose.yaml
	save three
	git -C source push -q ../served/app.git main
	run davit -f "${URL%:*}" up -d <<<y
	assert_fails
	assert_tells '^  - git://127.0.0.1/app.git#refs/heads/other:$'
	assert_tells 'continue. .y/N'
	davit -f "$URL" down
	run davit -f "${URL%:*}" up -d < <(echo y && echo y)
	assert_ok
}

@test "davit and docker compose leave alone what the other one made" {
	peer -f "$URL" up -d -y
	proxy_start
	proxied davit -f "$URL" up -d
	assert_no_change
	davit -f "$URL" down
	davit -f "$URL" up -d
	run peer -f "$URL" up -d -y
	assert_ok
	assert_tells 'Running'
	refute_tells 'Recreate'
}

@test "a local project includes one of a repository" {
	compose_file <<-YAML
		include: ["$URL"]
		services:
		  own: $(idle 'depends_on: [web]')
	YAML
	davit up -d
	assert_equal "$(docker exec "$PROJECT-web-1" cat /index.html)" hello
	assert_equal "$(inspect "$PROJECT-own-1" '{{.State.Running}}')" true
}
