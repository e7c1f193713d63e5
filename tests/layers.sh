#!/bin/sh
# Holds the rule of who may include whom (STYLE 1.3) as a table, and checks every #include against it.
# Only cmd/ reads the environment, prints or exits (STYLE 1.4); base/arena.c ends the program by _Exit.
set -eu
cd "$(dirname "$0")/.."

# shellcheck disable=SC2046 # file names of ours have no blanks
exec awk '
BEGIN {
	# folder: what it may name. A folder may always name itself.
	may["base"] = ""
	may["engine-client"] = "base"
	may["netdns"] = "base"
	may["compose/model"] = "base"
	may["compose/loader"] = "base compose/model"
	may["compose/graph"] = "base compose/model"
	may["compose/planner"] = "base compose/model compose/graph"
	may["compose/scheduler"] = "base engine-client compose/model compose/graph compose/planner"
	may["cmd"] = "base engine-client netdns compose/model compose/loader compose/graph compose/planner compose/scheduler"
	# libraries, each behind the folders (or the one file) that may know it
	owner["nettle/"] = "base/digest.c"
	owner["openssl/"] = "engine-client/curl-start.c"
	owner["cjson/"] = "base/json.c"
	owner["yaml.h"] = "compose/loader/yaml.c"
	owner["curl/"] = owner["archive"] = "engine-client/"
	owner["netlink/"] = "netdns/links.c"
	owner["seccomp.h"] = "netdns/confine.c"
	owner["uv.h"] = "engine-client/ compose/scheduler/ netdns/ cmd/"
}
function folder_of(path,   part) {
	split(path, part, "/")
	return part[1] == "compose" ? part[1] "/" part[2] : part[1]
}
function complain(what) {
	print FILENAME ":" FNR ": " what > "/dev/stderr"
	failed = 1
}
function may_know(owners,   list, n, i) {
	n = split(owners, list, " ")
	for (i = 1; i <= n; i++)
		if (index(FILENAME, list[i]) == 1)
			return 1
	return 0
}
FNR == 1 {
	from = folder_of(FILENAME)
	if (!(from in may))
		complain(from " is not in the table of tests/layers.sh")
}
/^#include "/ {
	split($0, quoted, "\"")
	to = folder_of(quoted[2])
	if (to != from && index(" " may[from] " ", " " to " ") == 0)
		complain(from " may not include " quoted[2])
}
/^#include </ {
	for (header in owner)
		if (index($0, "#include <" header) == 1 && !may_know(owner[header]))
			complain("may not know " header)
}
from != "cmd" && /(^|[^a-z_])(getenv|secure_getenv|exit|_exit|printf|puts|putchar|perror)\(/ && !/\/\*/ {
	complain("only cmd/ may: " $0)
}
END { exit failed }
' $(git ls-files -c -o --exclude-standard -- '*.c' '*.h' | grep -v '^tests/')
