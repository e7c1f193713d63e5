#!/bin/sh
# Holds what each executable loads (DESIGN.md: why there are two). usage: needed.sh DAVIT DAVIT-ENGINE DAVIT-NETDNS
set -eu

may_load() { # executable, names of libraries with blanks around
	if ! dynamic=$(readelf -dW "$1") || [ -z "$dynamic" ]; then
		echo "$1 cannot be read" >&2
		return 1
	fi
	for name in $(echo "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
		case $name in
		libc.so.* | libm.so.* | ld-linux* | libasan.so.* | libubsan.so.* | libclang_rt.*) continue ;;
		esac
		case " $2 " in
		*" ${name%%.so*} "*) ;;
		*) echo "$1 loads $name, which it may not" >&2 && return 1 ;;
		esac
	done
}

may_load "$1" "libyaml-0 libuv libcjson libnettle"
may_load "$2" "libyaml-0 libuv libcjson libnettle libcurl"
may_load "$3" "libuv libcjson libnl-3 libnl-route-3 libseccomp"
