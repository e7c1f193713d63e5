# The private engines: a dockerd of its own in network, mount and process namespaces of its own, so that a
# machine's engine, its firewall and its ports are left alone, and one kill ends everything.
#
# 20 is docker.io of Debian bookworm, 28 that of sid, each in a root of its own: what is installed does not matter.

# Seconds until dockerd must answer; it takes two.
ENGINE_START_S=60

# The directories of the machine that an engine sees at the same place, for bind mounts and build contexts: where
# people work, and this checkout, wherever it is.
ENGINE_SHARED=(home mnt opt root srv tmp var/tmp "$(cd "$LAB_HERE/../.." && pwd -P | cut -c2-)")

engine_dir() {
	echo "$LAB_STATE/$1"
}

engine_socket() {
	echo "$LAB_STATE/$1/docker.sock"
}

# Prints the pid, as this machine sees it, of the namespace's first process; fails if it does not run.
engine_pid() {
	local file=$LAB_STATE/$1/init.pid pid

	[[ -s $file ]] || return 1
	pid=$(<"$file")
	grep -qsxz -- "$LAB_STATE/$1" "/proc/$pid/cmdline" && echo "$pid"
}

engine_answers() {
	curl -sf --max-time 2 --unix-socket "$(engine_socket "$1")" http://engine/_ping >/dev/null 2>&1
}

# The suite of Debian that an engine comes from.
engine_suite() {
	case $1 in
	20) echo bookworm ;;
	28) echo sid ;;
	esac
}

# Prints the root that an engine runs in, made once and kept.
engine_root() {
	local engine=$1 suite version root
	suite=$(engine_suite "$engine")

	version=$(packages_version "$suite" docker.io) || return 1
	[[ $version == "$engine".* ]] || say "Debian $suite has moved on: its docker.io is $version"
	root=$LAB_CACHE/roots/docker-$version
	[[ -e $root.done ]] || with_cache_lock roots engine_make_root "$suite" "$root"
	echo "$root"
}

engine_make_root() {
	local suite=$1 root=$2 tool

	[[ ! -e $root.done ]] || return 0
	say "unpacking the engine of Debian $suite (once)"
	rm -rf "$root"
	mkdir -p "$root"/{dev,proc,run,sys,tmp,etc/docker,var/lib/docker,var/log,old}
	packages_unpack "$suite" "$root" docker.io iptables iproute2 procps mount dash coreutils netbase kmod
	# What the packages' scripts would have set by update-alternatives.
	for tool in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
		ln -sfn xtables-nft-multi "$root/usr/sbin/$tool"
	done
	ln -sfn /run "$root/var/run"
	ln -sfn dash "$root/usr/bin/sh"
	ln -sfn /proc/mounts "$root/etc/mtab"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	touch "$root.done"
}

# Starts the namespaces and, in them, the engine. Prints nothing; engine_socket tells where it listens.
engine_up() {
	local engine=$1 root

	! engine_answers "$engine" || return 0
	if ! engine_pid "$engine" >/dev/null; then
		root=$(engine_root "$engine") || return 1
		engine_make_namespace "$engine" "$root"
	fi
	engine_start "$engine"
}

engine_make_namespace() {
	local engine=$1 root=$2 dir outer
	dir=$(engine_dir "$engine")

	rm -rf "$dir"
	mkdir -p "$dir"
	setsid unshare --mount --net --pid --fork --kill-child "$LAB_HERE/init" "$dir" "$root" "${ENGINE_SHARED[@]}" \
		>"$dir/init.log" 2>&1 </dev/null 3>&- &
	outer=$!
	wait_until 20 test -e "$dir/ready" || die "no namespace for engine $engine: $(<"$dir/init.log")"
	pgrep -P "$outer" >"$dir/init.pid"
}

# Closes what the caller has open beside the three and bash its own: a test runner waits until nobody holds its pipes.
close_others() {
	local fd
	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		((fd < 3 || fd == 255)) || eval "exec $fd>&-"
	done
}

# Starts dockerd in the namespaces that are there already.
engine_start() {
	local engine=$1 dir pid
	dir=$(engine_dir "$engine")
	pid=$(engine_pid "$engine") || die "engine $engine is not up"

	echo '{}' >"$dir/daemon.json"
	rm -f "$dir/docker.pid"
	(
		close_others
		exec setsid nsenter -t "$pid" -m -n -p -- /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			dockerd --config-file "$dir/daemon.json" --data-root "$dir/data" --exec-root "$dir/exec" \
			--host "unix://$dir/docker.sock" --pidfile "$dir/docker.pid"
	) >>"$dir/dockerd.log" 2>&1 </dev/null &
	wait_until $ENGINE_START_S engine_answers "$engine" || {
		tail -n 20 "$dir/dockerd.log" >&2
		die "engine $engine does not answer within $ENGINE_START_S s; its log is $dir/dockerd.log"
	}
}

# Sends SIGNAL (TERM unless told) to dockerd alone, and waits for its end; the namespaces stay.
engine_stop() {
	local engine=$1 signal=${2:-TERM} dir pid inner
	dir=$(engine_dir "$engine")
	pid=$(engine_pid "$engine") || die "engine $engine is not up"

	inner=$(<"$dir/docker.pid")
	nsenter -t "$pid" -m -p -- /bin/kill "-$signal" "$inner"
	wait_until 60 engine_process_gone "$pid" "$inner" || die "dockerd of engine $engine does not end"
}

engine_process_gone() {
	! nsenter -t "$1" -m -p -- /bin/sh -c "test -e /proc/$2/exe"
}

# Ends the namespaces with all that runs in them, and forgets their state.
engine_down() {
	local engine=$1 pid

	if pid=$(engine_pid "$engine"); then
		kill -KILL "$pid"
		wait_until 20 test ! -e "/proc/$pid" || die "engine $engine does not end"
	fi
	rm -rf "$(engine_dir "$engine")"
}

# Runs a command in the engine's network, with this machine's own files.
engine_enter() {
	local pid
	pid=$(engine_pid "$1") || die "engine $1 is not up"
	shift
	exec nsenter -t "$pid" --net -- "$@"
}
