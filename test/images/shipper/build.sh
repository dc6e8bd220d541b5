#!/bin/bash
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
CONTEXT=$WORK/shipper
rm -rf "$CONTEXT"
mkdir -p "$CONTEXT/node_modules"
cp "$KIT"/shipper/{Dockerfile,*.ts} "$CONTEXT"
cp -r "$KIT/../../node_modules/yaml" "$CONTEXT/node_modules/yaml"
build_image shipper "$CONTEXT"
