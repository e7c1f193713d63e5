#!/bin/sh
# Holds the rule of who may include whom (STYLE 1.3) as a table, and checks every #include against it.
set -eu
cd "$(dirname "$0")/.."

# folder: what it may name. A folder may always name itself.
rules='
base:
engine-client: base
netdns: base
compose/model: base
compose/loader: base compose/model
compose/graph: base compose/model
compose/planner: base compose/model compose/graph
compose/scheduler: base engine-client compose/model compose/graph compose/planner
cmd: base engine-client compose/model compose/loader compose/graph compose/planner compose/scheduler
'

# Libraries, each behind the folders (or the one file) that may know it.
libraries='
openssl/ base/digest.c
cjson/ base/json.c
yaml.h compose/loader/yaml.c
curl/ engine-client/
archive.h engine-client/
archive_entry.h engine-client/
netlink/ netdns/
uv.h engine-client/ compose/scheduler/ netdns/ cmd/
'

findings=$(mktemp)
trap 'rm -f "$findings"' EXIT

folder_of() {
	case $1 in
	compose/*) echo "$1" | cut -d/ -f1-2 ;;
	*) echo "$1" | cut -d/ -f1 ;;
	esac
}

may_name() { # from to
	[ "$1" = "$2" ] && return 0
	echo "$rules" | grep "^$1:" | cut -d: -f2 | tr ' ' '\n' | grep -qx "$2"
}

for file in $(git ls-files -c -o --exclude-standard -- '*.c' '*.h' | grep -v '^tests/'); do
	[ -f "$file" ] || continue
	from=$(folder_of "$file")
	echo "$rules" | grep -q "^$from:" || echo "$file: its folder is not in the table of tests/layers.sh"
	sed -n 's/^#include "\(.*\)"/\1/p' "$file" | while read -r target; do
		[ -f "$target" ] || echo "$file: includes $target, which is not written from the root"
		may_name "$from" "$(folder_of "$target")" || echo "$file: $from may not include $target"
	done
	echo "$libraries" | while read -r header owners; do
		[ -n "$header" ] || continue
		grep -q "^#include <$header" "$file" || continue
		for owner in $owners; do
			case $file in "$owner"*) continue 2 ;; esac
		done
		echo "$file: may not include <$header>"
	done
done >"$findings"

# Only cmd/ reads the environment, prints or exits (STYLE 1.4); base/arena.c ends the program.
git ls-files -c -o --exclude-standard -- '*.c' | grep -v '^tests/' | grep -v '^cmd/' | while read -r file; do
	[ -f "$file" ] || continue
	grep -nE '\b(getenv|secure_getenv|exit|_exit|printf|puts|putchar|perror)\(' "$file" |
		grep -vE '[a-z_]+_printf\(|/\*' | sed "s|^|$file:|; s|\$| -- only cmd/ may|"
done >>"$findings"

cat "$findings" >&2
[ ! -s "$findings" ]
