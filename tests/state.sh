#!/bin/sh
# Finds mutable globals and static locals (STYLE 9.3): nothing of ours may stand in .data or .bss.
# usage: state.sh LIBRARY.a...
set -eu
found=0
for library in "$@"; do
	# Sanitizers and coverage add their own; names with a dot are the compiler's. Constant tables that
	# hold addresses stand in .data.rel.ro, which is read-only once the program runs.
	names=$(objdump -t "$library" 2>/dev/null | awk '
		/file format/ { file = $1 }
		NF < 4 { next }
		{ section = $(NF - 2); name = $NF }
		section ~ /^\.(data|bss|tdata|tbss)/ && section !~ /^\.data\.rel\.ro/ && $0 ~ / O / { print file, name }
		section == "*COM*" { print file, name }' |
		grep -vE ' (__|\.L|_?asan|_?ubsan|__odr)' || true)
	if [ -n "$names" ]; then
		echo "$names" >&2
		found=1
	fi
done
[ "$found" = 0 ] || {
	echo "state: mutable globals; what the program shares belongs into struct app" >&2
	exit 1
}
