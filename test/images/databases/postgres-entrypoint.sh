#!/bin/bash
# The public image's environment: POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB. A first start makes the database.
set -euo pipefail
[ "${1:-}" = postgres ] || exec "$@"
user=${POSTGRES_USER:-postgres}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C
  printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  # Only on its socket, so that nobody connects before the database is there.
  pg_ctl --wait --options="-c listen_addresses=''" start
  [ "${POSTGRES_DB:-$user}" = postgres ] || createdb --username="$user" "${POSTGRES_DB:-$user}"
  pg_ctl --wait --mode=fast stop
fi
exec "$@" -c listen_addresses='*'
