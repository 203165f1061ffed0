#!/usr/bin/env bash
# make bench: the benchmarks. They print times; no test asserts one.
set -eu
source "$(dirname "$0")/environment.sh"
make_environment .venv -e '.[dev]'
exec "$ENVIRONMENT/bin/pytest" -q -s tests/benchmarks
