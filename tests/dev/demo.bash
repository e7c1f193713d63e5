# ./dev demo: samples/article on a real engine, and back. Whatever it adds to the machine (an engine of its own, images)
# is written to $DEMO as it happens, so that --down removes exactly that and leaves a person's engine as it was.

DEMO_IMAGES=(nginx:latest mysql:5.7)

dev_demo() {
	local port=80
	case ${1-} in
	'') demo_up "$port" ;;
	--port) demo_up "${2-}" ;;
	--down) demo_down ;;
	*) die "./dev demo [--port N | --down]" ;;
	esac
}

demo_up() {
	local port=$1 image
	[[ $port =~ ^[0-9]+$ ]] || die "not a port: \"$port\""

	install_packages "${BUILD_PACKAGES[@]}" "${LAB_PACKAGES[@]}"
	dev_build
	demo_check_port "$port"
	# From here on --down has something to take back, even if this ends early.
	mkdir -p "$DEMO"
	echo "$port" >"$DEMO/port"
	demo_find_engine
	for image in "${DEMO_IMAGES[@]}"; do
		demo_need_image "$image"
	done

	say "davit up -d"
	demo_davit up -d
	say "davit ps"
	demo_davit ps
	say "What the web service answers on port $port"
	demo_fetch "$port"
	demo_hints
}

# The sample's project, on the port that was asked for.
demo_davit() {
	local port files=(-f compose.yaml)
	port=$(<"$DEMO/port")

	[[ $port == 80 ]] || files+=(-f port.yaml)
	(cd samples/article && WEB_PORT=$port "$DAVIT" "${files[@]}" "$@")
}

# A port that something else than this demo listens on is told before anything is done.
demo_check_port() {
	local port=$1
	[[ ! -e $DEMO/port || $(<"$DEMO/port") != "$port" ]] || return 0
	[[ -z $(ss -Hltn "sport = :$port") ]] ||
		die "port $port is taken by $(demo_port_owner "$port"); choose another: ./dev demo --port 8080"
}

demo_port_owner() {
	local owner
	owner=$(ss -Hltnp "sport = :$1" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (pid \2)/p' | head -n1)
	echo "${owner:-something else}"
}

# ---- the engine

demo_engine_answers() {
	demo_curl --max-time 5 /_ping >/dev/null 2>&1
}

# Asks the engine of DOCKER_HOST: demo_curl [OPTION...] PATH
demo_curl() {
	local path=${*: -1} options=("${@:1:$#-1}")
	case ${DOCKER_HOST-} in
	unix://*) curl -sSf --unix-socket "${DOCKER_HOST#unix://}" "${options[@]}" "http://engine$path" ;;
	tcp://*) curl -sSf "${options[@]}" "http://${DOCKER_HOST#tcp://}$path" ;;
	*) die "the demo needs DOCKER_HOST as unix:// or tcp://, not \"${DOCKER_HOST-}\"" ;;
	esac
}

# Uses the engine of DOCKER_HOST, or the usual one, or the demo's own, or starts that.
demo_find_engine() {
	if [[ ${DOCKER_HOST-} ]]; then
		demo_engine_answers || die "no engine answers at DOCKER_HOST, $DOCKER_HOST"
		return
	fi
	export DOCKER_HOST
	for DOCKER_HOST in unix:///var/run/docker.sock "unix://$DEMO/docker.sock"; do
		! demo_engine_answers || return 0
	done
	demo_start_engine
}

demo_start_engine() {
	local tries
	[[ $EUID == 0 ]] || die "no engine answers, and only root can start one"
	command -v dockerd >/dev/null || install_packages docker.io
	# A package may have started the engine of the machine: then that is the one.
	DOCKER_HOST=unix:///var/run/docker.sock
	! demo_engine_answers || return 0

	say "Starting an engine for the demo"
	mkdir -p "$DEMO"
	DOCKER_HOST=unix://$DEMO/docker.sock
	setsid dockerd --host "$DOCKER_HOST" --data-root "$DEMO/data" --exec-root "$DEMO/exec" \
		--pidfile "$DEMO/docker.pid" >"$DEMO/dockerd.log" 2>&1 </dev/null &
	for ((tries = 0; tries < 300; tries++)); do
		! demo_engine_answers || return 0
		read -rt 0.1 <> <(:) || :
	done
	tail -n 20 "$DEMO/dockerd.log" >&2
	die "the demo's engine does not answer; its log is $DEMO/dockerd.log"
}

# ---- the images

# Makes sure that IMAGE is there: it stays untouched where it is, else it is pulled, else it is made from packages.
demo_need_image() {
	local image=$1 name
	! demo_curl "/images/$image/json" >/dev/null 2>&1 || return 0

	mkdir -p "$DEMO"
	echo "$image" >>"$DEMO/images"
	say "Image $image"
	if demo_pull "$image"; then
		echo "pulled"
		return
	fi
	echo "cannot be pulled here; making it from Debian packages"
	name=${image%:*}
	[[ $DOCKER_HOST == unix://* ]] || die "images are made only for an engine on this machine"
	$LAB import "${DOCKER_HOST#unix://}" "$name"
}

# A pull that brings nothing for 20 s is given up.
demo_pull() {
	local answer
	answer=$(demo_curl -X POST --speed-limit 1 --speed-time 20 \
		"/images/create?fromImage=${1%:*}&tag=${1##*:}" 2>/dev/null) || return 1
	[[ $answer != *'"error"'* ]]
}

# ---- what is shown at the end

demo_fetch() {
	local tries
	for ((tries = 0; tries < 100; tries++)); do
		! curl -sf "http://127.0.0.1:$1/" || return 0
		read -rt 0.1 <> <(:) || :
	done
	die "the web service does not answer on port $1"
}

demo_hints() {
	local host=''
	[[ $DOCKER_HOST == unix:///var/run/docker.sock ]] || host="export DOCKER_HOST=$DOCKER_HOST"
	say "Look around"
	cat <<-TEXT
		  ${host:+$host
		  }cd samples/article; PATH=$PWD/build/cmd:\$PATH
		  davit logs
		  davit exec db mysql -uexampleuser -pexamplepass exampledb -e 'select now()'
		  \$EDITOR compose.yaml; davit plan; davit up -d
		To end it: ./dev demo --down
	TEXT
}

# ---- the way back

demo_down() {
	local image
	[[ -e $DEMO/port ]] || die "no demo is up"
	[[ ${DOCKER_HOST-} ]] || demo_find_running_engine

	say "davit down -v"
	demo_davit down -v
	if [[ $DOCKER_HOST == "unix://$DEMO/docker.sock" ]]; then
		demo_stop_engine
	elif [[ -e $DEMO/images ]]; then
		while read -r image; do
			demo_curl -X DELETE "/images/$image" >/dev/null || echo "the image $image stays: it is in use"
		done <"$DEMO/images"
	fi
	rm -rf "$DEMO"
	echo "All that the demo brought is gone; build/ and installed packages stay."
}

demo_find_running_engine() {
	export DOCKER_HOST=unix:///var/run/docker.sock
	[[ ! -S $DEMO/docker.sock ]] || DOCKER_HOST=unix://$DEMO/docker.sock
	demo_engine_answers || die "the demo's engine does not answer at $DOCKER_HOST"
}

demo_stop_engine() {
	local pid tries
	pid=$(<"$DEMO/docker.pid")
	kill "$pid"
	for ((tries = 0; tries < 300; tries++)); do
		if [[ ! -e /proc/$pid ]]; then
			# dockerd leaves its bridge behind.
			! ip link show docker0 >/dev/null 2>&1 || ip link delete docker0
			return 0
		fi
		read -rt 0.1 <> <(:) || :
	done
	die "the demo's engine (pid $pid) does not end"
}
