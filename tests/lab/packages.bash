# Debian packages of any suite, unpacked beside the machine: an apt configuration of its own with its own
# sources, lists, cache and an empty dpkg status, so the machine's own apt never hears of that suite.

# The archive that this machine already uses for Debian.
packages_archive() {
	# shellcheck disable=SC2016 # apt's own placeholders
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | head -n1
}

# Prints the path of the apt configuration of SUITE, with fresh lists (at most a day old).
packages_config() {
	local suite=$1 dir=$LAB_CACHE/apt/$1 archive
	local conf=$dir/apt.conf

	if [[ -s $conf && -e $dir/updated && -z $(find "$dir/updated" -mmin +1440) ]]; then
		echo "$conf"
		return
	fi
	archive=$(packages_archive)
	[[ $archive ]] || die "apt knows no Debian archive; run apt-get update first"
	mkdir -p "$dir"/{parts,lists/partial,cache/archives/partial}
	: >"$dir/status"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $suite main" >"$dir/sources.list"
	cat >"$conf" <<-CONF
		Dir::Etc::main "/dev/null";
		Dir::Etc::parts "$dir/parts";
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "$dir/parts";
		Dir::Etc::preferencesparts "$dir/parts";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$dir/status";
		Dir::State::extended_states "$dir/extended_states";
		Dir::Cache "$dir/cache";
		Dir::Log "$dir";
		DPkg::Pre-Install-Pkgs "";
		APT::Install-Recommends "false";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Retries "3";
		Acquire::http::Timeout "60";
		Acquire::Check-Valid-Until "false";
	CONF
	APT_CONFIG=$conf apt-get -qq update >&2 ||
		die "the Debian archive does not give the lists of $suite: is the mirror reachable?"
	touch "$dir/updated"
	echo "$conf"
}

# Prints the version of PACKAGE that SUITE has.
packages_version() {
	local conf
	conf=$(packages_config "$1") || return 1
	APT_CONFIG=$conf apt-cache policy "$2" | awk '/Candidate:/ { print $2 }'
}

# Unpacks PACKAGES of SUITE, with all that they depend on, into ROOT (a merged-/usr root; no script is run).
packages_unpack() {
	local suite=$1 root=$2 conf deb
	shift 2
	conf=$(packages_config "$suite") || return 1
	APT_CONFIG=$conf apt-get -qq -y --download-only --no-install-recommends install "$@" >&2 ||
		die "cannot download from $suite: $*"
	mkdir -p "$root"/usr/{bin,sbin,lib,lib64}
	ln -sfn usr/bin "$root/bin"
	ln -sfn usr/sbin "$root/sbin"
	ln -sfn usr/lib "$root/lib"
	ln -sfn usr/lib64 "$root/lib64"
	packages_files "$conf" "$@" | while read -r deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$root" \
			--exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
			--exclude='./usr/share/locale/*' --exclude='./usr/share/info/*' || exit 1
	done
}

# Prints the .deb files that installing PACKAGES takes, from the cache of CONF.
packages_files() {
	local conf=$1 dir
	shift
	dir=$(dirname "$conf")/cache/archives
	APT_CONFIG=$conf apt-get -y --simulate --no-install-recommends install "$@" |
		awk '$1 == "Inst" { print $2, substr($3, 2) }' | while read -r name version; do
		printf '%s\n' "$dir/${name}_${version//:/%3a}"_*.deb
	done
}

# Unpacks PACKAGE alone, without what it depends on, into ROOT.
packages_unpack_one() {
	local conf=$1 package=$2 root=$3 work
	work=$(mktemp -d)
	(cd "$work" && APT_CONFIG=$conf apt-get -qq download "$package") || die "cannot download $package"
	rm -rf "$root"
	mkdir -p "$root/usr/bin"
	dpkg-deb -x "$work/$package"_*.deb "$root"
	rm -rf "$work"
}
