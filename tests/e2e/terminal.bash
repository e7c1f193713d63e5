# A terminal to look at and to type into: a tmux server of its own, on a socket that no other test and no other run has.
# (A server that is going away refuses new sessions.)

# Opens a terminal of COLUMNS by ROWS in which COMMAND runs; it becomes the one that the functions below mean.
terminal_open() {
	SCREEN=$(mktemp -u "$BATS_TEST_TMPDIR/tmux.XXXX")
	screen -f /dev/null new-session -d -x "$1" -y "$2" "$3" 3>&-
}

screen() {
	tmux -S "$SCREEN" "$@"
}

# Types TEXT and Enter.
types() {
	screen send-keys -l -- "$1"
	screen send-keys Enter
}

# Presses keys by tmux's names: C-c.
presses() {
	screen send-keys "$@"
}

# Whether the screen shows the regular expression given.
screen_has() {
	screen capture-pane -p | grep -q -- "$1"
}

terminal_close() {
	screen kill-server
}

# What a test that failed left open.
teardown_project() {
	for SCREEN in "$BATS_TEST_TMPDIR"/tmux.*; do
		terminal_close 2>/dev/null || :
	done
}
