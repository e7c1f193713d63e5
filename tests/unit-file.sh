#!/bin/sh
# Does systemd read the unit of doc/davit-netdns.service.in without complaint? unit-file.sh TEMPLATE DAVIT
set -eu
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
mkdir "$dir/bin"
ln -s "$(readlink -f "$2")" "$dir/bin/davit"
sed "s|@bindir@|$dir/bin|" "$1" >"$dir/davit-netdns.service"
printf '[Service]\nExecStart=/bin/true\n' >"$dir/docker.service"
said=$(SYSTEMD_UNIT_PATH=$dir: systemd-analyze verify --man=no "$dir/davit-netdns.service" 2>&1) || {
	echo "$said"
	exit 1
}
echo "$said"
[ -z "$said" ]
