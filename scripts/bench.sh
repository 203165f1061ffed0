#!/usr/bin/env bash
# make bench: ours beside its peers, in one run; writes docs/benchmarks.md. No test asserts a time.
set -eu
source "$(dirname "$0")/environment.sh"
# An environment of its own: the peers bring much with them that the tests shall not see.
make_environment .venv-bench -e '.[bench]'
exec "$ENVIRONMENT/bin/python" -m tests.benchmarks "$@"
