#!/usr/bin/env bats
# Every command once, with what scripts depend on: exit codes, names, where output goes.
load lib
load terminal

setup_project() {
	compose_file <<-YAML
		services:
		  web: $(idle 'depends_on: [db], ports: ["80"]')
		  db: $(idle)
		  talk: {image: busybox, command: ["sh", "-c", "echo to-out; echo to-err >&2; exec sleep 1000000"], init: true}
	YAML
}

@test "create, start, stop, restart, kill, rm" {
	davit create
	assert_equal "$(running_names)" ""
	assert_equal "$(container_names | wc -l)" 3
	davit start
	assert_equal "$(running_names | wc -l)" 3
	davit stop -t 1 web
	not_running "$PROJECT-web-1"
	is_running "$PROJECT-db-1"
	davit restart -t 1 db
	is_running "$PROJECT-db-1"
	davit kill db
	poll 5 not_running "$PROJECT-db-1"
	davit kill -s TERM talk
	poll 5 not_running "$PROJECT-talk-1"
	davit rm -f
	assert_equal "$(container_names)" ""
}

@test "up -d names a service and brings its dependencies" {
	davit up -d web
	assert_equal "$(running_names)" "$(printf '%s\n' "$PROJECT"-{db,web}-1)"
}

@test "up -d --no-deps, --scale, --no-start, --force-recreate, --no-recreate" {
	local id
	davit up -d --no-deps web
	assert_equal "$(running_names)" "$PROJECT-web-1"
	davit up -d --scale db=3
	assert_equal "$(running_names | grep -c -- -db-)" 3
	davit up -d --scale db=1
	assert_equal "$(running_names | grep -c -- -db-)" 1
	id=$(id_of "$PROJECT-web-1")
	davit up -d --force-recreate --no-deps web
	[[ $(id_of "$PROJECT-web-1") != "$id" ]]
	id=$(id_of "$PROJECT-web-1")
	sed -i 's/  web: {/  web: {environment: {A: "1"}, /' compose.yaml
	davit up -d --no-recreate
	assert_equal "$(id_of "$PROJECT-web-1")" "$id"
	davit down
	davit up --no-start
	assert_equal "$(running_names)" ""
	assert_equal "$(container_names | wc -l)" 3
}

@test "orphans are told, and removed when asked" {
	davit up -d
	sed -i '/  talk:/d' compose.yaml
	run davit up -d
	assert_ok
	assert_tells 'orphan'
	assert_says "$PROJECT-talk-1"
	davit up -d --remove-orphans
	assert_equal "$(container_names)" "$(printf '%s\n' "$PROJECT"-{db,web}-1)"
}

@test "ps: table, json, -q, -a, --services, --status" {
	davit up -d
	davit stop -t 1 talk
	run davit ps
	assert_ok
	assert_tells '^NAME +IMAGE +COMMAND +SERVICE +CREATED +STATUS +PORTS'
	assert_says "$PROJECT-web-1"
	refute_tells "$PROJECT-talk-1"
	run davit ps -a
	assert_says "$PROJECT-talk-1"
	assert_equal "$(davit ps --format json | jq -r .Service | sort | tr '\n' ' ')" "db web "
	assert_equal "$(davit ps -a --format json | jq -r 'select(.Service == "talk") | .State')" exited
	assert_equal "$(davit ps -q | sort)" "$(docker ps -q --no-trunc --filter "label=com.docker.compose.project=$PROJECT" | sort)"
	assert_equal "$(davit ps --services | sort | tr '\n' ' ')" "db web "
	assert_equal "$(davit ps --status exited --format json | jq -r .Name)" "$PROJECT-talk-1"
	run davit ps nosuch
	assert_status 1
	assert_says nosuch
}

@test "logs: prefix, --no-log-prefix, --tail, -t, both streams" {
	davit up -d talk
	poll 5 logged
	davit logs >out 2>err
	grep -E '^talk-1 +\| to-out$' out
	grep -E '^talk-1 +\| to-err$' out err
	davit logs --no-log-prefix talk 2>&1 | grep -x to-out
	assert_equal "$(davit logs --tail 1 2>&1 | wc -l)" 1
	davit logs -t 2>&1 | grep -E '\| [0-9]{4}-[0-9]{2}-[0-9]{2}T'
}

logged() {
	docker logs "$PROJECT-talk-1" 2>&1 | grep -q to-err
}

@test "exec: output, stdin, exit code, -e, -w, -u" {
	davit up -d db
	assert_equal "$(davit exec -T db echo hello)" hello
	assert_equal "$(echo typed | davit exec -T db cat)" typed
	run davit exec -T db sh -c 'exit 7'
	assert_status 7
	assert_equal "$(davit exec -T -e A=b -w /tmp db sh -c 'echo $A; pwd' | tr '\n' ' ')" "b /tmp "
	assert_equal "$(davit exec -T -u 12:34 db id -u)" 12
	run davit exec -T web true
	assert_fails
	assert_says web
}

@test "run: output, stdin, exit code, --rm, dependencies, -e, --entrypoint, --name, -d" {
	assert_equal "$(davit run --rm -T db echo hello 2>/dev/null)" hello
	assert_equal "$(echo typed | davit run --rm -T db cat 2>/dev/null)" typed
	run davit run --rm -T db sh -c 'exit 9'
	assert_status 9
	assert_equal "$(container_names)" ""
	davit run --rm -T web true
	assert_equal "$(running_names)" "$PROJECT-db-1"
	assert_equal "$(davit run --rm -T -e A=b --entrypoint sh db -c 'echo $A' 2>/dev/null)" b
	davit run -d --name "$PROJECT-named" db
	is_running "$PROJECT-named"
	davit down --remove-orphans -t 1
	assert_equal "$(container_names)" ""
}

@test "run and exec on a terminal" {
	davit up -d db
	terminal_open 100 30 "$DAVIT run --rm db sh; echo over \$?; read -r _"
	poll 10 screen_has '/ #'
	types 'stty size; exit 5'
	poll 10 screen_has '30 100'
	poll 10 screen_has 'over 5'
	terminal_close
	terminal_open 90 20 "$DAVIT exec db sh; echo over \$?; read -r _"
	poll 10 screen_has '/ #'
	types 'test -t 0 && echo is-a-terminal; exit 6'
	poll 10 screen_has 'over 6'
	screen_has '^is-a-terminal$'
	terminal_close
}

@test "up attached: prefixed logs, and it ends when all have ended" {
	compose_file <<-YAML
		services:
		  one: {image: busybox, command: echo first}
		  two: {image: busybox, command: sh -c "echo second >&2"}
	YAML
	run timeout 30 "$DAVIT" up
	assert_ok
	assert_tells '^one-1 +\| first'
	assert_tells '^two-1 +\| second'
	assert_tells 'one-1 exited with code 0'
}

@test "up --abort-on-container-exit and --exit-code-from" {
	compose_file <<-YAML
		services:
		  test: {image: busybox, command: sh -c "exit 4"}
		  web: $(idle)
	YAML
	run timeout 30 "$DAVIT" up --abort-on-container-exit
	assert_status 4
	not_running "$PROJECT-web-1"
	run timeout 30 "$DAVIT" up --exit-code-from test
	assert_status 4
}

@test "down: -v, --rmi, --remove-orphans" {
	compose_file <<-YAML
		services:
		  web: {image: $PROJECT-app, build: ., init: true, command: sleep 1000000, volumes: ["data:/data"]}
		volumes:
		  data:
	YAML
	printf 'FROM busybox\nLABEL a=%s\n' "$PROJECT" >Dockerfile
	davit up -d
	davit down
	assert_equal "$(volume_names)" "${PROJECT}_data"
	davit up -d
	davit down -v --rmi all
	assert_equal "$(volume_names)" ""
	assert_equal "$(docker images -q "$PROJECT-app")" ""
}

@test "down of a network that somebody else is on: it stays, and who is on it is said" {
	compose_file <<-YAML
		services:
		  web: {image: busybox, init: true, command: sleep 1000000}
	YAML
	davit up -d
	docker run -d --name "$PROJECT-guest" --init --network "${PROJECT}_default" busybox sleep 1000000
	run "$DAVIT" down
	assert_status 0
	[[ $output == *"still on it: $PROJECT-guest"* ]]
	docker rm -f "$PROJECT-guest"
	davit down
	run docker network inspect "${PROJECT}_default"
	[[ $status != 0 ]]
}

@test "config.json's proxies reach containers and builds, and what the file says wins" {
	mkdir docker
	echo '{"proxies": {"default": {"httpProxy": "http://proxy:3128", "noProxy": "localhost"}}}' >docker/config.json
	compose_file <<-YAML
		services:
		  web: {image: $PROJECT-app, build: {context: ., args: {NO_PROXY: own, no_proxy: own}}, init: true, environment: {http_proxy: own}, command: sleep 1000000}
	YAML
	cat >Dockerfile <<-'EOF'
		FROM busybox
		RUN echo "$HTTP_PROXY $http_proxy $NO_PROXY $no_proxy" >/proxies
	EOF
	export DOCKER_CONFIG=$PWD/docker
	for DOCKER_BUILDKIT in 1 0; do
		export DOCKER_BUILDKIT
		davit build --no-cache
		assert_equal "$(docker run --rm "$PROJECT-app" cat /proxies)" "http://proxy:3128 http://proxy:3128 own own"
	done
	davit up -d
	assert_equal "$(davit exec -T web sh -c 'echo $HTTP_PROXY $http_proxy $NO_PROXY')" "http://proxy:3128 own localhost"
	davit up -d 2>&1 | grep 'nothing to do'
}

@test "build: the engine's own builder, with DOCKER_BUILDKIT=0: steps, cache, target, and a failure" {
	compose_file <<-YAML
		services: {web: {image: $PROJECT-app, build: {context: ., target: good}}}
	YAML
	cat >Dockerfile <<-'EOF'
		FROM busybox AS good
		COPY hello /hello
		RUN cat /hello
		FROM good
		RUN exit 3
	EOF
	echo "hello there" >hello
	export DOCKER_BUILDKIT=0
	run davit build
	assert_ok
	assert_says "hello there"
	run davit build
	assert_ok
	assert_says "Using cache"
	sed -i 's/, target: good//' compose.yaml
	run davit build
	assert_status 1
	assert_says "returned a non-zero code: 3"
	docker image rm -f "$PROJECT-app"
}

@test "build: args, target, .dockerignore, tags" {
	compose_file <<-YAML
		services:
		  app:
		    image: $PROJECT-app:one
		    build:
		      context: .
		      target: wanted
		      args: {GREETING: hello}
		      tags: ["$PROJECT-app:two"]
	YAML
	cat >Dockerfile <<-'DOCKERFILE'
		FROM busybox AS wanted
		ARG GREETING
		COPY . /app
		RUN echo $GREETING > /greeting
		FROM busybox AS unwanted
		RUN false
	DOCKERFILE
	echo secret >ignored.txt
	echo kept >kept.txt
	echo ignored.txt >.dockerignore
	davit build
	assert_equal "$(docker run --rm "$PROJECT-app:one" cat /greeting /app/kept.txt | tr '\n' ' ')" "hello kept "
	run docker run --rm "$PROJECT-app:two" ls /app
	refute_tells 'ignored.txt'
	davit build --build-arg GREETING=bye
	assert_equal "$(docker run --rm "$PROJECT-app:one" cat /greeting)" bye
	echo 'RUN false' >>Dockerfile
	sed -i 's/target: wanted/target: unwanted/' compose.yaml
	run davit build
	assert_fails
	docker rmi -f "$PROJECT-app:one" "$PROJECT-app:two"
}

@test "ls and images" {
	davit up -d
	davit ls | grep -E "^$PROJECT +running\(3\)"
	davit ls --format json | jq -e --arg name "$PROJECT" '.[] | select(.Name == $name)'
	davit ls -q | grep -x "$PROJECT"
	davit images | grep -E "^$PROJECT-web-1 +busybox +latest"
	davit images -q | grep -q .
}

@test "config: yaml, json, --services, --images, --volumes, --hash, -q" {
	assert_equal "$(davit config --services | sort | tr '\n' ' ')" "db talk web "
	assert_equal "$(davit config --images | sort -u)" busybox
	davit config --format json | jq -e '.services.web.image == "busybox"'
	davit config | grep -x "name: $PROJECT"
	davit config --hash web | grep -E '^web [0-9a-f]{64}$'
	run davit config -q
	assert_ok
	assert_equal "$output" ""
	diff <(davit config) <("$PEER" config)
	diff <(davit config --format json) <("$PEER" config --format json)
}

@test "version and help" {
	davit version
	davit version --short | grep -E '^[0-9]+\.'
	davit --help | grep -q 'up'
	davit up --help | grep -q -- '--force-recreate'
	run davit no-such-command
	assert_status 1
	assert_says no-such-command
	run davit up --no-such-flag
	assert_status 1
	assert_says '--no-such-flag'
}

@test "a command of docker compose that is not there yet prints the docker command that does it" {
	local command
	davit up -d
	for command in "top" "port web 80" "cp web:/etc/passwd -"; do
		# shellcheck disable=SC2086 # several words
		run davit $command
		[[ $status == 0 ]] || {
			assert_status 1
			assert_says 'docker '
		}
	done
}

@test "-p alone finds a project without its file" {
	davit up -d
	cd /
	davit -p "$PROJECT" ps | grep "$PROJECT-web-1"
	davit -p "$PROJECT" stop -t 1
	assert_equal "$(running_names)" ""
	davit -p "$PROJECT" down
	assert_equal "$(container_names)$(network_names)" ""
}
