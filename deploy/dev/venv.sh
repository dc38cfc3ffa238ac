#!/bin/sh
# venv.sh REQUIREMENTS: makes .venv and installs the file into it, unless that is done already.
set -eu
cd "$(dirname "$0")/../.."
. deploy/dev/lib.sh

requirements=$1
stamp=.venv/installed-$requirements

# find_python [MODULE]: the first that is new enough and works (a pyenv shim may exist and not work).
find_python() {
    for candidate in python3.13 python3.12 python3.11 python3; do
        if "$candidate" -c "import sys, ${1:-os}; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then
            say "$candidate"
            return
        fi
    done
    return 1
}

make_venv() {
    find_python >/dev/null || die "Bowerbird needs Python 3.11 or newer, and none was found.
Debian, Ubuntu: sudo apt-get install python3 python3-venv      macOS: brew install python"
    if ! find_python ensurepip >/dev/null; then # Debian keeps it in a package of its own
        install_packages python3-venv || true
    fi
    base=$(find_python ensurepip) || die "$(find_python) cannot make a virtual environment: see above."
    say "Making a virtual environment in .venv with $("$base" --version)…"
    "$base" -m venv --clear .venv
}

# What the environment holds, and for which folder: the editable install has its path inside.
wanted() {
    pwd
    cat requirements.txt "$requirements"
}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || make_venv
[ "$(wanted)" != "$(cat "$stamp" 2>/dev/null)" ] || exit 0
[ -w .venv ] || die ".venv belongs to somebody else: remove it, or use a checkout of your own."
"$python" -m pip --version >/dev/null 2>&1 || make_venv
say "Installing Python packages (about a minute, first time only)…"
quietly "$python" -m pip install --disable-pip-version-check --root-user-action=ignore -r "$requirements" ||
    die "The Python packages of $requirements could not be installed: see above."
wanted >"$stamp"
