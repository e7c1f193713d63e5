#!/bin/sh
# Holds doc/compose-file.md up to date. usage: compose-file.sh DAVIT-ENGINE PAGE; the page is made by:
#	davit __compose-file >doc/compose-file.md
set -eu

"$1" __compose-file | diff -u "$2" -
