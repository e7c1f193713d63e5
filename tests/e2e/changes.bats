#!/usr/bin/env bats
# Change detection is complete and smallest: exactly the consumers of what changed are recreated, with that reason.
load lib

setup_project() {
	echo file-1 >config.txt
	echo hush-1 >secret.txt
	echo VALUE=1 >app.env
	compose_file <<-YAML
		services:
		  inline: $(idle 'configs: [inline]')
		  file: $(idle 'configs: [file]')
		  secret: $(idle 'secrets: [secret]')
		  env: $(idle 'env_file: [app.env]')
		  net: $(idle 'networks: {back: {aliases: [elsewhere]}}')
		  plain: $(idle)
		configs:
		  inline: {content: "inline-1\n"}
		  file: {file: ./config.txt}
		secrets:
		  secret: {file: ./secret.txt}
		networks:
		  back:
		    driver_opts: {com.docker.network.driver.mtu: "1400"}
	YAML
}

service_ids() {
	docker ps -a --filter "label=com.docker.compose.project=$PROJECT" --no-trunc \
		--format '{{.Label "com.docker.compose.service"}} {{.ID}}' | sort
}

# Brings the change up: exactly SERVICE gets a new container, and plan has told why (REASON).
recreates_only() {
	local service=$1 reason=$2 before after
	before=$(service_ids)
	run davit plan
	assert_status 2
	assert_tells "$reason"
	davit up -d
	after=$(service_ids)
	assert_equal "$(comm -13 <(echo "$before") <(echo "$after") | awk '{ print $1 }')" "$service"
	run davit plan
	assert_ok
}

@test "an inline config" {
	davit up -d
	sed -i 's/inline-1/inline-2/' compose.yaml
	recreates_only inline 'config.*inline'
	docker exec "$PROJECT-inline-1" cat /inline | grep -x inline-2
}

@test "a config from a file" {
	davit up -d
	echo file-2 >config.txt
	recreates_only file 'config.*file'
	docker exec "$PROJECT-file-1" cat /file | grep -x file-2
}

@test "a secret from a file" {
	davit up -d
	echo hush-2 >secret.txt
	recreates_only secret 'secret.*secret'
	docker exec "$PROJECT-secret-1" cat /run/secrets/secret | grep -x hush-2
	run davit plan
	refute_tells 'hush-[12]'
}

@test "an env_file" {
	davit up -d
	echo VALUE=2 >app.env
	recreates_only env 'VALUE'
}

@test "a network's option" {
	davit up -d
	sed -i 's/"1400"/"1300"/' compose.yaml
	recreates_only net 'network.*back'
	# Its own alias is there again.
	docker exec "$PROJECT-net-1" nslookup elsewhere 127.0.0.11
}

@test "a network's gateway" {
	sed -i 's/driver_opts:.*/ipam: {config: [{subnet: 10.77.1.0\/24, gateway: 10.77.1.1}]}/' compose.yaml
	davit up -d
	sed -i 's/gateway: 10.77.1.1/gateway: 10.77.1.9/' compose.yaml
	recreates_only net 'network.*back|gateway'
	assert_equal "$(inspect "$PROJECT-net-1" '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}')" 10.77.1.9
}

@test "one variable of one service, with its old and its new value" {
	sed -i 's/  plain: {/  plain: {environment: {LEVEL: info}, /' compose.yaml
	davit up -d
	sed -i 's/LEVEL: info/LEVEL: debug/' compose.yaml
	recreates_only plain 'LEVEL.*info.*debug'
}

@test "a changed volume option never prompts and never deletes: without -y it fails and names it" {
	compose_file <<-YAML
		services:
		  web: $(idle 'volumes: ["data:/data"]')
		volumes:
		  data: {labels: {edition: "1"}}
	YAML
	davit up -d
	docker exec "$PROJECT-web-1" touch /data/kept
	sed -i 's/edition: "1"/edition: "2"/' compose.yaml
	run timeout 20 "$DAVIT" up -d </dev/null
	assert_fails
	assert_says "${PROJECT}_data"
	docker exec "$PROJECT-web-1" test -e /data/kept
	davit up -d -y
	run docker exec "$PROJECT-web-1" test -e /data/kept
	assert_fails
}

@test "what does not concern a container does not recreate it" {
	local before
	davit up -d
	before=$(service_ids)
	sed -i 's/  plain: {/  plain: {depends_on: [env], profiles: [], /' compose.yaml
	davit up -d
	assert_equal "$(service_ids)" "$before"
}
