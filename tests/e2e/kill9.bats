#!/usr/bin/env bats
# davit dies (SIGKILL) after every single API call of an update in turn; the next up converges.
load lib

version() {
	compose_file <<-YAML
		services:
		  web: $(idle "depends_on: [db], environment: {VERSION: \"$1\"}")
		  db: $(idle "volumes: [\"data:/data\"], environment: {VERSION: \"$1\"}")
		volumes:
		  data:
	YAML
}

# The project is as it should be: version VERSION runs under the usual names, and nothing else is there.
assert_converged() {
	local name
	assert_equal "$(container_names)" "$(printf '%s\n' "$PROJECT"-{db,web}-1)"
	assert_equal "$(running_names)" "$(container_names)"
	for name in web db; do
		inspect "$PROJECT-$name-1" '{{range .Config.Env}}{{println .}}{{end}}' | grep -x "VERSION=$1"
	done
	assert_equal "$(network_names)" "${PROJECT}_default"
	assert_equal "$(volume_names)" "${PROJECT}_data"
	# A stray under a temporary name would keep the name of what it was made for.
	assert_equal "$(docker ps -a --format '{{.Names}}' | grep -c "$PROJECT-")" 2
}

@test "killed after each API call of an update" {
	local nth code
	version 0
	davit up -d
	proxy_start
	for ((nth = 1; nth < 80; nth++)); do
		version "$nth"
		proxy_rules "kill $nth"
		code=0
		proxied davit up -d >killed 2>&1 || code=$?
		proxy_rules ""
		echo "killed after call $nth (exit $code)"
		davit up -d >next 2>&1 || {
			cat next
			false
		}
		assert_converged "$nth"
		[[ $code == 137 ]] || break
	done
	# The last round ran to its end; each before it was killed.
	assert_equal "$code" 0
	((nth > 8))
}

@test "killed after each API call of a first up" {
	local nth code
	version 1
	proxy_start
	for ((nth = 1; nth < 80; nth++)); do
		proxy_rules "kill-change $nth"
		code=0
		proxied davit up -d >killed 2>&1 || code=$?
		proxy_rules ""
		echo "killed after changing call $nth (exit $code)"
		davit up -d >next 2>&1 || {
			cat next
			false
		}
		assert_converged 1
		davit down -v -t 1
		[[ $code == 137 ]] || break
	done
	assert_equal "$code" 0
	((nth > 4))
}
