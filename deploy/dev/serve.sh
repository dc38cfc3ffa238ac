#!/bin/sh
# serve.sh HOST:PORT: the development server and, beside it, what works for it in the background: the loop that
# does what Celery beat does in production (it publishes scheduled pages and releases reservations), and, where
# there is no broker, the maker of the sizes of pictures, which takes only what the others leave. All end together.
set -eu
cd "$(dirname "$0")/../.."
. deploy/dev/lib.sh

beside=""
without=""
if [ -z "${CELERY_BROKER_URL:-${REDIS_URL:-}}" ]; then
    nice -n 15 "$python" manage.py make_renditions --watch </dev/null &
    beside=$!
    without="--without make-due-renditions"
fi
# shellcheck disable=SC2086  # nothing, or an option with its value
"$python" manage.py catch_up --every 60 $without </dev/null &
beside="$beside $!"
"$python" manage.py runserver "$1" <&0 &
server=$!
# shellcheck disable=SC2086  # process ids
{
    trap 'stop_all "$server" $beside; exit 0' INT
    trap 'stop_all "$server" $beside; exit 143' HUP TERM

    status=0
    wait "$server" || status=$?
    stop_all $beside
}
exit "$status"
