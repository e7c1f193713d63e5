#!/usr/bin/env bats
# Compose projects that docker compose itself has published to a registry.
load lib
load terminal

peer() {
	"$PEER" "$@"
}

# Docker compose talks without TLS only where this is set.
setup_project() {
	export XDG_CACHE_HOME=$PWD/cache HOME=$PWD DOCKER_CONFIG=$PWD/docker __TEST__INSECURE__REGISTRY__=1
	unset TAG
	mkdir source docker
	NAME=$REGISTRY/$PROJECT:1
	echo 'FROM_FILE=file' >source/web.env
	cat >source/compose.yaml <<-'YAML'
		services:
		  web:
		    image: busybox:${TAG:-latest}
		    command: sleep 1000000
		    env_file:
		      - web.env
		    extends:
		      file: base.yaml
		      service: base
	YAML
	cat >source/base.yaml <<-'YAML'
		services:
		  base:
		    init: true
		    extends:
		      file: deep.yaml
		      service: deep
	YAML
	echo 'services: {deep: {labels: {deep: "1"}}}' >source/deep.yaml
	echo 'services: {web: {hostname: over}}' >source/over.yaml
	publish "$NAME"
}

publish() {
	peer --project-directory source -f source/compose.yaml -f source/over.yaml publish -y --with-env "$@"
}

# What docker compose makes of the same file, with a cache of its own.
assert_same_config() {
	local theirs
	theirs=$(XDG_CACHE_HOME=$PWD/theirs peer -f "$1" config 2>/dev/null)
	assert_equal "$(davit -f "$1" config)" "${theirs//"$PWD/theirs"/"$XDG_CACHE_HOME"}"
}

@test "what was published is loaded as docker compose loads it, with all of its files" {
	assert_same_config "oci://$NAME"
	diff -r cache theirs
	run davit -f "oci://$NAME" config
	for text in 'hostname: over' 'deep: "1"' 'FROM_FILE: file' 'image: busybox:latest' "name: $PROJECT"; do
		assert_tells "$text"
	done
}

@test "so is what was published for old registries, by digest, with images pinned, and as an application" {
	publish --oci-version 1.0 "$REGISTRY/$PROJECT:old"
	assert_same_config "oci://$REGISTRY/$PROJECT:old"
	assert_same_config "oci://$REGISTRY/$PROJECT@sha256:$(ls cache/docker-compose)"
	docker tag busybox "$REGISTRY/$PROJECT-image:1"
	docker push -q "$REGISTRY/$PROJECT-image:1"
	echo "services: {web: {image: '$REGISTRY/$PROJECT-image:1'}}" >app.yaml
	peer -f app.yaml publish -y --app "$REGISTRY/$PROJECT:app"
	assert_same_config "oci://$REGISTRY/$PROJECT:app"
	docker rmi "$REGISTRY/$PROJECT-image:1"
}

@test "a local project includes one, and extends a service of one" {
	echo "include: ['oci://$NAME']" >include.yaml
	assert_same_config include.yaml
	echo "services: {own: {extends: {file: 'oci://$NAME', service: web}}}" >extend.yaml
	assert_same_config extend.yaml
	davit -f include.yaml up -d
	assert_equal "$(inspect "$PROJECT-web-1" '{{.Config.Hostname}}')" over
}

@test "davit and docker compose leave alone what the other one made" {
	peer -f "oci://$NAME" up -d -y
	proxy_start
	proxied davit -f "oci://$NAME" up -d -y
	assert_no_change
	davit -f "oci://$NAME" down
	davit -f "oci://$NAME" up -d -y
	run peer -f "oci://$NAME" up -d -y
	assert_ok
	assert_tells 'Running'
	refute_tells 'Recreate'
}

@test "what is published under the same name is what the next up runs" {
	davit -f "oci://$NAME" up -d -y
	echo 'services: {web: {hostname: newer}}' >source/over.yaml
	publish "$NAME"
	davit -f "oci://$NAME" up -d -y
	assert_equal "$(inspect "$PROJECT-web-1" '{{.Config.Hostname}}')" newer
}

@test "a registry that asks for a password gets that of docker login" {
	local auth
	auth=$(printf user:password | base64)
	publish "$REGISTRY_PRIVATE/$PROJECT:1" && false
	run davit -f "oci://$REGISTRY_PRIVATE/$PROJECT:1" config
	assert_fails
	assert_tells "docker login $REGISTRY_PRIVATE"
	echo "{\"auths\": {\"$REGISTRY_PRIVATE\": {\"auth\": \"$auth\"}}}" >docker/config.json
	publish "$REGISTRY_PRIVATE/$PROJECT:1"
	assert_same_config "oci://$REGISTRY_PRIVATE/$PROJECT:1"
}

@test "up shows the variables of somebody else's files and does nothing before it hears yes" {
	for answer in '' n no; do
		run davit -f "oci://$NAME" up -d <<<"$answer"
		assert_fails
		assert_tells "^TAG        latest   compose file   no         latest$"
		assert_tells 'Do you want to proceed with these variables'
		assert_tells 'nothing was done'
	done
	run davit -f "oci://$NAME" up -d </dev/null
	assert_fails
	assert_tells ' -y .--yes. says it'
	assert_equal "$(container_names "$PROJECT")" ''
	echo TAG=latest >.env
	run davit -f "oci://$NAME" up -d <<<y
	assert_ok
	assert_tells "^TAG        latest   env file   no         latest$"
	run davit -f "oci://$NAME" run --rm web cat /proc/self/environ </dev/null
	assert_fails
	assert_tells 'nothing was done'
	run davit -f "oci://$NAME" run --rm -T web cat < <(echo yes && echo 'for the container')
	assert_ok
	assert_tells '^for the container$'
	davit -f "oci://$NAME" down
}

@test "at a terminal Return says yes" {
	terminal_open 120 30 "bash --norc"
	types "'$DAVIT' -f oci://$NAME up -d"
	poll 10 screen_has 'these variables? \[Y/n\]'
	types n
	poll 10 screen_has 'nothing was done: the answer was no'
	presses C-l
	types "'$DAVIT' -f oci://$NAME up -d"
	poll 10 screen_has 'these variables? \[Y/n\]'
	presses Enter
	poll 20 is_running "$PROJECT-web-1"
	terminal_close
}

@test "what davit publishes is for docker compose what it would have published itself" {
	mkdir source/sub
	sed -i 's/base.yaml/"sub\/base.yaml" # of the folder/; s/- web.env/- {path: "web.env", required: true}/' source/compose.yaml
	sed 's/deep.yaml/..\/deep.yaml/' source/base.yaml >source/sub/base.yaml
	for version in 1.0 1.1; do
		davit --project-directory source -f source/compose.yaml -f source/over.yaml publish -y --with-env \
			--oci-version "$version" "$REGISTRY/$PROJECT:davit"
		assert_same_config "oci://$REGISTRY/$PROJECT:davit"
		assert_equal "$(davit -f "oci://$REGISTRY/$PROJECT:davit" config)" "$(davit -f "oci://$NAME" config)"
	done
}

@test "images that are built are pushed before their project is published" {
	cat >source/compose.yaml <<-YAML
		services:
		  web: {image: "$REGISTRY/$PROJECT-image:1", build: {dockerfile_inline: "FROM busybox"}}
	YAML
	davit -f source/compose.yaml build
	davit -f source/compose.yaml publish -y --resolve-image-digests "$REGISTRY/$PROJECT:built"
	assert_same_config "oci://$REGISTRY/$PROJECT:built"
	run davit -f "oci://$REGISTRY/$PROJECT:built" config
	assert_tells "image: $REGISTRY/$PROJECT-image:1@sha256:"
	docker rmi "$REGISTRY/$PROJECT-image:1"
}

@test "publish asks about what may be secret, and takes no what nobody could load" {
	cd source
	run davit publish "$REGISTRY/$PROJECT:ask"
	assert_fails
	assert_tells '^compose.yaml:6:9: an env file is published only with --with-env'
	run davit publish --with-env "$REGISTRY/$PROJECT:ask" </dev/null
	assert_fails
	assert_tells '^  web: FROM_FILE=file$'
	assert_tells 'Are you ok to publish them. .y/N'
	davit publish --with-env "$REGISTRY/$PROJECT:ask" <<<y
	echo 'services: {web: {image: x, environment: {A: b}, volumes: [".:/data"]}}' >env.yaml
	run davit -f env.yaml publish "$REGISTRY/$PROJECT:ask"
	assert_fails
	assert_tells '--with-env if everybody'
	run davit -f env.yaml publish --with-env "$REGISTRY/$PROJECT:ask" <<<n
	assert_fails
	assert_tells '^  web: mounts '
	assert_tells 'the answer was no'
	echo 'include: [env.yaml]' >include.yaml
	run davit -f include.yaml publish -y "$REGISTRY/$PROJECT:ask"
	assert_fails
	assert_tells '^include.yaml:1:11: a file that includes one of this machine'
	echo 'services: {web: {build: .}}' >build.yaml
	run davit -f build.yaml publish -y "$REGISTRY/$PROJECT:ask"
	assert_fails
	assert_tells '^build.yaml:1:.*services.web: only a build section'
}

@test "publish shows its password to a registry that asks for it, and to dry runs nothing" {
	cd source
	run davit publish -y --with-env "$REGISTRY_PRIVATE/$PROJECT:davit"
	assert_fails
	assert_tells "docker login $REGISTRY_PRIVATE"
	printf '{"auths": {"%s": {"auth": "%s"}}}' "$REGISTRY_PRIVATE" "$(printf user:password | base64)" \
		>../docker/config.json
	davit publish -y --with-env "$REGISTRY_PRIVATE/$PROJECT:davit"
	assert_same_config "oci://$REGISTRY_PRIVATE/$PROJECT:davit"
	davit publish -y --with-env --dry-run "$REGISTRY_PRIVATE/$PROJECT:dry"
	run davit -f "oci://$REGISTRY_PRIVATE/$PROJECT:dry" config
	assert_fails
	assert_tells 'has nothing of that name'
}
