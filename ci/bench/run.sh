#!/usr/bin/env bash
# Measures everything the README claims of speed and memory, in one run, as ratios. Nothing here passes or fails:
# times on a shared machine do not. Needs about ten minutes and 5.5 GB under TMPDIR.
#   run.sh [--quick]    --quick leaves out the large files
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../.."
out=ci/out/bench
environment=ci/out/hl7apy
mkdir -p "$out"

cargo build --release --locked --quiet
cargo bench --locked --quiet --bench ratios -- --write "$PWD/$out/feed.hl7"
cargo bench --locked --quiet --bench ratios | tee "$out/ratios.txt"
ours="$(sed -n 's/^check-seconds-per-message //p' "$out/ratios.txt")"

if [[ ! -x "$environment/bin/python" ]]; then
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --require-hashes -r ci/definitions/requirements.txt || rm -rf "$environment"
fi
if [[ -x "$environment/bin/python" ]]; then
    "$environment/bin/python" ci/bench/peer.py "$out/feed.hl7" "$ours"
else
    echo "SKIPPED hl7apy: its package could not be installed"
fi

hallmark="${CARGO_TARGET_DIR:-target}/release/hallmark"
python3 ci/bench/binary.py "$hallmark" "$out/feed.hl7" start
python3 ci/bench/binary.py "$hallmark" "$out/feed.hl7" threads
if [[ "${1:-}" == --quick ]]; then
    echo "SKIPPED memory: asked to be quick"
else
    python3 ci/bench/binary.py "$hallmark" "$out/feed.hl7" memory
fi

ci/bench/fhir.sh "$@"
