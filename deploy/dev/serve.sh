#!/bin/sh
# serve.sh HOST:PORT: the development server and, beside it, the loop that does what Celery beat does
# in production: it publishes scheduled pages and releases reservations. Both end together.
set -eu
cd "$(dirname "$0")/../.."
. deploy/dev/lib.sh

"$python" manage.py catch_up --every 60 </dev/null &
catch_up=$!
"$python" manage.py runserver "$1" <&0 &
server=$!
trap 'stop_all "$server" "$catch_up"; exit 0' INT
trap 'stop_all "$server" "$catch_up"; exit 143' HUP TERM

status=0
wait "$server" || status=$?
stop_all "$catch_up"
exit "$status"
