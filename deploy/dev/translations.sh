#!/bin/sh
# Compiles the translations that are newer than their compiled form.
set -eu
cd "$(dirname "$0")/../.."
. deploy/dev/lib.sh

# Babel is installed anyway, so nobody needs gettext's msgfmt.
find . -name '.?*' -prune -o -name node_modules -prune -o -name '*.po' -print | while read -r source; do
    compiled=${source%.po}.mo
    [ -e "$compiled" ] && [ -z "$(find "$source" -newer "$compiled")" ] && continue
    say "Compiling ${source#./}"
    "$python" -m babel.messages.frontend -q compile -i "$source" -o "$compiled"
done
