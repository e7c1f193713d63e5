#!/bin/sh
# Looks into executables for what the build asks the compiler and the linker for (meson.build). usage: hardening.sh PROGRAM...
set -eu

failed=0

# must_have PROGRAM WHAT PATTERN OPTIONS-OF-READELF...
must_have() {
	program=$1 what=$2 pattern=$3
	shift 3
	if ! readelf -W "$@" "$program" | grep -Eq -- "$pattern"; then
		echo "$program: $what" >&2
		failed=1
	fi
}

# Functions begin with endbr64 where jumps may be checked (-fcf-protection).
must_be_marked() {
	[ "$(LC_ALL=C grep -ao "$(printf '\363\017\036\372')" "$1" | wc -l)" -gt 100 ] && return
	echo "$1: may be entered anywhere (CET)" >&2
	failed=1
}

for program; do
	must_have "$program" "is not at a random address (PIE)" '^ *Type: *DYN' -h
	must_have "$program" "has tables that stay writable (RELRO)" 'GNU_RELRO' -l
	must_have "$program" "looks functions up later (BIND_NOW)" 'BIND_NOW|FLAGS_1.*NOW' -d
	must_have "$program" "has a stack that can be run" 'GNU_STACK .* RW +0x' -l
	must_have "$program" "does not guard its stack" '__stack_chk_fail' --dyn-syms
	must_have "$program" "does not check the library's writes (FORTIFY)" '__(memcpy|snprintf|vsnprintf|fprintf)_chk' --dyn-syms
	# Debian's own start-up code has no marks, so the note that all has them is not there to be looked for.
	case $(readelf -h "$program") in
	*X86-64*) must_be_marked "$program" ;;
	esac
done
exit "$failed"
