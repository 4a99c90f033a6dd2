#!/usr/bin/env bash
# Writes the generated parts of README.md (between its markers) from the packs and from a real run.
#   docs.sh           write
#   docs.sh --check   fail when the README differs from what would be written
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export HALLMARK="${HALLMARK:-${CARGO_TARGET_DIR:-target}/release/hallmark}"
exec python3 ci/docs.py "$@"
