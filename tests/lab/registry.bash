# Registries in an engine's network: Debian's docker-registry on loopback, an open one and one that asks for a password.
# Both keep what they have until the engine's namespaces end.

REGISTRY_OPEN=127.0.0.1:5000
REGISTRY_PRIVATE=127.0.0.1:5001
REGISTRY_USER=user
REGISTRY_PASSWORD=password

registry_start() {
	local dir
	dir=$(engine_dir "$1")/registry

	mkdir -p "$dir"
	htpasswd -Bbn "$REGISTRY_USER" "$REGISTRY_PASSWORD" >"$dir/htpasswd"
	registry_serve "$1" open "$REGISTRY_OPEN" ''
	registry_serve "$1" private "$REGISTRY_PRIVATE" "auth: {htpasswd: {realm: davit-lab, path: $dir/htpasswd}}"
	echo "$REGISTRY_OPEN"
	echo "$REGISTRY_PRIVATE"
}

# Serves the registry NAME at ADDRESS unless it runs.
registry_serve() {
	local engine=$1 name=$2 address=$3 auth=$4 dir pid
	dir=$(engine_dir "$engine")/registry
	pid=$(engine_pid "$engine") || die "engine $engine is not up"

	! registry_answers "$pid" "$address" || return 0
	cat >"$dir/$name.yml" <<-CONF
		version: 0.1
		storage: {filesystem: {rootdirectory: $dir/$name}, delete: {enabled: true}}
		http: {addr: "$address"}
		log: {level: warn}
		$auth
	CONF
	setsid nsenter -t "$pid" --net --pid -- docker-registry serve "$dir/$name.yml" \
		>>"$dir/$name.log" 2>&1 </dev/null 3>&- &
	wait_until 20 registry_answers "$pid" "$address" || die "no registry at $address: $(tail -n 5 "$dir/$name.log")"
}

registry_answers() {
	local status
	status=$(nsenter -t "$1" --net -- curl -s -o /dev/null -w '%{http_code}' --max-time 2 "http://$2/v2/")
	[[ $status == 200 || $status == 401 ]]
}
