#!/bin/bash
# The public image's environment: RABBITMQ_DEFAULT_USER, RABBITMQ_DEFAULT_PASS, RABBITMQ_DEFAULT_VHOST. The user "guest", which
# there is without them, may come from this container only.
set -euo pipefail
[ "${1:-}" = rabbitmq-server ] || exec "$@"
for setting in USER PASS VHOST; do
  variable=RABBITMQ_DEFAULT_$setting
  [ -z "${!variable:-}" ] || echo "default_${setting,,} = ${!variable}"
  unset "$variable"
done >/etc/rabbitmq/conf.d/10-defaults.conf
exec "$@"
