#!/bin/bash
# Measures the library beside its peers and its limits: installs what is missing from Debian, builds in release mode,
# starts private database servers, lets all contestants of each row work in turn for several rounds, and prints tables
# of ratios. The whole of it is also written to docs/benchmarks.md, and as JSON beside the build.
#
#     tests/benchmarks/run.sh [--rows 1,4,5] [--rounds N] [--quick] [--check]
#
# --rows    only these rows, an error when there is no such row; docs/benchmarks.md is left alone
# --rounds  how often each contestant has its turn, 5 unless told
# --quick   one round of next to nothing: shows that all of it runs, not how fast. Prints figures, but judges nothing;
#           docs/benchmarks.md is left alone
# --check   exit with 1 when a target is missed or a contestant has failed; with --quick only when one has failed
#
# A row is a directory, <number>_<name>; each *.cpp, *.java, *.py or *.sh in it is one program, whose name says who is
# measured. It prints a line of JSON for each measurement, or exits with 77 when its peer isn't installed. What is
# compared with what, the targets, and what is known to limit a row are in targets.py.
set -euo pipefail
cd "$(dirname "$0")/../.."

rows=
rounds=5
quick=${SOCIABLE_BENCHMARK_QUICK:+1}
report=()

usage() {
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' tests/benchmarks/run.sh >&2
    exit 2
}

while [[ $# -gt 0 ]]; do
    case $1 in
        --rows) rows=${2:?"--rows needs numbers"}; shift ;;
        --rounds) rounds=${2:?"--rounds needs a number"}; shift ;;
        --quick) quick=1 ;;
        --check) report+=(--check) ;;
        *) usage ;;
    esac
    shift
done

fail() {
    echo "$*" >&2
    exit 2
}

# number_of DIRECTORY: 01_checkout is row 1.
number_of() {
    local name=${1%/}
    name=${name##*/}
    echo $((10#${name%%_*}))
}

# check_rows: each of those that are asked for must be there.
check_rows() {
    local row asked known=() there=
    for row in tests/benchmarks/[0-9]*/; do
        row=${row%/}
        known+=("$(number_of "$row")")
        there+=", ${known[-1]} (${row##*_})"
    done
    IFS=, read -ra asked <<< "$rows"
    for row in "${asked[@]}"; do
        [[ $row =~ ^[0-9]+$ && " ${known[*]} " == *" $row "* ]] ||
            fail "--rows: there is no row '$row'. There are ${there#, }."
    done
}
check_rows
[[ $rounds =~ ^[1-9][0-9]*$ ]] || fail "--rounds: '$rounds' is not a number of rounds, of which there is at least one."
if [[ $quick ]]; then
    rounds=1
    report+=(--quick)
    export SOCIABLE_BENCHMARK_QUICK=1
fi

cmake/install_debian_packages.sh build tests
cmake/install_debian_packages.sh benchmarks  # what can't be installed is reported as missing

build=$PWD/build/benchmarks
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSOCIABLE_BUILD_BENCHMARKS=ON -DSOCIABLE_BUILD_TESTS=OFF \
    -DSOCIABLE_BUILD_EXAMPLES=OFF -DSOCIABLE_BUILD_TOOLS=OFF -DSOCIABLE_BUILD_MONITOR=OFF > /dev/null
cmake --build "$build" >&2
export SOCIABLE_BENCHMARK_BUILD=$build

servers=
pgbouncer=
clean_up() {
    [[ -z $pgbouncer ]] || kill "$pgbouncer" 2> /dev/null || true
    [[ -z $servers ]] || tests/servers.sh stop "$servers"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
servers=$(mktemp -d "${TMPDIR:-/tmp}/sociable-benchmarks-XXXXXX")
urls=$(tests/servers.sh start "$servers")
eval "$urls"
export SOCIABLE_BENCHMARK_FILES=$servers/files  # for databases in files
mkdir "$SOCIABLE_BENCHMARK_FILES"

# PgBouncer keeps the connections in its own process, in front of the same PostgreSQL server. Not as root.
start_pgbouncer() {
    local port=$((32000 + RANDOM % 700)) server=${SOCIABLE_TEST_POSTGRESQL_URL#*://} as_postgres=()
    command -v pgbouncer > /dev/null || PATH=$PATH:/usr/sbin
    command -v pgbouncer > /dev/null || return 0
    server=${server#*@}
    server=${server%/*}
    cat > "$servers/pgbouncer.ini" <<-END
		[databases]
		* = host=${server%:*} port=${server#*:} user=postgres
		[pgbouncer]
		listen_addr = 127.0.0.1
		listen_port = $port
		unix_socket_dir =
		auth_type = any
		pool_mode = transaction
		default_pool_size = 16
		max_client_conn = 200
		log_connections = 0
		log_disconnections = 0
	END
    [[ $EUID -ne 0 ]] || as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
    "${as_postgres[@]}" pgbouncer -q "$servers/pgbouncer.ini" < /dev/null > "$servers/pgbouncer.log" 2>&1 &
    pgbouncer=$!
    export SOCIABLE_BENCHMARK_PGBOUNCER_URL=postgresql://postgres@127.0.0.1:$port/sociable
}
start_pgbouncer

# run_contestant FILE: prints its measurements. Python is Debian's own, which sees Debian's packages.
run_contestant() {
    local file=$1 row=${1%/*} name status=0 jars=/usr/share/java
    name=$(basename "$row")_$(basename "${file%.*}")
    case $file in
        *.cpp) if [[ -x $build/tests/benchmarks/$name ]]; then "$build/tests/benchmarks/$name"; else return 77; fi ;;
        *.py) /usr/bin/python3 -B "$file" ;;
        *.sh) bash "$file" ;;
        *.java)
            [[ -e $jars/HikariCP.jar ]] && command -v javac > /dev/null || return 77
            [[ -d $build/$name && ! $file -nt $build/$name ]] ||
                javac -cp "$jars/HikariCP.jar" -sourcepath tests/benchmarks/stub -d "$build/$name" "$file"
            java -cp "$build/$name:$jars/HikariCP.jar:$jars/slf4j-api.jar:$jars/slf4j-nop.jar" "$(basename "${file%.java}")"
            ;;
    esac
}

lines=$build/measurements.jsonl
: > "$lines"
for row in tests/benchmarks/[0-9]*/; do
    row=${row%/}
    number=$(number_of "$row")
    [[ -z $rows || ,$rows, == *",$number,"* ]] || continue
    for ((round = 1; round <= rounds; ++round)); do
        for file in "$row"/*.{cpp,java,py,sh}; do
            [[ -e $file ]] || continue
            echo "$file, round $round of $rounds" >&2
            status=0
            run_contestant "$file" < /dev/null >> "$lines" || status=$?
            if ((status != 0)); then
                ((status == 77)) && why=missing || why=failed
                echo "$file: $why" >&2
                printf '{"row": %d, "%s": "%s"}\n' "$number" "$why" "$(basename "${file%.*}")" >> "$lines"
            fi
        done
    done
done

[[ -n $rows || -n $quick ]] || report+=(--write docs/benchmarks.md)
python3 -B tests/benchmarks/report.py "$lines" --json "$build/benchmarks.json" "${report[@]}"
