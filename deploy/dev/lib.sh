# shellcheck shell=sh
# What the scripts of this folder share. They run from the root of the checkout, under any POSIX shell.
# None of them ever asks a question: what cannot be done is said, with the command that does it.

say() { printf '%s\n' "$*"; }
warn() { printf 'Warning: %s\n' "$*" >&2; }
die() {
    printf '\n%s\n\n' "$*" >&2
    exit 1
}

# shellcheck disable=SC2034  # used by those that read this file
python=.venv/bin/python

# quietly COMMAND…: a terminal shows its latest line while it runs, a failure its last 30.
quietly() {
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null &
    job=$!
    trap 'kill "$job" 2>/dev/null; rm -f "$log"; exit 130' HUP INT TERM
    while [ -t 1 ] && kill -0 "$job" 2>/dev/null; do
        printf '\r\033[K  %s' "$(tail -n 1 "$log" | tr -d '\r' | cut -c 1-76)"
        sleep 0.3
    done
    [ ! -t 1 ] || printf '\r\033[K'
    status=0
    wait "$job" || status=$?
    [ "$status" -eq 0 ] || tail -n 30 "$log" >&2
    trap - HUP INT TERM
    rm -f "$log"
    return "$status"
}

# stop_all PID…: ends what a script has started, whatever signal comes meanwhile.
stop_all() {
    trap '' HUP INT TERM
    kill "$@" 2>/dev/null || true
    wait
}

can_be_root() { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }

# Installing PostgreSQL or Redis must not start them: RUNLEVEL says so to sysvinit, SYSTEMD_OFFLINE to systemd.
apt_get() {
    set -- env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 SYSTEMD_OFFLINE=1 \
        apt-get -q -o DPkg::Lock::Timeout=120 "$@"
    [ "$(id -u)" -eq 0 ] || set -- sudo -n "$@"
    quietly "$@"
}

# install_packages PACKAGE…: installs Debian packages, or says how and returns false.
install_packages() {
    if [ "$(uname)" = Darwin ]; then
        warn "please run: brew install pango postgresql redis && brew install --cask google-chrome"
        return 1
    elif ! command -v apt-get >/dev/null; then
        warn "please install what Debian calls: $*"
        return 1
    elif ! can_be_root; then
        warn "please run: sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
        return 1
    fi
    say "Installing $* (a minute or two, first time only)…"
    apt_get update || warn "apt-get update failed; trying with the package lists that are here."
    apt_get install -y --no-install-recommends "$@"
}
