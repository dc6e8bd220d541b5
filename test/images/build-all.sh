#!/bin/bash
# usage: build-all.sh [NAME...]   Without names: every image. What an image is built FROM is built before it.
# FORCE=1 builds even what is unchanged.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# name | built from | folder
IMAGES='base||base
jre|base|jre
node|base|node
echo|node|echo
shipper|node|shipper
nginx|base|apt
prometheus|base|apt
alertmanager|base|apt
node-exporter|base|apt
blackbox-exporter|base|apt
elasticsearch-exporter|base|apt
nginx-exporter|base|apt
pushgateway|base|apt
elasticsearch|jre|elasticsearch
jaeger|base|jaeger
postgres|base|databases
mariadb|base|databases
redis|base|databases
rabbitmq|base|databases
kafka|jre|kafka'

field() { awk -F'|' -v name="$1" -v column="$2" '$1 == name { print $column }' <<<"$IMAGES"; }
label() { docker image inspect --format '{{index .Config.Labels "obsbox.inputs"}}' "$PREFIX/$1" 2>/dev/null || true; }

# inputs NAME: a hash over the image's folder, lib.sh and the image that it is built from.
inputs() {
  local parent folder
  parent=$(field "$1" 2) folder=$(field "$1" 3)
  (cd "$KIT" && echo "$1 $SUITE $(label "$parent")" && find "$folder" lib.sh -type f ! -name 'smoke.*' -print0 | sort -z | xargs -0 sha256sum) | sha256sum | cut -c 1-16
}

build() {
  local folder
  folder=$(field "$1" 3)
  if [ -x "$KIT/$folder/build.sh" ]; then "$KIT/$folder/build.sh"
  elif grep -q " AS $1\$" "$KIT/$folder/Dockerfile"; then build_image "$1" "$KIT/$folder" --target "$1"
  else build_image "$1" "$KIT/$folder"
  fi
}

# with_parents NAME: the images NAME is built from, oldest first, then NAME.
with_parents() {
  [ -z "$1" ] || { with_parents "$(field "$1" 2)"; echo "$1"; }
}

all=$(cut -d'|' -f1 <<<"$IMAGES")
for name in "$@"; do [ -n "$(field "$name" 3)" ] || { echo "no image named '$name'; there are:" $all >&2; exit 1; }; done
wanted=$(for name in ${@:-$all}; do with_parents "$name"; done | awk '!seen[$0]++')

started=$SECONDS
mkdir -p "$WORK/log"
printf '%-24s %8s %8s\n' image seconds MB
for name in $wanted; do
  INPUTS=$(inputs "$name")
  export INPUTS
  from=$SECONDS note=
  if [ "$(label "$name")" = "$INPUTS" ] && [ -z "${FORCE:-}" ]; then
    note=unchanged
  else
    build "$name" >"$WORK/log/$name.log" 2>&1 || { echo "$name failed:" >&2; tail -n 30 "$WORK/log/$name.log" >&2; exit 1; }
  fi
  size=$(docker image inspect --format '{{.Size}}' "$PREFIX/$name")
  printf '%-24s %8d %8d %s\n' "$name" $((SECONDS - from)) $((size / 1000000)) "$note"
done
printf '%-24s %8d\n' total $((SECONDS - started))
