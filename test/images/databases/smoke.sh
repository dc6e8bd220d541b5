#!/bin/bash
# Each server starts with the public image's environment and answers a client of its own.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
ID=smoke-databases-$$
trap 'docker ps -aq --filter "label=$ID" | xargs -r docker rm -fv >/dev/null 2>&1' EXIT

# check NAME [docker run options] -- COMMAND: retries the command inside until it succeeds.
check() {
  local name=$1 options=() container
  shift
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  container=$(docker run -d --label "$ID" "${options[@]}" "$PREFIX/$name")
  for _ in $(seq 120); do docker exec "$container" "$@" 2>/dev/null && return; sleep 0.25; done
  echo "$name FAILED"
  docker logs "$container" 2>&1 | tail -n 10
  return 1
}

check postgres -e POSTGRES_PASSWORD=secret -e POSTGRES_DB=shop -e PGPASSWORD=secret -- \
  psql -U postgres -d shop -h 127.0.0.1 -At -c 'select version()'
check mariadb -e MARIADB_ROOT_PASSWORD=root -e MARIADB_DATABASE=shop -e MARIADB_USER=shop -e MARIADB_PASSWORD=secret -- \
  mariadb -h 127.0.0.1 -u shop -psecret shop -e 'select version()'
check redis -- redis-cli ping
check rabbitmq -e RABBITMQ_DEFAULT_USER=shop -e RABBITMQ_DEFAULT_PASS=secret -- rabbitmqctl authenticate_user shop secret
