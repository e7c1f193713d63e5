#!/usr/bin/env bats
# A private image: a registry that asks for a password, told by config.json or by a credential helper.
load lib

setup_project() {
	export DOCKER_CONFIG=$PWD/docker-config
	mkdir "$DOCKER_CONFIG"
	IMAGE=$REGISTRY_PRIVATE/$PROJECT-app
	compose_file <<-YAML
		services:
		  web: $(idle | sed "s|busybox|$IMAGE:latest|; s|}$|, build: .}|")
	YAML
	printf 'FROM busybox\nLABEL test=%s\n' "$PROJECT" >Dockerfile
}

plain_config() {
	printf '{"auths": {"%s": {"auth": "%s"}}}' "$REGISTRY_PRIVATE" "$(printf user:password | base64)" \
		>"$DOCKER_CONFIG/config.json"
}

# A helper program beside the test, named as config.json wants it.
helper_config() {
	local key=$1
	mkdir bin
	cat >bin/docker-credential-davitlab <<-'SH'
		#!/bin/sh
		# A credential helper that knows one registry.
		read -r server
		[ "$1" = get ] || exit 0
		case $server in
		*127.0.0.1:5001*) printf '{"ServerURL": "%s", "Username": "user", "Secret": "password"}\n' "$server" ;;
		*) echo "credentials not found in native keychain"; exit 1 ;;
		esac
	SH
	chmod +x bin/docker-credential-davitlab
	PATH=$PWD/bin:$PATH
	if [[ $key == credsStore ]]; then
		echo '{"credsStore": "davitlab"}' >"$DOCKER_CONFIG/config.json"
	else
		printf '{"credHelpers": {"%s": "davitlab"}}' "$REGISTRY_PRIVATE" >"$DOCKER_CONFIG/config.json"
	fi
}

builds_pushes_and_pulls() {
	davit build
	davit push
	docker rmi -f "$IMAGE"
	davit pull
	assert_equal "$(docker image inspect -f '{{.Config.Labels.test}}' "$IMAGE")" "$PROJECT"
	docker rmi -f "$IMAGE"
}

@test "config.json with auths" {
	plain_config
	builds_pushes_and_pulls
}

@test "a credential helper for the registry" {
	helper_config credHelpers
	builds_pushes_and_pulls
}

@test "a credential store for all" {
	helper_config credsStore
	builds_pushes_and_pulls
}

@test "without credentials it fails and says why" {
	echo '{}' >"$DOCKER_CONFIG/config.json"
	davit build
	run davit push
	assert_fails
	assert_tells 'auth|denied|unauthorized|credentials'
	docker rmi -f "$IMAGE"
}
