# Images made of Debian packages, without any registry: busybox, a real web server, a real database.
# Each is one tar in the cache and is imported through the Engine API, so that any engine takes it in seconds.

# Rises when what is in an image changes; older tars are then made again.
IMAGES_EDITION=1

images_tar() {
	echo "$LAB_CACHE/images/$1-$IMAGES_EDITION.tar"
}

# Makes the tars of NAMES that are not there yet.
images_make() {
	local name
	for name; do
		[[ -e $(images_tar "$name") ]] || with_cache_lock images images_make_one "$name"
	done
}

images_make_one() {
	local name=$1 tar root
	tar=$(images_tar "$name")

	[[ ! -e $tar ]] || return 0
	say "making the image $name (once)"
	mkdir -p "$LAB_CACHE/images"
	rm -rf "$LAB_CACHE"/images/root.*
	root=$(mktemp -d "$LAB_CACHE/images/root.XXXXXX")
	chmod 755 "$root"
	"images_root_$name" "$root"
	tar -C "$root" --numeric-owner -cf "$tar.new" .
	rm -rf "$root"
	mv "$tar.new" "$tar"
}

# busybox, statically linked, with a link for each of its tools.
images_root_busybox() {
	local root=$1

	mkdir -p "$root"/{bin,etc,proc,root,sys,dev,var/run}
	install -d -m 1777 "$root/tmp"
	cp /bin/busybox "$root/bin/busybox"
	images_busybox_links "$root/bin"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
}

images_busybox_links() {
	local tool
	for tool in $(busybox --list); do
		[[ -e $1/$tool ]] || ln -s /bin/busybox "$1/$tool"
	done
}

# What a root of packages needs besides: a shell and small tools (busybox again), users, a library cache.
images_finish_root() {
	local root=$1

	cp /bin/busybox "$root/usr/bin/busybox"
	images_busybox_links "$root/usr/bin"
	mkdir -p "$root"/{proc,sys,dev,run,root,var/log}
	install -d -m 1777 "$root/tmp"
	ln -sfn /run "$root/var/run"
	{
		echo 'root:x:0:0:root:/root:/bin/sh'
		echo 'www-data:x:33:33::/var/www:/bin/false'
		echo 'mysql:x:101:101::/var/lib/mysql:/bin/false'
		echo 'nobody:x:65534:65534::/nonexistent:/bin/false'
	} >"$root/etc/passwd"
	{
		echo 'root:x:0:'
		echo 'adm:x:4:'
		echo 'www-data:x:33:'
		echo 'mysql:x:101:'
		echo 'nogroup:x:65534:'
	} >"$root/etc/group"
	ldconfig -r "$root"
}

images_root_nginx() {
	local root=$1

	packages_unpack bookworm "$root" nginx-light nginx-common libc-bin media-types
	images_finish_root "$root"
	mkdir -p "$root"/usr/share/nginx/html "$root"/var/lib/nginx "$root"/var/cache/nginx
	rm -rf "$root"/usr/share/{perl,perl5,python3,zsh,bash-completion} "$root"/etc/nginx/{sites-enabled,modules-enabled}/*
	cat >"$root/etc/nginx/nginx.conf" <<-'CONF'
		user www-data;
		worker_processes 1;
		pid /run/nginx.pid;
		error_log /dev/stderr notice;
		events { worker_connections 256; }
		http {
			include /etc/nginx/mime.types;
			default_type application/octet-stream;
			access_log /dev/stdout;
			include /etc/nginx/conf.d/*.conf;
		}
	CONF
	mkdir -p "$root/etc/nginx/conf.d"
	cat >"$root/etc/nginx/conf.d/default.conf" <<-'CONF'
		server {
			listen 80;
			root /usr/share/nginx/html;
			index index.html;
		}
	CONF
	echo '<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>' >"$root/usr/share/nginx/html/index.html"
}

images_root_mysql() {
	local root=$1

	packages_unpack bookworm "$root" mariadb-server-core mariadb-client-core mariadb-common libc-bin
	images_finish_root "$root"
	rm -rf "$root"/usr/share/{perl,perl5,python3,zsh,bash-completion} "$root"/usr/lib/x86_64-linux-gnu/perl*
	ln -sfn mariadb "$root/usr/bin/mysql"
	ln -sfn mariadb-admin "$root/usr/bin/mysqladmin"
	mkdir -p "$root"/var/lib/mysql "$root"/run/mysqld "$root"/etc/mysql/conf.d "$root"/usr/local/bin
	chown 101:101 "$root"/var/lib/mysql "$root"/run/mysqld
	install -m 755 "$LAB_HERE/mysql-entrypoint" "$root/usr/local/bin/docker-entrypoint.sh"
}

# Prints the Dockerfile instructions that an image's tar is imported with, one a line.
images_changes() {
	case $1 in
	busybox)
		echo 'CMD ["sh"]'
		echo 'ENV PATH=/bin'
		;;
	nginx)
		echo 'CMD ["nginx", "-g", "daemon off;"]'
		echo 'EXPOSE 80'
		echo 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin'
		;;
	mysql)
		echo 'ENTRYPOINT ["docker-entrypoint.sh"]'
		echo 'CMD ["mysqld"]'
		echo 'EXPOSE 3306'
		echo 'VOLUME /var/lib/mysql'
		echo 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
		;;
	esac
}

# The name and tag that an image gets.
images_reference() {
	case $1 in
	mysql) echo mysql:5.7 ;;
	*) echo "$1:latest" ;;
	esac
}

images_has() {
	curl -sf --unix-socket "$1" "http://engine/images/$2/json" >/dev/null
}

# Imports NAME as REFERENCE into the engine at SOCKET, with the changes read from standard input.
images_import() {
	local socket=$1 name=$2 reference=$3 query change answer
	query="fromSrc=-&repo=${reference%:*}&tag=${reference##*:}"

	while read -r change; do
		query+="&changes=$(jq -rn --arg text "$change" '$text | @uri')"
	done
	answer=$(curl -sS --unix-socket "$socket" -H 'Content-Type: application/x-tar' \
		-T "$(images_tar "$name")" -X POST "http://engine/images/create?$query")
	[[ $answer != *'"error"'* && $answer == *sha256:* ]] || die "cannot import $name: $answer"
}

# Loads NAMES into the engine at SOCKET where they are missing.
images_load() {
	local socket=$1 name
	shift

	for name; do
		! images_has "$socket" "$(images_reference "$name")" || continue
		images_make "$name"
		images_changes "$name" | images_import "$socket" "$name" "$(images_reference "$name")"
	done
}
