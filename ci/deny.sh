#!/usr/bin/env bash
# Licences, banned crates and sources of every dependency; published advisories too when their database is reachable.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:$PWD/ci/out/tools/bin"

cargo deny --locked --config "$PWD/deny.toml" check --hide-inclusion-graph licenses bans sources
# The fuzz targets are never shipped, so only where their crates come from matters.
cargo deny --locked --manifest-path ci/fuzz/Cargo.toml --config "$PWD/deny.toml" check --hide-inclusion-graph sources

said="$(timeout 180 cargo deny --locked --config "$PWD/deny.toml" check advisories 2>&1)" && status=0 || status=$?
echo "$said"
if [[ "$status" -ne 0 ]]; then
    if [[ "$status" -eq 124 ]] || grep -q 'failed to fetch advisory database\|failed to clone' <<<"$said"; then
        echo "SKIPPED advisories: the advisory database could not be reached"
    else
        exit "$status"
    fi
fi
