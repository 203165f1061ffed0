#!/usr/bin/env bash
# make torture: the fault suite in full: kills, crashes, stuck blocks, deadlocks, cancelling at random moments. It takes
# about half an hour on two cores; `make test` runs the same tests with smaller numbers, in about a minute.
set -eu
source "$(dirname "$0")/environment.sh"
make_environment .venv -e '.[dev]'
began=$SECONDS status=0
SHTAIRIR_TORTURE=full "$ENVIRONMENT/bin/pytest" -q --timeout 3600 --durations 10 tests/torture "$@" </dev/null || status=$?
printf 'The fault suite took %d min %d s.\n' $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60))
exit $status
