# What all parts of the lab share: its directories, its messages, and bounded waiting.
# Sourced by lab; needs LAB_HERE, the directory of these files.

# shellcheck disable=SC2034 # used by the parts
# One directory holds all that a lab runs (sockets, logs, data), one all that it keeps (packages, image roots).
LAB_STATE=${DAVIT_LAB:-/var/tmp/davit-lab}
LAB_CACHE=${DAVIT_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/davit-lab}

say() {
	printf 'lab: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# Runs CMD every 50 ms until it succeeds, for at most SECONDS.
wait_until() {
	local seconds=$1 tries
	shift
	for ((tries = seconds * 20; tries > 0; tries--)); do
		"$@" && return 0
		read -rt 0.05 <> <(:) || :
	done
	return 1
}

# Runs CMD while no other lab of this cache does the same kind of work.
with_cache_lock() {
	local name=$1
	shift
	mkdir -p "$LAB_CACHE"
	(
		flock 9
		"$@" 9>&-
	) 9>"$LAB_CACHE/$name.lock"
}
