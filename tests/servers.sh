#!/bin/bash
# Private PostgreSQL and MariaDB servers on free ports of the loopback interface, for tests only: nothing is durable.
#
#     tests/servers.sh start DIRECTORY    # an empty directory; prints the `export` lines of the URLs
#     tests/servers.sh stop DIRECTORY     # stops what start has started there, and removes the directory
#
# By hand: dir=$(mktemp -d); eval "$(tests/servers.sh start "$dir")"; ...; tests/servers.sh stop "$dir"
#
# PostgreSQL: role postgres needs no password, all others do (scram-sha-256). MariaDB: root has no password.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[[ $# -eq 2 ]] || usage
command=$1
dir=$(cd "$2" && pwd -P)

# Neither server runs as root. Replaces this process, so that its id is the server's.
run_as() {
    local user=$1; shift
    if [[ $EUID -eq 0 ]]; then
        exec setpriv --reuid="$user" --regid="$user" --init-groups "$@"
    else
        exec "$@"
    fi
}

# prepare USER LOG COMMAND...: runs to its end, and shows what it said only when it fails.
prepare() {
    local user=$1 log=$2; shift 2
    (run_as "$user" "$@") > "$log" 2>&1 || { cat "$log" >&2; return 1; }
}

owned_directory() {
    mkdir -p "$2"
    [[ $EUID -ne 0 ]] || chown "$1:" "$2"
}

free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
    echo "$port"
}

# wait_until NAME LOG COMMAND...: for as long as the server NAME lives, and at most 60 s.
wait_until() {
    local name=$1 log=$2; shift 2
    local deadline=$((SECONDS + 60))
    until "$@" > /dev/null 2>&1; do
        if ! kill -0 "$(cat "$dir/$name.pid")" 2> /dev/null || ((SECONDS >= deadline)); then
            echo "$name does not start:" >&2
            tail -n 20 "$log" >&2
            return 1
        fi
        sleep 0.05
    done
}

start_postgresql() {
    local bin port data=$dir/postgresql
    bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    port=$(free_port)
    owned_directory postgres "$data"
    chmod 700 "$data"
    prepare postgres "$dir/initdb.log" "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --no-locale --no-sync
    cat >> "$data/postgresql.conf" <<-END
		listen_addresses = '127.0.0.1'
		port = $port
		unix_socket_directories = '$data'
		max_connections = 200
		fsync = off
		synchronous_commit = off
		full_page_writes = off
	END
    cat > "$data/pg_hba.conf" <<-END
		local all postgres trust
		host all postgres 127.0.0.1/32 trust
		host all all 127.0.0.1/32 scram-sha-256
	END
    (run_as postgres "$bin/postgres" -D "$data") > "$dir/postgresql.log" 2>&1 < /dev/null &
    echo $! > "$dir/postgresql.pid"
    wait_until postgresql "$dir/postgresql.log" "$bin/pg_isready" -h 127.0.0.1 -p "$port" -U postgres
    "$bin/createdb" -h 127.0.0.1 -p "$port" -U postgres sociable
    echo "export SOCIABLE_TEST_POSTGRESQL_URL=postgresql://postgres@127.0.0.1:$port/sociable"
}

start_mariadb() {
    local port data=$dir/mariadb
    local client=(--no-defaults --user=root --host=127.0.0.1 --protocol=tcp)
    port=$(free_port)
    owned_directory mysql "$data"
    prepare mysql "$dir/mariadb-install-db.log" mariadb-install-db --no-defaults --datadir="$data" --tmpdir="$data" \
        --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve --force
    (run_as mysql mariadbd --no-defaults --datadir="$data" --tmpdir="$data" --socket="$data/socket" --port="$port" \
        --pid-file="$data/pid" --bind-address=127.0.0.1 --skip-name-resolve --max-connections=300 \
        --performance-schema=OFF --character-set-server=utf8mb4 --innodb-flush-log-at-trx-commit=0 \
        --innodb-buffer-pool-size=64M) > "$dir/mariadb.log" 2>&1 < /dev/null &
    echo $! > "$dir/mariadb.pid"
    wait_until mariadb "$dir/mariadb.log" mariadb-admin "${client[@]}" --port="$port" ping
    mariadb "${client[@]}" --port="$port" -e "CREATE DATABASE sociable"
    echo "export SOCIABLE_TEST_MYSQL_URL=mysql://root@127.0.0.1:$port/sociable"
}

# Only a process that still has our directory on its command line is ours: its number may have gone to another.
is_ours() { tr '\0' ' ' 2> /dev/null < "/proc/$1/cmdline" | grep -qF -- "$dir"; }

stop_server() {
    local pid deadline=$((SECONDS + 10))
    [[ -s $dir/$1.pid ]] || return 0
    pid=$(cat "$dir/$1.pid")
    is_ours "$pid" && kill -s "$2" "$pid" 2> /dev/null
    while is_ours "$pid"; do
        ((SECONDS < deadline)) || kill -s KILL "$pid" 2> /dev/null || true
        sleep 0.05
    done
}

stop() {
    stop_server postgresql QUIT
    stop_server mariadb TERM
    rm -rf "$dir"
}

case $command in
    start)
        chmod 755 "$dir"
        trap 'kill $(jobs -p) 2> /dev/null; exit 1' EXIT
        trap 'exit 130' INT TERM HUP
        start_postgresql
        start_mariadb
        trap - EXIT
        ;;
    stop) stop ;;
    *) usage ;;
esac
