# Common to all end-to-end tests: a fresh project directory, the proxy as a witness, bounded waiting, and assertions.
# The tests run inside the network of a lab's engine (tests/e2e/run), with DAVIT, DOCKER_HOST and LAB_ENGINE set.

# Names used by the tests; status and output come from bats.
# shellcheck disable=SC2034,SC2154
true

# run with flags.
bats_require_minimum_version 1.5.0

REGISTRY=127.0.0.1:5000
# shellcheck disable=SC2034
REGISTRY_PRIVATE=127.0.0.1:5001
E2E_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_DIR=$E2E_DIR/../lab
SAMPLES_DIR=$E2E_DIR/../../samples

# A project of its own for each test, named by file and number, in a directory of that name; then the file's
# own setup_project, if it has one; at the end its teardown_project.
setup() {
	PROJECT=$(basename "$BATS_TEST_FILENAME" .bats)
	PROJECT=${PROJECT//-/}$BATS_TEST_NUMBER
	PROXY_PIDS=()
	mkdir -p "$BATS_TEST_TMPDIR/$PROJECT"
	cd "$BATS_TEST_TMPDIR/$PROJECT" || return 1
	! declare -F setup_project >/dev/null || setup_project
}

teardown() {
	local pid
	for pid in "${PROXY_PIDS[@]}"; do
		kill "$pid" 2>/dev/null || :
	done
	! declare -F teardown_project >/dev/null || teardown_project
	cd /
	remove_projects "$PROJECT"
}

# Removes everything of the projects whose names begin with PREFIX, and what the tests made under such names.
remove_projects() {
	{
		docker ps -aq --filter "name=$1"
		labelled "$1" ps -a --format '{{.ID}} {{.Label "com.docker.compose.project"}}'
	} | sort -u | xargs -r docker rm -fv >/dev/null 2>&1 || :
	labelled "$1" network ls --format '{{.ID}} {{.Label "com.docker.compose.project"}}' |
		xargs -r docker network rm >/dev/null 2>&1 || :
	labelled "$1" volume ls --format '{{.Name}} {{.Label "com.docker.compose.project"}}' |
		xargs -r docker volume rm -f >/dev/null 2>&1 || :
}

# Lists what the docker command given prints for projects whose names begin with PREFIX.
labelled() {
	local prefix=$1
	shift
	docker "$@" --filter label=com.docker.compose.project | awk -v p="$prefix" 'index($2, p) == 1 { print $1 }'
}

davit() {
	"$DAVIT" "$@"
}

# Writes standard input to compose.yaml.
compose_file() {
	cat >compose.yaml
}

# A service that runs until it is stopped, as one line of YAML after its name: $(idle [more: keys])
idle() {
	echo "{image: busybox, init: true, command: sleep 1000000${1:+, $1}}"
}

# Starts davit in the background so that it can be interrupted (a shell's background jobs ignore SIGINT otherwise).
# Its pid is in DAVIT_PID, what it says in out.
davit_background() {
	env --default-signal=INT "$DAVIT" "$@" >out 2>&1 3>&- &
	DAVIT_PID=$!
	poll 10 hears_interrupts "$DAVIT_PID"
}

# Whether SIGINT (bit 2 of the mask) is no longer ignored; true as well when the process has ended.
hears_interrupts() {
	local mask
	mask=$(awk '$1 == "SigIgn:" { print $2 }' "/proc/$1/status" 2>/dev/null) || return 0
	(((0x${mask:-0} & 2) == 0))
}

# ---- waiting

# Runs CMD until it succeeds, every 50 ms, for at most SECONDS.
poll() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || {
			echo "still not so: $*"
			return 1
		}
		read -rt 0.05 <> <(:) || :
	done
}

# Waits for the background davit, SECONDS at most, and puts its exit code into STATUS.
davit_ends() {
	poll "$1" gone "$DAVIT_PID" || {
		kill -KILL "$DAVIT_PID"
		return 1
	}
	STATUS=0
	wait "$DAVIT_PID" || STATUS=$?
}

gone() {
	! kill -0 "$1" 2>/dev/null || [[ $(ps -o state= -p "$1") == Z* ]]
}

now() {
	date +%s.%N
}

# ---- what the engine has

# Prints a field of a container: inspect NAME TEMPLATE
inspect() {
	docker inspect -f "$2" "$1"
}

id_of() {
	inspect "$1" '{{.Id}}'
}

is_running() {
	[[ $(inspect "$1" '{{.State.Status}}' 2>/dev/null) == running ]]
}

not_running() {
	! is_running "$1"
}

health_is() {
	[[ $(inspect "$1" '{{.State.Health.Status}}' 2>/dev/null) == "$2" ]]
}

# The names of a project's containers, in any state, one a line, sorted.
container_names() {
	docker ps -a --filter "label=com.docker.compose.project=${1-$PROJECT}" --format '{{.Names}}' | sort
}

running_names() {
	docker ps --filter "label=com.docker.compose.project=${1-$PROJECT}" --format '{{.Names}}' | sort
}

network_names() {
	docker network ls --filter "label=com.docker.compose.project=${1-$PROJECT}" --format '{{.Name}}' | sort
}

volume_names() {
	docker volume ls --filter "label=com.docker.compose.project=${1-$PROJECT}" --format '{{.Name}}' | sort
}

# The services that had the event EVENT since TIME, in order, on one line.
order_of() {
	docker events --since "$2" --until "$(now)" --filter type=container --filter "event=$1" \
		--filter "label=com.docker.compose.project=$PROJECT" \
		--format '{{index .Actor.Attributes "com.docker.compose.service"}}' | tr '\n' ' ' | sed 's/ $//'
}

# The seconds from the NTH event EVENT since TIME to the time END: seconds_after_event EVENT NTH TIME END
seconds_after_event() {
	docker events --since "$3" --until "$4" --filter type=container --filter "event=$1" \
		--filter "label=com.docker.compose.project=$PROJECT" --format '{{.TimeNano}}' |
		awk -v nth="$2" -v end="$4" 'NR == nth { printf "%.3f\n", end - $1 / 1e9; found = 1 } END { if (!found) print 999 }'
}

# ---- the witness

# Puts the recording proxy before the engine; its address goes to PROXY, its log to PROXY_LOG, its rules are PROXY_RULES.
proxy_start() {
	PROXY=$BATS_TEST_TMPDIR/proxy.sock
	PROXY_LOG=$BATS_TEST_TMPDIR/proxy.log
	PROXY_RULES=$BATS_TEST_TMPDIR/proxy.rules
	: >"$PROXY_RULES"
	proxy_run "$PROXY" "${DOCKER_HOST#unix://}" "$PROXY_LOG" "$PROXY_RULES"
	poll 10 test -S "$PROXY"
	: >"$PROXY_LOG"
}

proxy_run() {
	"$LAB_DIR/proxy.py" --listen "$1" --to "$2" --log "$3" --rules "$4" >/dev/null 2>&1 3>&- &
	PROXY_PIDS+=($!)
}

# Sets what the proxy does from now on.
proxy_rules() {
	printf '%s\n' "$@" >"$PROXY_RULES.new"
	mv "$PROXY_RULES.new" "$PROXY_RULES"
}

proxied() {
	DOCKER_HOST=unix://$PROXY "$@"
}

# The calls since the proxy's start (or since : >"$PROXY_LOG") that ask for a change: "METHOD PATH" each.
changing_calls() {
	awk '$2 != "GET" && $2 != "HEAD" && $3 !~ /\/wait(\?|$)/ { print $2, $3 }' "$PROXY_LOG"
}

assert_no_change() {
	local calls
	calls=$(changing_calls)
	[[ -z $calls ]] || {
		echo "calls that change something:"
		echo "$calls"
		return 1
	}
	[[ -s $PROXY_LOG ]] || {
		echo "no call at all was seen"
		return 1
	}
}

# ---- assertions; each tells what it saw (status and output are those of bats' run)

assert_status() {
	[[ $status == "$1" ]] || {
		echo "exit code $status, not $1; output:"
		echo "$output"
		return 1
	}
}

assert_ok() {
	assert_status 0
}

assert_fails() {
	[[ $status != 0 ]] || {
		echo "it did not fail; output:"
		echo "$output"
		return 1
	}
}

# The output has the text given.
assert_says() {
	[[ $output == *"$1"* ]] || {
		echo "nothing says \"$1\" in:"
		echo "$output"
		return 1
	}
}

# The output has a line that matches the regular expression given (case does not matter).
assert_tells() {
	grep -qiE -- "$1" <<<"$output" || {
		echo "nothing matches /$1/ in:"
		echo "$output"
		return 1
	}
}

refute_tells() {
	! grep -iE -- "$1" <<<"$output"
}

assert_equal() {
	[[ $1 == "$2" ]] || {
		printf 'found:    %s\nexpected: %s\n' "$1" "$2"
		return 1
	}
}

assert_at_most() {
	awk -v found="$1" -v most="$2" 'BEGIN { exit !(found <= most) }' || {
		echo "$1 is more than $2"
		return 1
	}
}
