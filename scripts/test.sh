#!/usr/bin/env bash
# make test: all that the gate asks, step by step. A failed step does not hide the ones after it.
set -eu
source "$(dirname "$0")/environment.sh"
source scripts/qt_libraries.sh

FAMILIES=array,image,table,signal,chart,text,json,file,web,database,stats,learn
REPORT=""
FAILED=0

step() {
    local title=$1 began=$SECONDS verdict=passed
    shift
    printf '\n== %s\n' "$title"
    "$@" </dev/null || { verdict=FAILED FAILED=1; }
    REPORT+=$(printf '%-6s %4d s  %s' "$verdict" $((SECONDS - began)) "$title")$'\n'
}

# The wheel, not the tree, is what a stranger gets: these environments must not see the checkout.
build_wheel() {
    rm -rf build/wheel
    "$ENVIRONMENT/bin/python" -m pip wheel -q --no-deps -w build/wheel . </dev/null || fail "could not build the wheel"
    WHEEL=$(echo build/wheel/shtairir-*.whl)
}

install_wheel() {
    "$ENVIRONMENT/bin/python" -m pip install -q --force-reinstall --no-deps "$WHEEL" </dev/null
}

# The tests are run from a place of their own, since beside the checkout they would import it.
stage_tests() {
    rm -rf build/headless
    mkdir -p build/headless/tests
    cp pyproject.toml build/headless
    cp -R tests/conftest.py tests/engine tests/blocks tests/benchmarks build/headless/tests
}

run_staged_tests() {
    local pytest=$PWD/$ENVIRONMENT/bin/pytest
    # Memory that is freed or not yet written holds a pattern: who reads it anyway does not find zeros by luck.
    (cd build/headless && SHTAIRIR_POISON=1 "$pytest" -q tests)
}

prove_bare_install() {
    local python=$PWD/$ENVIRONMENT/bin/python proof=$PWD/scripts/prove_headless.py
    (cd / && "$python" "$proof")
}

export QT_QPA_PLATFORM=offscreen
unset DISPLAY WAYLAND_DISPLAY

find_python
echo "Testing with $("$BASE_PYTHON" -VV </dev/null)"
need_qt_libraries "$QT_OFFSCREEN"

make_environment .venv -e '.[dev]'
DEVELOPMENT=$ENVIRONMENT
step "lint" "$DEVELOPMENT/bin/ruff" check .
# NumPy's types for a newer Python cannot be read as those of the oldest.
step "types" "$DEVELOPMENT/bin/mypy" --python-version "$(version_of "$BASE_PYTHON")"
step "layers" "$DEVELOPMENT/bin/lint-imports"
build_wheel

make_environment .venv-bare "$WHEEL"
install_wheel
step "pip install . alone runs a graph, without Qt and without block libraries" prove_bare_install

make_environment .venv-headless "$WHEEL[$FAMILIES,test]"
install_wheel
stage_tests
step "engine and block tests without Qt, in poisoned memory" run_staged_tests

step "window, examples, guides and packaging" "$DEVELOPMENT/bin/pytest" -q tests/ui tests/examples tests/test_*.py
step "fault suite, in its short form" "$DEVELOPMENT/bin/pytest" -q tests/torture
step "doctests" "$DEVELOPMENT/bin/pytest" -q --doctest-modules shtairir blocks/shtairir_blocks ui/shtairir_ui assets/shtairir_assets

printf '\n%s' "$REPORT"
exit $FAILED
