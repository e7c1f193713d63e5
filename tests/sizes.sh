#!/bin/sh
# Lists the largest functions and files (STYLE 2.3) and fails past the ceilings that nobody may pass unseen.
set -eu
cd "$(dirname "$0")/.."
max_lines=100     # of a function
max_complexity=30 # of a function, McCabe
max_file=800      # lines of a file

# shellcheck disable=SC2046 # file names of ours have no blanks
set -- $(git ls-files -c -o --exclude-standard -- '*.c' | grep -v '^tests/')
echo "complexity  lines  function"
pmccabe "$@" | sort -k5,5nr | awk 'NR <= 10 { printf "%10d  %5d  %s %s\n", $1, $5, $6, $7 }'
pmccabe "$@" | awk -v l="$max_lines" -v c="$max_complexity" '
	$5 > l || $1 > c { print "too large: " $6 " " $7 " (" $5 " lines, complexity " $1 ")"; bad = 1 }
	END { exit bad }'
for file in "$@"; do
	lines=$(wc -l <"$file")
	[ "$lines" -le "$max_file" ] || { echo "too long: $file ($lines lines)"; exit 1; }
done
