# Sourced by the other scripts: finds a Python, and makes virtual environments that are rebuilt only when
# what they were made from (interpreter, requirements, pyproject.toml, place) has changed.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# Debian's own pip may be older than the wheels it is asked for, never too old to fetch them.
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

fail() {
    printf 'shtairir: %s\n' "$*" >&2
    exit 1
}

can_install_packages() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1
}

install_packages() {
    local log
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update && apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
        tail -n 5 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# A name on the PATH proves nothing: version managers leave commands there that only print an error.
is_suitable() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' >/dev/null 2>&1 </dev/null
}

makes_environments() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 </dev/null
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' </dev/null
}

# Sets BASE_PYTHON, the interpreter that environments are made from: the one asked for in PYTHON, else the
# machine's python3, else the first suitable version that runs.
find_python() {
    local candidate lacking=
    [ -n "${BASE_PYTHON:-}" ] && return
    if [ -n "${PYTHON:-}" ]; then
        is_suitable "$PYTHON" || fail "PYTHON=$PYTHON does not run as Python 3.11, 3.12, 3.13 or 3.14."
        set -- "$PYTHON"
    else
        set -- python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3
    fi
    for candidate in "$@"; do
        is_suitable "$candidate" || continue
        if makes_environments "$candidate"; then
            BASE_PYTHON=$candidate
            return
        fi
        lacking=${lacking:-$candidate}
    done
    [ -n "$lacking" ] || fail "needs Python 3.11, 3.12, 3.13 or 3.14; install one (on Debian: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python"
    local package
    package="python$(version_of "$lacking")-venv"
    if can_install_packages && install_packages "$package" && makes_environments "$lacking"; then
        BASE_PYTHON=$lacking
        return
    fi
    fail "$lacking cannot make virtual environments; install the package that adds it: sudo apt-get install $package"
}

# An interpreter that was asked for by name gets environments of its own beside the usual ones.
environment_name() {
    find_python
    if [ -n "${PYTHON:-}" ]; then
        echo "$1-$(version_of "$BASE_PYTHON")"
    else
        echo "$1"
    fi
}

# make_environment NAME REQUIREMENT...: sets ENVIRONMENT to a virtual environment that has the requirements.
# Its stamp names what it was made from and, a line each, the requirements it already holds.
make_environment() {
    local name=$1 stamp origin
    shift
    find_python
    ENVIRONMENT=$(environment_name "$name")
    stamp=$ENVIRONMENT/.made-from
    origin="$("$BASE_PYTHON" -VV </dev/null | tr '\n' ' ')| $PWD | $(cksum <pyproject.toml)"
    if [ ! -x "$ENVIRONMENT/bin/python" ] || [ "$(head -n 1 "$stamp" 2>/dev/null)" != "$origin" ]; then
        "$BASE_PYTHON" -m venv --clear "$ENVIRONMENT" </dev/null || fail "could not make $ENVIRONMENT"
        printf '%s\n' "$origin" >"$stamp"
    fi
    if ! grep -qxF -- "$*" "$stamp"; then
        echo "Installing into $ENVIRONMENT (a few minutes the first time)"
        pip_install "$@"
        printf '%s\n' "$*" >>"$stamp"
    fi
}

pip_install() {
    local quiet=-q
    [ -t 1 ] && quiet=
    "$ENVIRONMENT/bin/python" -m pip install $quiet "$@" </dev/null || fail "could not install $* into $ENVIRONMENT; the lines above say why"
}
