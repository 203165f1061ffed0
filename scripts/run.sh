#!/usr/bin/env bash
# make run: the editor with the coins example, or the same example headless where there is no screen.
set -eu
source "$(dirname "$0")/environment.sh"
source scripts/qt_libraries.sh

EXAMPLE=assets/shtairir_assets/examples/coins.shtairir

# Prints why no window can be shown, or nothing. A DISPLAY may be set and dead: only connecting tells.
no_screen() {
    [ "$(uname -s)" = Linux ] || return 0
    if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
        echo "neither DISPLAY nor WAYLAND_DISPLAY is set"
    elif ! "$ENVIRONMENT/bin/python" -c 'from PySide6.QtGui import QGuiApplication; QGuiApplication([])' >/dev/null 2>&1; then
        echo "the display ${DISPLAY:-$WAYLAND_DISPLAY} does not answer"
    fi
}

make_environment .venv -e '.[all]'
[ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || need_qt_libraries "$QT_ON_SCREEN"
reason=$(no_screen 2>/dev/null)
if [ -z "$reason" ]; then
    exec "$ENVIRONMENT/bin/shtairir" edit "$EXAMPLE"
fi
echo "There is no screen here ($reason), so the example runs without the window."
exec "$ENVIRONMENT/bin/shtairir" run "$EXAMPLE" --output shtairir-output
