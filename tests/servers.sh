#!/bin/bash
# Private PostgreSQL and MariaDB servers on free ports of the loopback interface, for tests only: what is committed
# survives the end of the server's processes, not that of the machine.
#
#     tests/servers.sh start DIRECTORY [SERVER [SETTING...]]  # an empty directory; prints `export` lines of the URLs
#     tests/servers.sh launch DIRECTORY SERVER    # starts a server of it again that has ended
#     tests/servers.sh standby DIRECTORY OF       # an empty directory; a PostgreSQL standby that streams from OF's
#     tests/servers.sh stop DIRECTORY             # stops what was started there, and removes the directory
#
# SERVER is postgresql or mariadb; without it, both. SETTING is one of the server's own: max_connections=10.
# By hand: dir=$(mktemp -d); eval "$(tests/servers.sh start "$dir")"; ...; tests/servers.sh stop "$dir"
#
# PostgreSQL: role postgres needs no password, all others do (scram-sha-256). MariaDB: root has no password.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

usage() { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[[ $# -eq 2 || $# -eq 3 || ($# -gt 3 && $1 == start) ]] || usage
command=$1
dir=$(cd "$2" && pwd -P)
server=${3:-}
settings=("${@:4}")

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

# Each server keeps its port in a file, so that it can be launched again.

make_postgresql() {
    local bin port data=$dir/postgresql
    bin=$(postgresql_bin)
    port=$(free_port)
    echo "$port" > "$dir/postgresql.port"
    owned_directory postgres "$data"
    chmod 700 "$data"
    prepare postgres "$dir/initdb.log" "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --no-locale --no-sync
    cat >> "$data/postgresql.conf" <<-END
		listen_addresses = '127.0.0.1'
		port = $port
		unix_socket_directories = '$data'
		max_connections = 200
		fsync = off
		full_page_writes = off
	END
    ((${#settings[@]} == 0)) || printf '%s\n' "${settings[@]}" >> "$data/postgresql.conf"  # the last one holds
    cat > "$data/pg_hba.conf" <<-END
		local all postgres trust
		local replication postgres trust
		host all postgres 127.0.0.1/32 trust
		host replication postgres 127.0.0.1/32 trust
		host all all 127.0.0.1/32 scram-sha-256
	END
}

postgresql_bin() { printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1; }

launch_postgresql() {
    local bin lock=$dir/postgresql/postmaster.pid
    bin=$(postgresql_bin)
    # A killed server that nobody has waited for still counts as running.
    if [[ -s $lock ]] && ! is_ours "$(head -n 1 "$lock")"; then rm "$lock" "$dir"/postgresql/.s.PGSQL.*.lock; fi
    (run_as postgres "$bin/postgres" -D "$dir/postgresql") >> "$dir/postgresql.log" 2>&1 < /dev/null &
    echo $! > "$dir/postgresql.pid"
    wait_until postgresql "$dir/postgresql.log" \
        "$bin/pg_isready" -h 127.0.0.1 -p "$(cat "$dir/postgresql.port")" -U postgres
}

start_postgresql() {
    make_postgresql
    launch_postgresql
    local port
    port=$(cat "$dir/postgresql.port")
    "$(postgresql_bin)/createdb" -h 127.0.0.1 -p "$port" -U postgres sociable
    echo "export SOCIABLE_TEST_POSTGRESQL_URL=postgresql://postgres@127.0.0.1:$port/sociable"
}

start_standby() {
    local of port data=$dir/postgresql
    of=$(cat "$1/postgresql.port")
    port=$(free_port)
    echo "$port" > "$dir/postgresql.port"
    owned_directory postgres "$data"
    chmod 700 "$data"
    prepare postgres "$dir/basebackup.log" "$(postgresql_bin)/pg_basebackup" \
        -h 127.0.0.1 -p "$of" -U postgres -D "$data" -R -X stream -c fast --no-sync
    # The last of two settings holds.
    printf "port = %s\nunix_socket_directories = '%s'\n" "$port" "$data" >> "$data/postgresql.conf"
    launch_postgresql
    echo "export SOCIABLE_TEST_POSTGRESQL_URL=postgresql://postgres@127.0.0.1:$port/sociable"
}

mariadb_client=(--no-defaults --user=root --host=127.0.0.1 --protocol=tcp)

make_mariadb() {
    local data=$dir/mariadb
    free_port > "$dir/mariadb.port"
    printf '%s\n' "${settings[@]/#/--}" > "$dir/mariadb.settings"
    owned_directory mysql "$data"
    prepare mysql "$dir/mariadb-install-db.log" mariadb-install-db --no-defaults --datadir="$data" --tmpdir="$data" \
        --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve --force
}

launch_mariadb() {
    local port data=$dir/mariadb
    port=$(cat "$dir/mariadb.port")
    mapfile -t settings < <(grep -x -e '--.\+' "$dir/mariadb.settings")
    (run_as mysql mariadbd --no-defaults --datadir="$data" --tmpdir="$data" --socket="$data/socket" --port="$port" \
        --pid-file="$data/pid" --bind-address=127.0.0.1 --skip-name-resolve --max-connections=300 \
        --performance-schema=OFF --character-set-server=utf8mb4 --innodb-flush-log-at-trx-commit=2 \
        --innodb-buffer-pool-size=64M "${settings[@]}") >> "$dir/mariadb.log" 2>&1 < /dev/null &
    echo $! > "$dir/mariadb.pid"
    wait_until mariadb "$dir/mariadb.log" mariadb-admin "${mariadb_client[@]}" --port="$port" ping
}

start_mariadb() {
    make_mariadb
    launch_mariadb
    local port
    port=$(cat "$dir/mariadb.port")
    mariadb "${mariadb_client[@]}" --port="$port" -e "CREATE DATABASE sociable"
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
    start | launch)
        [[ $server == postgresql || $server == mariadb || ($command == start && -z $server) ]] || usage
        chmod 755 "$dir"
        trap 'kill $(jobs -p) 2> /dev/null; exit 1' EXIT
        trap 'exit 130' INT TERM HUP
        for each in ${server:-postgresql mariadb}; do "${command}_$each"; done
        trap - EXIT
        ;;
    standby)
        chmod 755 "$dir"
        trap 'kill $(jobs -p) 2> /dev/null; exit 1' EXIT
        start_standby "$(cd "$server" && pwd -P)"
        trap - EXIT
        ;;
    stop) stop ;;
    *) usage ;;
esac
