#!/usr/bin/env bats
# Two people, or two jobs of CI, bring the same project up at the same moment.
load lib

@test "two up -d at once, 20 times: both succeed, one container per replica, one network" {
	local i first second status
	compose_file <<-YAML
		services:
		  web: $(idle 'depends_on: [db]')
		  db: $(idle 'scale: 2, volumes: ["data:/data"]')
		volumes:
		  data:
	YAML
	for ((i = 1; i <= 20; i++)); do
		davit up -d >first 2>&1 3>&- &
		first=$!
		davit up -d >second 2>&1 3>&- &
		second=$!
		status=0
		wait "$first" || status=$?
		[[ $status == 0 ]] || { echo "round $i, the first:"; cat first; false; }
		wait "$second" || status=$?
		[[ $status == 0 ]] || { echo "round $i, the second:"; cat second; false; }
		assert_equal "$(running_names)" "$(printf '%s\n' "$PROJECT"-{db-1,db-2,web-1})"
		assert_equal "$(container_names)" "$(running_names)"
		assert_equal "$(network_names)" "${PROJECT}_default"
		davit down -v -t 1 >down.out 2>&1
		assert_equal "$(container_names)$(network_names)$(volume_names)" ""
	done
}
