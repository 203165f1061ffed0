# Sourced after environment.sh: the system libraries that Qt loads, found by asking the loader for them.

# Debian package and the file it brings; a later Debian may rename the package, the file keeps its name.
QT_OFFSCREEN="libglib2.0-0:libgthread-2.0.so.0 libgl1:libGL.so.1 libegl1:libEGL.so.1
    libxkbcommon0:libxkbcommon.so.0 libdbus-1-3:libdbus-1.so.3 libfontconfig1:libfontconfig.so.1"
QT_ON_SCREEN="$QT_OFFSCREEN libxcb-cursor0:libxcb-cursor.so.0 libxcb-icccm4:libxcb-icccm.so.4
    libxcb-keysyms1:libxcb-keysyms.so.1 libxcb-shape0:libxcb-shape.so.0 libxkbcommon-x11-0:libxkbcommon-x11.so.0
    libxcb-randr0:libxcb-randr.so.0 libxcb-xfixes0:libxcb-xfixes.so.0 libxcb-image0:libxcb-image.so.0
    libxcb-render-util0:libxcb-render-util.so.0"

# Without a single font Qt draws no text, and a screenshot shows empty boxes.
has_font() {
    find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" \
        \( -name '*.ttf' -o -name '*.otf' -o -name '*.ttc' -o -name '*.pfb' \) -print -quit 2>/dev/null | grep -q .
}

missing_packages() {
    local pair missing=
    for pair in $1; do
        "$BASE_PYTHON" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "${pair#*:}" >/dev/null 2>&1 </dev/null ||
            missing="$missing ${pair%%:*}"
    done
    has_font || missing="$missing fonts-dejavu-core"
    echo "${missing# }"
}

# need_qt_libraries LIST: installs what is missing when it may, else fails with one line that names it.
need_qt_libraries() {
    [ "$(uname -s)" = Linux ] || return 0
    find_python
    local missing
    missing=$(missing_packages "$1")
    [ -n "$missing" ] || return 0
    if can_install_packages; then
        echo "Installing the system libraries of Qt: $missing"
        # shellcheck disable=SC2086  # one word per package
        install_packages $missing && return 0
    fi
    fail "Qt needs system libraries that are not here; install them: sudo apt-get install $missing"
}
