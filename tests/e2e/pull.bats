#!/usr/bin/env bats
# Pulling: what can arrive arrives, what is missing is told, what is shaky is tried again.
load lib

# Pushes busybox under the names given and forgets them locally.
push_images() {
	local name
	for name; do
		docker tag busybox "$REGISTRY/$name"
		docker push -q "$REGISTRY/$name" >/dev/null
		docker rmi "$REGISTRY/$name" >/dev/null
	done
}

forget_images() {
	docker images --format '{{.Repository}}:{{.Tag}}' | grep "/$PROJECT-" | xargs -r docker rmi -f >/dev/null
}

setup_project() {
	local i
	IMAGES=()
	for i in 1 2 3 4 5 6 7 8 9; do
		IMAGES+=("$PROJECT-app$i")
	done
	push_images "${IMAGES[@]}"
	# The registry as the engine sees it: through a proxy that can refuse.
	FRONT=127.0.0.1:5$((300 + BATS_TEST_NUMBER))
	proxy_run "$FRONT" "$REGISTRY" "$BATS_TEST_TMPDIR/front.log" "$BATS_TEST_TMPDIR/front.rules"
	{
		echo "services:"
		for i in 1 2 3 4 5 6 7 8 9; do
			echo "  s$i: {image: $FRONT/$PROJECT-app$i}"
		done
		echo "  s10: {image: $FRONT/$PROJECT-missing}"
	} | compose_file
	poll 10 curl -sf "http://$FRONT/v2/"
}

arrived() {
	docker images --format '{{.Repository}}' | grep -c "^$FRONT/$PROJECT-app"
}

@test "of ten images one is missing and one is shaky: nine arrive, and a table shows all ten" {
	local i
	echo "answer 503 2 ^(GET|HEAD) /v2/$PROJECT-app3/manifests" >"$BATS_TEST_TMPDIR/front.rules"
	proxy_start
	run proxied davit pull
	assert_fails
	assert_equal "$(arrived)" 9
	for i in 1 2 3 4 5 6 7 8 9; do
		assert_says "$PROJECT-app$i"
	done
	assert_says "$PROJECT-missing"
	# What is not there is asked for once.
	assert_equal "$(grep -c "POST [^ ]*/images/create[^ ]*$PROJECT-missing" "$PROXY_LOG")" 1
	forget_images
}

@test "a registry that says too many requests is asked again later; one that goes on saying so is told" {
	echo "answer 429 1 ^(GET|HEAD) /v2/$PROJECT-app3/manifests" >"$BATS_TEST_TMPDIR/front.rules"
	davit pull s3
	assert_equal "$(arrived)" 1
	grep -c ' 429' "$BATS_TEST_TMPDIR/front.log"
	echo "answer 429 1000 ^(GET|HEAD) /v2/$PROJECT-app4/manifests" >"$BATS_TEST_TMPDIR/front.rules"
	run davit pull s4
	assert_fails
	assert_tells "$PROJECT-app4: the registry's quota is used up"
	assert_equal "$(arrived)" 1
	forget_images
}

@test "--ignore-pull-failures makes it a success" {
	davit pull --ignore-pull-failures
	assert_equal "$(arrived)" 9
	forget_images
}

@test "up -d pulls what is missing, and only that" {
	sed -i '/s10/d' compose.yaml
	docker pull -q "$FRONT/$PROJECT-app1"
	proxy_start
	proxied davit create
	assert_equal "$(arrived)" 9
	assert_equal "$(grep -c "POST [^ ]*/images/create" "$PROXY_LOG")" 8
	davit down
	forget_images
}

@test "pull_policy: daily leaves alone what was tagged today" {
	# No registry has it, so a pull would fail.
	docker tag busybox "$PROJECT-today"
	compose_file <<-YAML
		services:
		  web: {image: "$PROJECT-today", pull_policy: daily, command: sleep 1000000}
	YAML
	davit up -d
	is_running "$PROJECT-web-1"
	run davit plan
	assert_ok
	sed -i 's/daily/every_0s/' compose.yaml
	run davit plan
	assert_status 2
	assert_tells "pull +image +$PROJECT-today .*every_0s"
}
