#!/usr/bin/env bats
# Many services, few calls: --parallel bounds what is in flight, and ps asks little.
load lib

@test "150 services with --parallel 2: never more than two changing calls in flight; ps asks three things" {
	local i most
	{
		echo "services:"
		for ((i = 1; i <= 150; i++)); do
			echo "  s$i: {image: busybox, command: sleep 1000000, stop_signal: KILL, network_mode: none}"
		done
	} | compose_file
	proxy_start
	proxied davit --parallel 2 up -d
	most=$(awk '$5 > most { most = $5 } END { print most }' "$PROXY_LOG")
	assert_equal "$most" 2
	assert_equal "$(running_names | wc -l)" 150

	: >"$PROXY_LOG"
	proxied davit ps >ps.out
	assert_equal "$(grep -c "$PROJECT-s" ps.out)" 150
	assert_at_most "$(wc -l <"$PROXY_LOG")" 3

	: >"$PROXY_LOG"
	proxied davit --parallel 2 down
	most=$(awk '$5 > most { most = $5 } END { print most }' "$PROXY_LOG")
	assert_equal "$most" 2
	assert_equal "$(container_names)" ""
}
