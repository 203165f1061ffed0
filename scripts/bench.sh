#!/usr/bin/env bash
# make bench: the benchmarks, each a program of its own. They print times; no test asserts one.
set -eu
source "$(dirname "$0")/environment.sh"
make_environment .venv -e '.[dev]'

for benchmark in tests/benchmarks/*.py; do
    printf '\n== %s\n' "$benchmark"
    "$ENVIRONMENT/bin/python" "$benchmark" </dev/null
done
