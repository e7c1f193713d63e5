#!/usr/bin/env bats
# One order for every verb: a needs b, b needs c, each when healthy.
load lib

# A service that says when it has been told to end, and takes a moment for it.
slow() {
	cat <<-YAML
		    image: busybox
		    command: ["sh", "-c", "trap 'sleep 0.3; echo ended; exit 0' TERM; while :; do sleep 0.1; done"]
		    healthcheck: {test: "true", interval: 1s}
		    stop_grace_period: 10s
	YAML
}

setup_project() {
	compose_file <<-YAML
		services:
		  a:
		$(slow)
		    depends_on: {b: {condition: service_healthy}}
		  b:
		$(slow)
		    depends_on: {c: {condition: service_healthy, restart: true}}
		  c:
		$(slow)
	YAML
}

@test "up starts c, b, a" {
	local since
	since=$(now)
	davit up -d
	assert_equal "$(order_of start "$since")" "c b a"
}

@test "stop ends a, b, c, and start starts c, b, a" {
	local since
	davit up -d
	since=$(now)
	davit stop
	assert_equal "$(order_of die "$since")" "a b c"
	since=$(now)
	davit start
	assert_equal "$(order_of start "$since")" "c b a"
}

@test "down ends a, b, c, each within its grace" {
	local since
	davit up -d
	since=$(now)
	davit down
	assert_equal "$(order_of die "$since")" "a b c"
	# Nothing had to be killed: 137 is the code of SIGKILL.
	assert_equal "$(docker events --since "$since" --until "$(now)" --filter event=die \
		--filter "label=com.docker.compose.project=$PROJECT" --format '{{.Actor.Attributes.exitCode}}' | sort -u)" 0
}

@test "restart ends a, b, c and starts c, b, a" {
	local since
	davit up -d
	since=$(now)
	davit restart
	assert_equal "$(order_of die "$since")" "a b c"
	assert_equal "$(order_of start "$since")" "c b a"
}

@test "a trap on TERM runs to its end" {
	davit up -d
	davit stop
	docker logs "$PROJECT-c-1" 2>&1 | grep -x ended
}
