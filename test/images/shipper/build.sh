#!/bin/bash
# Bundled, because the image's Node.js is Debian's, which runs no TypeScript. Needs the project's `npm ci`.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
CONTEXT=$WORK/shipper
"$KIT/../../node_modules/.bin/vite" build "$KIT/shipper" --logLevel warn --outDir "$CONTEXT" --emptyOutDir
cp "$KIT/shipper/Dockerfile" "$CONTEXT"
build_image shipper "$CONTEXT"
