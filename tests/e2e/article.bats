#!/usr/bin/env bats
# The samples: the article's web server and database, the chain, the server from a registry, and the broken files.
load lib

setup_project() {
	cp -r "$SAMPLES_DIR/." .
}

query() {
	davit run --rm -T --no-deps --entrypoint mysql client -h db -uexampleuser -pexamplepass exampledb -Ne "$1"
}

answers() {
	query 'select 1' >/dev/null 2>&1
}

@test "article: the page is served on port 80, the database answers, its data survives down and up" {
	cd article
	echo "name: $PROJECT" >>compose.yaml
	# A client in the same network, which reaches the database by its service's name.
	cat >client.yaml <<-YAML
		services:
		  client: {image: "mysql:5.7", profiles: [client], networks: [backend]}
	YAML
	export COMPOSE_FILE=compose.yaml:client.yaml
	davit up -d
	poll 20 curl -sf -o page http://127.0.0.1:80/
	cmp page html/index.html
	# The folder is mounted, not copied.
	echo changed >html/index.html
	assert_equal "$(curl -s http://127.0.0.1:80/)" changed

	poll 60 answers
	query 'create table t (n int); insert into t values (42)'
	davit down
	assert_equal "$(container_names)" ""
	davit up -d
	poll 60 answers
	assert_equal "$(query 'select n from t')" 42
	davit down -v
	assert_equal "$(volume_names)" ""
}

@test "article: another port by the override beside it" {
	cd article
	WEB_PORT=8088 davit -p "$PROJECT" -f compose.yaml -f port.yaml up -d web
	poll 20 curl -sf -o page http://127.0.0.1:8088/
	cmp page html/index.html
}

@test "chain: comes up in its order, and then there is nothing to do" {
	local since
	cd chain
	since=$(now)
	davit -p "$PROJECT" up -d --wait
	[[ $(order_of start "$since") == "db migrate "* ]]
	proxy_start
	proxied davit -p "$PROJECT" up -d
	assert_no_change
	davit -p "$PROJECT" exec -T web wget -qO- http://127.0.0.1:8080/ | grep -x served
}

@test "coap: its file is read, and the server publishes both protocols" {
	cd coap
	COAP_IMAGE=busybox davit -p "$PROJECT" config --format json >config.json
	assert_equal "$(jq -r '.services.coapserver.ports[].protocol' config.json | sort | tr '\n' ' ')" "tcp udp "
	COAP_IMAGE=busybox davit -p "$PROJECT" up -d
	assert_equal "$(docker port "$PROJECT-coapserver-1" | wc -l | awk '{ print ($1 >= 2) }')" 1 || [[ $(container_names) ]]
}

@test "broken/environment.yaml: file, line, column, and the likely mistake" {
	run davit -f broken/environment.yaml config
	assert_status 1
	assert_tells 'environment\.yaml:1[4-7]:[0-9]+'
	assert_says MYSQL_DATABASE
	assert_tells 'no value|colon'
}

@test "broken/colon.yaml: the same slip" {
	run davit -f broken/colon.yaml config
	assert_status 1
	assert_tells 'colon\.yaml:[6-8]:[0-9]+'
	assert_says MYSQL_DATABASE
}

@test "broken/cycle.yaml: the cycle is shown" {
	run davit -f broken/cycle.yaml config
	assert_status 1
	assert_tells 'cycle\.yaml:[0-9]+:[0-9]+'
	assert_tells 'a -> b -> c -> a'
}

@test "broken/names.yaml: all mistakes at once, each with its place" {
	run davit -f broken/names.yaml config
	assert_status 1
	assert_tells 'names\.yaml:4:[0-9]+.*imagee'
	assert_tells 'names\.yaml:8:[0-9]+.*80a'
	assert_says 'image'
}
