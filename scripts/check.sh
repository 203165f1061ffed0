#!/usr/bin/env bash
# make check: lint, types and layers.
set -eu
source "$(dirname "$0")/environment.sh"
make_environment .venv -e '.[dev]'

status=0
"$ENVIRONMENT/bin/ruff" check . || status=1
"$ENVIRONMENT/bin/mypy" --python-version "$(version_of "$BASE_PYTHON")" || status=1
"$ENVIRONMENT/bin/lint-imports" || status=1
exit $status
