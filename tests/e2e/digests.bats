#!/usr/bin/env bats
# config --resolve-image-digests and --lock-image-digests: the engine asks the registry what an image is now.
load lib

setup_project() {
	export DOCKER_CONFIG=$PWD/docker-config
	mkdir "$DOCKER_CONFIG"
	IMAGE=$REGISTRY/$PROJECT
	docker build -q -t "$IMAGE:1" - <<<$'FROM busybox\nLABEL test='"$PROJECT"
	docker push -q "$IMAGE:1"
	DIGEST=$(docker image inspect -f '{{index .RepoDigests 0}}' "$IMAGE:1")
	DIGEST=${DIGEST#*@}
	docker rmi -f "$IMAGE:1"
	compose_file <<-YAML
		services:
		  web: {image: "$IMAGE:1"}
		  own: {build: .}
	YAML
}

@test "every image is pinned to what the registry has" {
	run davit config --resolve-image-digests
	assert_ok
	assert_tells "image: $IMAGE:1@$DIGEST\$"
	assert_equal "$(docker image ls -q "$IMAGE")" ''
}

@test "the digest is that of the newest push" {
	docker build -q -t "$IMAGE:1" - <<<$'FROM busybox\nLABEL newer='"$PROJECT"
	docker push -q "$IMAGE:1"
	docker rmi -f "$IMAGE:1"
	run davit config --resolve-image-digests
	assert_ok
	assert_tells "image: $IMAGE:1@sha256:"
	refute_tells "$DIGEST"
}

@test "a lock file pins what an up of both files runs" {
	davit config --lock-image-digests -o lock.yaml
	assert_equal "$(cat lock.yaml)" "services:
  own: {}
  web:
    image: $IMAGE:1@$DIGEST"
	davit -f compose.yaml -f lock.yaml up -d web
	assert_equal "$(inspect "$PROJECT-web-1" '{{.Config.Image}}')" "$IMAGE:1@$DIGEST"
}

@test "all images that are not there are told, each with its place" {
	compose_file <<-YAML
		services:
		  a: {image: "$IMAGE:1"}
		  b: {image: "$IMAGE:none"}
		  c: {image: "$IMAGE-none"}
	YAML
	run davit config --resolve-image-digests
	assert_fails
	assert_tells "^compose.yaml:3:14: services.b.image: failed to resolve digest for $IMAGE:none: .*unknown"
	assert_tells "^compose.yaml:4:14: services.c.image: failed to resolve digest for $IMAGE-none:latest: .*unknown"
	refute_tells 'services.a.image'
}

@test "a private image needs the password of config.json" {
	docker tag busybox "$REGISTRY_PRIVATE/$PROJECT:1"
	printf '{"auths": {"%s": {"auth": "%s"}}}' "$REGISTRY_PRIVATE" "$(printf user:password | base64)" \
		>"$DOCKER_CONFIG/config.json"
	docker push -q "$REGISTRY_PRIVATE/$PROJECT:1"
	docker rmi "$REGISTRY_PRIVATE/$PROJECT:1"
	echo "services: {p: {image: '$REGISTRY_PRIVATE/$PROJECT:1'}}" >compose.yaml
	run davit config --resolve-image-digests
	assert_ok
	assert_tells "image: $REGISTRY_PRIVATE/$PROJECT:1@sha256:[0-9a-f]{64}\$"
	echo '{}' >"$DOCKER_CONFIG/config.json"
	run davit config --resolve-image-digests
	assert_fails
	assert_tells 'services.p.image: .*no basic auth credentials'
}
