#!/usr/bin/env bash
# Fetches the published packages that tests check, into ci/out/packages: the examples of R4. They are too large to
# commit. What is there already is kept; each is pinned by version and digest.
# Exit codes: 0 there, or the registry could not be reached (said in words: the tests then say what they skip); 1 not
# the package that is pinned.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=ci/out/packages
mkdir -p "$folder"

# Name, version, digest.
pinned=(
    'hl7.fhir.r4.examples 4.0.1 sha512-DXBdIZOeQaSKIgCU7w6HOC7sw/6BzylmipLkBW4f//pT+Bc94x+8LImwTdvaNThPJoOzpBzvxAzNqjeu3X/zLw=='
)

integrity() { echo "sha512-$(openssl dgst -sha512 -binary "$1" | base64 -w0)"; }

for line in "${pinned[@]}"; do
    read -r name version digest <<<"$line"
    archive="$folder/$name-$version.tgz"
    [[ -f "$archive" && "$(integrity "$archive")" == "$digest" ]] && continue
    work="$(mktemp -d)"
    if ! (cd "$work" && npm pack --silent --fetch-retries 1 --fetch-timeout 60000 "$name@$version") >"$work/npm.log" 2>&1; then
        rm -rf "$work"
        echo "packages: $name@$version was not fetched, the package registry could not be reached"
        continue
    fi
    if [[ "$(integrity "$work/$name-$version.tgz")" != "$digest" ]]; then
        rm -rf "$work"
        echo "packages: $name-$version.tgz is not the package this project pins" >&2
        exit 1
    fi
    mv "$work/$name-$version.tgz" "$archive"
    rm -rf "$work"
    echo "packages: fetched $name@$version"
done
