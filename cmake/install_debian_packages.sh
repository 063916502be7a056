#!/bin/bash
# Installs from Debian 12 what is missing, as root or through sudo.
#
#     cmake/install_debian_packages.sh build            # to build the library and its examples
#     cmake/install_debian_packages.sh build tests      # and to run the tests against real servers
#     cmake/install_debian_packages.sh build tests coverage fuzz
#     cmake/install_debian_packages.sh build tests benchmarks   # and to measure it beside other libraries
#
# Boost is named by version: the unversioned packages are 1.74, which has no Boost.URL and can't be installed beside
# 1.81. Nothing is ever removed, and no server is started: the tests start private ones.
set -euo pipefail

declare -A packages=(
    [build]="g++ cmake ninja-build ccache pkg-config libsoci-dev libspdlog-dev libboost1.81-dev libboost-url1.81-dev
             libboost-json1.81-dev libpq-dev libmariadb-dev libsqlite3-dev"
    [tests]="doctest-dev postgresql mariadb-server pgbouncer prometheus python3-jsonschema
             chromium-headless-shell wrk"
    [coverage]="gcovr"
    [fuzz]="clang libclang-rt-14-dev"
    [benchmarks]="libpoco-dev libcppdb-dev libcppdb-sqlite3-0 libcppdb-postgresql0 libcppdb-mysql0 libpqxx-dev
                  libhikaricp-java openjdk-17-jdk-headless python3-sqlalchemy python3-psycopg2 python3-psycopg
                  python3-psycopg-pool"
)

if ! command -v dpkg-query > /dev/null; then
    echo "This is no Debian: taking for granted that what ${0} would install is there." >&2
    exit 0
fi

missing=()
for group in "$@"; do
    for package in ${packages[$group]:?"unknown group of packages: $group"}; do
        status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2> /dev/null || true)
        [[ $status == installed ]] || missing+=("$package")
    done
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

echo "Installing from Debian: ${missing[*]}" >&2
as_root=()
if [[ $EUID -ne 0 ]]; then
    command -v sudo > /dev/null || { echo "Run this as root, or install sudo." >&2; exit 1; }
    as_root=(sudo)
fi

# Debian starts a server as soon as it is installed, unless this file says that it is not allowed.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" > /dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi

install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends --no-remove "$@"
}
"${as_root[@]}" apt-get update -q
install "${missing[@]}" && exit 0
[[ $* == benchmarks ]] || exit 1
# A library to compare with that can't be had must not keep the others away.
for package in "${missing[@]}"; do install "$package" || echo "$package can't be installed." >&2; done
