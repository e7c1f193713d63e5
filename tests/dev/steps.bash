# The steps of ./dev test, lint, fuzz and oracle. Each prints what it found; what it counts goes to the tally, and at
# the end one line says "N passed, N failed". A test that cannot run has failed.

PASSED=0
FAILED=0
FAILURES=()

tally() {
	local passed=$1 failed=$2
	shift 2
	PASSED=$((PASSED + passed))
	FAILED=$((FAILED + failed))
	[[ $failed == 0 ]] || FAILURES+=("$* ($failed)")
}

# Runs a check that either holds or not, and prints its output only then.
check() {
	local what=$1 output
	shift
	if output=$("$@" 2>&1); then
		printf '  ok    %s\n' "$what"
		tally 1 0
	else
		printf '  FAIL  %s\n' "$what"
		tail -n 40 <<<"$output" | sed 's/^/        /'
		tally 0 1 "$what"
	fi
}

# ---- lint

c_files() {
	git ls-files '*.c' '*.h'
}

shell_files() {
	git ls-files | while read -r file; do
		case $file in
		*.bash | *.sh) echo "$file" ;;
		*) ! head -qn1 "$file" | grep -qsE '^#!/bin/(ba)?sh' || echo "$file" ;;
		esac
	done
}

lint_layout() {
	c_files | xargs -r clang-format-14 --dry-run -Werror
}

lint_cppcheck() {
	cppcheck --quiet --error-exitcode=1 --enable=warning,portability --inline-suppr --std=c17 -I. -j2 \
		--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches --library=posix \
		--template='{file}:{line}: {severity}: {message} [{id}]' \
		base engine-client netdns compose cmd
}

# CHECKS are added to those of .clang-tidy.
lint_tidy() {
	git ls-files base/'*.c' netdns/'*.c' engine-client/'*.c' compose/'*.c' cmd/'*.c' |
		xargs -r -P2 -n4 clang-tidy-14 -p build --quiet --warnings-as-errors='*' ${1:+"--checks=$1"}
}

lint_shell() {
	shell_files | xargs shellcheck -x
}

# The end-to-end tests are bash with one word more, and each runs in a shell of its own; STATUS is set by a helper, and $
# is often the container's.
lint_bats() {
	shellcheck -x -s bats -e SC2016,SC2153,SC2030,SC2031 tests/e2e/*.bats
}

# Leaves out the analyser that follows paths: it takes minutes.
QUICK_CHECKS='-clang-analyzer-*'

# CHECKS: as for lint_tidy.
run_lint() {
	local checks=$1
	say "Lint"
	check "layout (clang-format 14)" lint_layout
	check "shell scripts (shellcheck)" lint_shell
	check "end-to-end tests (shellcheck)" lint_bats
	check "cppcheck" lint_cppcheck
	check "clang-tidy" lint_tidy "$checks"
}

# Runs COMMAND and its checks behind all else, since the tests beside it mostly wait; end_beside shows what they found.
begin_beside() {
	nice -n 19 bash -c "$(declare -f); $(declare -p PASSED FAILED FAILURES); $* 2>&1" >build/beside.out &
	BESIDE=$!
}

end_beside() {
	local died=0
	wait "$BESIDE" || died=1
	cat build/beside.out
	tally "$(grep -cE '^  ok ' build/beside.out)" $(($(grep -cE '^  FAIL ' build/beside.out) + died)) "$*"
}

# ---- unit, golden and fake-engine tests

run_meson_tests() {
	local passed failed
	say "Unit, golden and fake-engine tests, with ASan and UBSan"
	meson test -C build-asan --print-errorlogs 2>&1 | tee build-asan/test.out | tail -n 60 || :
	passed=$(meson_count 'Ok|Expected Fail')
	failed=$(meson_count 'Fail|Unexpected Pass|Skipped|Timeout')
	[[ $((passed + failed)) != 0 ]] || failed=1
	tally "$passed" "$failed" "meson test"
}

meson_count() {
	awk -v names="^($1):" '$0 ~ names { sum += $NF } END { print sum + 0 }' build-asan/test.out
}

# ---- fuzz

fuzz_targets() {
	find build-fuzz/tests/fuzz -maxdepth 1 -type f -executable 2>/dev/null | sort
}

# Runs TARGET for SECONDS on its seeds; a crash leaves its input in build-fuzz.
fuzz_one() {
	local target=$1 seconds=$2 name corpus
	name=$(basename "$target")
	corpus=build-fuzz/corpus/$name

	mkdir -p "$corpus"
	"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 \
		-artifact_prefix="build-fuzz/$name-" "$corpus" "tests/fuzz/seeds/$name" >"build-fuzz/$name.log" 2>&1
}

# Runs all targets for SECONDS each, two at a time.
run_fuzz() {
	local seconds=$1 only=${2-} targets i
	say "Fuzz targets, $seconds s each"
	check "fuzz targets build" build_fuzzers
	mapfile -t targets < <(fuzz_targets | grep -E "/${only:-[^/]*}\$")
	[[ ${#targets[@]} != 0 ]] || check "there is a fuzz target ${only-}" false
	for ((i = 0; i < ${#targets[@]}; i += 2)); do
		fuzz_two "$seconds" "${targets[@]:i:2}"
	done
}

fuzz_two() {
	local seconds=$1 target pids=() status
	shift
	for target; do
		fuzz_one "$target" "$seconds" &
		pids+=($!)
	done
	for target; do
		status=0
		wait "${pids[0]}" || status=$?
		pids=("${pids[@]:1}")
		check "fuzz $(basename "$target")" fuzz_result "$status" "build-fuzz/$(basename "$target").log"
	done
}

fuzz_result() {
	[[ $1 == 0 ]] || {
		grep -m1 -A20 -E 'ERROR|runtime error' "$2" || tail -n 20 "$2"
		grep -E 'Test unit written' "$2"
		return 1
	}
}

# ---- end to end

run_e2e() {
	local engine=$1 passed failed
	say "End to end on engine $engine"
	DAVIT=$DAVIT DAVIT_STRICT=1 tests/e2e/run "$engine" 2>&1 | tee "build/e2e-$engine.out" || :
	passed=$(awk '/^e2e passed / { print $3 }' "build/e2e-$engine.out")
	failed=$(awk '/^e2e failed / { print $3 }' "build/e2e-$engine.out")
	tally "${passed:-0}" "${failed:-1}" "end to end on engine $engine"
}

# ---- the oracle

# config beside the answers that docker compose gave.
run_oracle() {
	local passed failed
	say "config beside docker compose 2.40.3"
	build/tests/oracle/golden tests/oracle/cases/*.case 2>&1 | tee build/oracle.out || :
	passed=$(awk '/^oracle passed / { print $3 }' build/oracle.out)
	failed=$(awk '/^oracle failed / { print $3 }' build/oracle.out)
	tally "${passed:-0}" "${failed:-1}" "config beside docker compose"
}

# ---- the commands

conclude() {
	local failure
	echo
	for failure in "${FAILURES[@]}"; do
		echo "failed: $failure"
	done
	echo "$PASSED passed, $FAILED failed"
	[[ $FAILED == 0 ]]
}

dev_test() {
	export DAVIT_STRICT=1
	dev_setup
	say "Building with ASan and UBSan"
	if build_sanitized; then run_meson_tests; else tally 0 1 "sanitized build"; fi
	say "Building the release"
	if build_into build '' --buildtype=release; then
		run_oracle
		begin_beside "run_lint '$QUICK_CHECKS'"
		run_e2e 20
		run_e2e 28
		end_beside lint
	else
		tally 0 1 "release build"
	fi
	run_fuzz "$FUZZ_S"
	conclude
}

dev_lint() {
	dev_setup
	build_into build '' --buildtype=release
	run_lint ''
	check "layers, sizes, state (meson tests)" meson test -C build layers sizes state
	conclude
}

# "90" is seconds, "10m" minutes.
fuzz_seconds() {
	case $1 in
	*[!0-9]*m | m | *[!0-9m]* | '') die "how long? ./dev fuzz 90 is seconds, ./dev fuzz 10m minutes" ;;
	*m) echo $((${1%m} * 60)) ;;
	*) echo "$1" ;;
	esac
}

dev_fuzz() {
	local seconds
	seconds=$(fuzz_seconds "${1:-60}")
	dev_setup
	run_fuzz "$seconds" "${2-}"
	conclude
}

dev_oracle() {
	dev_setup
	dev_build
	say "Asking docker compose 2.40.3"
	tests/oracle/renew --davit "$DAVIT" "$@"
	git diff --stat -- tests/oracle/cases
	run_oracle
	conclude
}
