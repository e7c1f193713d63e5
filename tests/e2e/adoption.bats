#!/usr/bin/env bats
# Adoption both ways: davit and docker compose 2.40.3 leave alone what the other one made.
load lib

peer() {
	"$PEER" "$@"
}

setup_project() {
	echo hello >index.html
	compose_file <<-YAML
		services:
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000000
		    depends_on: {db: {condition: service_healthy}}
		    ports: ["8080", "9000-9002"]
		    volumes: ["./index.html:/index.html:ro", "data:/data", {type: tmpfs, target: /cache}]
		    environment: [A=1, "B=x < y & z"]
		    networks: {front: {aliases: [www]}, back: {}}
		    deploy: {resources: {limits: {memory: 64M, cpus: "0.5"}}}
		    ulimits: {nofile: 1024}
		    extra_hosts: ["host.test:10.0.0.1"]
		    labels: {tier: front}
		    stop_grace_period: 1m30s
		  db:
		    image: busybox
		    init: true
		    command: ["sleep", "1000000"]
		    healthcheck: {test: "true", interval: 1s}
		    networks: [back]
		    scale: 2
		  job:
		    image: busybox
		    command: echo done
		    network_mode: "service:web"
		networks:
		  front:
		  back: {internal: true}
		volumes:
		  data: {labels: {kept: "yes"}}
	YAML
}

ids() {
	docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$PROJECT" | sort
}

@test "what docker compose started, davit lists and leaves alone" {
	local before
	peer up -d
	before=$(ids)
	run davit ps
	assert_ok
	assert_says "$PROJECT-web-1"
	assert_says "$PROJECT-db-2"
	davit up -d
	assert_equal "$(ids)" "$before"
	run davit plan up web db
	assert_ok
}

@test "what davit started, docker compose lists and leaves alone" {
	local before
	davit up -d
	before=$(ids)
	peer ps | grep "$PROJECT-web-1"
	peer up -d
	assert_equal "$(ids)" "$before"
}

@test "one changed field: davit recreates exactly that service of docker compose's" {
	local before
	peer up -d
	before=$(ids)
	sed -i 's/A=1/A=2/' compose.yaml
	run davit plan up web db
	assert_status 2
	assert_tells 'A.*1.*2'
	davit up -d web db
	assert_equal "$(comm -13 <(echo "$before") <(ids) | wc -l)" 1
	assert_equal "$(inspect "$PROJECT-web-1" '{{range .Config.Env}}{{println .}}{{end}}' | grep '^A=')" A=2
}

@test "one changed field: docker compose recreates exactly that service of davit's" {
	local before
	davit up -d
	before=$(ids)
	sed -i 's/A=1/A=2/' compose.yaml
	peer up -d web db
	assert_equal "$(comm -13 <(echo "$before") <(ids) | wc -l)" 1
}

@test "each takes down what the other started" {
	peer up -d
	davit down -v
	assert_equal "$(container_names)$(network_names)$(volume_names)" ""
	davit up -d
	peer down -v
	assert_equal "$(container_names)$(network_names)$(volume_names)" ""
}

@test "the config hashes are the same" {
	assert_equal "$(davit config --hash '*' | sort)" "$(peer config --hash '*' | sort)"
}
