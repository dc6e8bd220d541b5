#!/bin/sh
# As in the public image, options alone are those of the server. It listens on all addresses, with or without a password.
set -eu
case "${1:-}" in -*) set -- redis-server "$@" ;; esac
[ "${1:-}" = redis-server ] || exec "$@"
shift
exec redis-server --bind 0.0.0.0 --protected-mode no "$@"
