#!/usr/bin/env bats
# Two directories with the same base name never touch each other's containers.
load lib

setup_project() {
	BASE=$PWD
	mkdir -p "one/$PROJECT" "two/$PROJECT"
	cd "one/$PROJECT" || return 1
	compose_file <<-YAML
		services:
		  web: $(idle 'environment: {WHO: one}')
	YAML
	cp compose.yaml "$BASE/two/$PROJECT/"
	davit up -d
	WEB=$(id_of "$PROJECT-web-1")
	cd "$BASE/two/$PROJECT" || return 1
	sed -i 's/WHO: one/WHO: two/' compose.yaml
}

@test "up, stop, rm and down refuse, and print both paths" {
	local command
	for command in "up -d" "stop" "rm -sf" "down" "down -v"; do
		# shellcheck disable=SC2086 # several words
		run davit $command
		echo "$command:"
		assert_fails
		assert_says "$BASE/one/$PROJECT"
		assert_says "$BASE/two/$PROJECT"
		assert_equal "$(id_of "$PROJECT-web-1")" "$WEB"
		is_running "$PROJECT-web-1"
	done
}

@test "-p is telling" {
	davit -p "$PROJECT" up -d
	[[ $(id_of "$PROJECT-web-1") != "$WEB" ]]
}

@test "COMPOSE_PROJECT_NAME is telling" {
	COMPOSE_PROJECT_NAME=$PROJECT davit down
	assert_equal "$(container_names)" ""
}

@test "name: is telling" {
	echo "name: $PROJECT" >>compose.yaml
	davit up -d
	[[ $(id_of "$PROJECT-web-1") != "$WEB" ]]
}

@test "another name keeps both apart" {
	davit -p "$PROJECT-b" up -d
	assert_equal "$(running_names)" "$PROJECT-web-1"
	assert_equal "$(running_names "$PROJECT-b")" "$PROJECT-b-web-1"
	davit -p "$PROJECT-b" down
	assert_equal "$(id_of "$PROJECT-web-1")" "$WEB"
}

@test "a moved directory just works" {
	mkdir "$BASE/three"
	mv "$BASE/one/$PROJECT" "$BASE/three/"
	cd "$BASE/three/$PROJECT"
	davit up -d
	assert_equal "$(id_of "$PROJECT-web-1")" "$WEB"
	davit down
	assert_equal "$(container_names)" ""
}

@test "reading is never refused" {
	davit ps
	davit logs
	davit config -q
}
