#!/bin/sh
# Django's deployment checks on production settings, with values made for this moment only.
set -eu
cd "$(dirname "$0")/../.."
. deploy/dev/lib.sh

SECRET_KEY=$("$python" -c 'import secrets; print(secrets.token_urlsafe(64))')
export SECRET_KEY
export DJANGO_SETTINGS_MODULE=bowerbird.settings.production
export ALLOWED_HOSTS=shop.example
export DATABASE_URL=postgres://nobody@127.0.0.1:1/nothing # never connected to
unset REDIS_URL CELERY_BROKER_URL STRIPE_SECRET_KEY STRIPE_WEBHOOK_SECRET AWS_STORAGE_BUCKET_NAME
exec "$python" manage.py check --deploy --fail-level WARNING
