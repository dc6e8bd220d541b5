#!/bin/bash
# The public image's environment: MARIADB_ROOT_PASSWORD, MARIADB_DATABASE, MARIADB_USER, MARIADB_PASSWORD. A first start
# makes the database.
set -euo pipefail
[ "${1:-}" = mariadbd ] || exec "$@"
if [ ! -d /var/lib/mysql/mysql ]; then
  mariadb-install-db --skip-test-db --datadir=/var/lib/mysql >/dev/null
  database=${MARIADB_DATABASE:-test} user=${MARIADB_USER:-test}
  mariadbd --bootstrap --datadir=/var/lib/mysql <<SQL
FLUSH PRIVILEGES;
ALTER USER root@localhost IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';
CREATE DATABASE \`$database\`;
CREATE USER '$user'@'%' IDENTIFIED BY '$MARIADB_PASSWORD';
GRANT ALL ON \`$database\`.* TO '$user'@'%';
SQL
fi
exec "$@" --datadir=/var/lib/mysql --bind-address=0.0.0.0 --skip-name-resolve
