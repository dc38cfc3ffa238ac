#!/bin/sh
# packages.sh [PROGRAM…]: installs the libraries that PDF invoices need, and those of the named programs
# (postgresql, redis-server, chromium) that are missing. It never fails: what needs them says so itself.
set -eu
cd "$(dirname "$0")/../.."
. deploy/dev/lib.sh

can_make_pdfs() { "$python" -c 'import weasyprint' >/dev/null 2>&1; }
can_drive_browsers() { "$python" -m playwright --version >/dev/null 2>&1; }

missing=""
[ $# -eq 0 ] || missing=$("$python" -m tests.services "$@")
without_chromium=${missing%chromium}
playwright_chromium=no
if [ "$missing" != "$without_chromium" ] && grep -qs '^ID=ubuntu' /etc/os-release; then
    missing=$without_chromium # a snap there, which needs a running system; Playwright brings its own
    playwright_chromium=yes
fi
case "$*" in
*chromium*) can_drive_browsers || missing="$missing libatomic1" ;;
esac
can_make_pdfs || missing="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core $missing"

if [ -n "$missing" ]; then
    # shellcheck disable=SC2086  # a list of package names
    install_packages $missing || true
    can_make_pdfs || warn "PDF invoices wait until their libraries are installed; all else works."
fi
if [ "$playwright_chromium" = yes ]; then
    say "Installing Playwright's Chromium (a minute or two, first time only)…"
    ! can_be_root || quietly "$python" -m playwright install-deps chromium || true
    quietly "$python" -m playwright install chromium || true
fi
