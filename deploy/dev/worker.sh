#!/bin/sh
# A Celery worker and beat in one terminal. Both end together.
set -eu
cd "$(dirname "$0")/../.."
. deploy/dev/lib.sh

[ -n "${CELERY_BROKER_URL:-${REDIS_URL:-}}" ] || die "CELERY_BROKER_URL (or REDIS_URL) is not set, so there is no queue to work on.
'make services' starts Redis and prints what to set. Without it, 'make run' does every task at once by itself."

export DJANGO_SETTINGS_MODULE="${DJANGO_SETTINGS_MODULE:-bowerbird.settings.dev}"
mkdir -p var
"$python" -m celery -A bowerbird worker --loglevel INFO </dev/null &
worker=$!
"$python" -m celery -A bowerbird beat --loglevel INFO --schedule var/celerybeat --pidfile= </dev/null &
beat=$!
trap 'stop_all "$worker" "$beat"; exit 0' INT
trap 'stop_all "$worker" "$beat"; exit 143' HUP TERM

# Either may end first, with an error; the other alone would be half a service.
while kill -0 "$worker" 2>/dev/null && kill -0 "$beat" 2>/dev/null; do sleep 1; done
stop_all "$worker" "$beat"
die "The worker or beat has ended by itself: see above."
