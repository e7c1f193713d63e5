#!/usr/bin/env bats
# Pull to refresh: a new image under the same tag recreates exactly its services, and the reason names both digests.
load lib

# Pushes a new app:latest with the page VERSION.
push_version() {
	printf 'FROM busybox\nRUN mkdir /www && echo %s > /www/index.html\n' "$1" |
		docker build -q -t "$REGISTRY/$PROJECT-app:latest" - >/dev/null
	docker push -q "$REGISTRY/$PROJECT-app:latest" >/dev/null
	DIGEST=$(docker image inspect -f '{{.Id}}' "$REGISTRY/$PROJECT-app:latest")
	docker rmi -f "$REGISTRY/$PROJECT-app:latest" >/dev/null
}

setup_project() {
	compose_file <<-YAML
		services:
		  web: {image: "$REGISTRY/$PROJECT-app:latest", init: true, command: httpd -f -p 80 -h /www}
		  worker: {image: "$REGISTRY/$PROJECT-app:latest", init: true, command: sleep 1000000}
		  db: $(idle 'pull_policy: never')
	YAML
}

@test "pull && up -d recreates exactly the services of that image, and says which digest changed to which" {
	local db web worker old
	push_version one
	old=$DIGEST
	davit up -d
	docker exec "$PROJECT-web-1" cat /www/index.html | grep -x one
	db=$(id_of "$PROJECT-db-1")
	web=$(id_of "$PROJECT-web-1")
	worker=$(id_of "$PROJECT-worker-1")

	docker tag "$old" "$PROJECT-kept"
	push_version two
	davit pull
	run davit plan
	assert_status 2
	assert_says "${old:7:10}"
	assert_says "${DIGEST:7:10}"
	davit up -d
	assert_equal "$(id_of "$PROJECT-db-1")" "$db"
	[[ $(id_of "$PROJECT-web-1") != "$web" ]]
	[[ $(id_of "$PROJECT-worker-1") != "$worker" ]]
	docker exec "$PROJECT-web-1" cat /www/index.html | grep -x two
	docker rmi -f "$PROJECT-kept" >/dev/null
}

@test "pull of what has not changed changes nothing" {
	push_version one
	davit up -d
	davit pull
	proxy_start
	proxied davit up -d
	assert_no_change
}

@test "up -d --pull always does it in one step" {
	local db web
	push_version one
	davit up -d
	db=$(id_of "$PROJECT-db-1")
	web=$(id_of "$PROJECT-web-1")
	push_version two
	davit up -d --pull always web worker
	[[ $(id_of "$PROJECT-web-1") != "$web" ]]
	assert_equal "$(id_of "$PROJECT-db-1")" "$db"
}
