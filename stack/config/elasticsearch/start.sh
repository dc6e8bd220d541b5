#!/bin/bash
# The root file system is read-only. The image writes a keystore beside its configuration when it starts, and reads
# certificates from there only: so the configuration lives in memory ($ES_PATH_CONF), made anew at each start.
set -euo pipefail

cp -r /usr/share/elasticsearch/config/. "$ES_PATH_CONF"
mkdir -p "$ES_PATH_CONF/certs"
cp /run/obsbox/ca.crt /run/obsbox/tls.crt /run/obsbox/tls.key "$ES_PATH_CONF/certs"

exec /usr/local/bin/docker-entrypoint.sh eswrapper
