# The peer: docker-compose of Debian sid, one binary that runs on this Debian as it is.

# Prints the path of docker-compose, fetched once; says so when it is not the version that davit follows.
peer_path() {
	local version root
	version=$(packages_version sid docker-compose) || return 1
	[[ $version == 2.40.3-* ]] || say "Debian sid has moved on: its docker-compose is $version"
	root=$LAB_CACHE/roots/docker-compose-$version
	[[ -e $root.done ]] || with_cache_lock roots peer_fetch "$root"
	echo "$root/usr/bin/docker-compose"
}

peer_fetch() {
	local root=$1 conf
	[[ ! -e $root.done ]] || return 0
	say "fetching docker-compose of Debian sid (once)"
	conf=$(packages_config sid)
	packages_unpack_one "$conf" docker-compose "$root"
	find "$root" -path '*/cli-plugins/docker-compose' -type f -exec ln -f {} "$root/usr/bin/docker-compose" \;
	"$root/usr/bin/docker-compose" version >/dev/null || die "docker-compose of Debian sid does not run here"
	touch "$root.done"
}
