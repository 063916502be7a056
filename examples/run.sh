#!/bin/bash
# Installs what is missing from Debian, builds, and runs the main job on an embedded SQLite file, or on the server
# that is named:
#
#     examples/run.sh [postgresql://user:password@host/database | mysql://... | mariadb://... | sqlite:///path]
set -euo pipefail
cd "$(dirname "$0")/.."

cmake/install_debian_packages.sh build
build=$PWD/build/release
{
    cmake --preset release
    cmake --build --preset release --target sociable_example_main_job
} >&2
exec "$build/examples/sociable_example_main_job" "${1:-sqlite:///$build/main_job.db}"
