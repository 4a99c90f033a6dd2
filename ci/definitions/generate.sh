#!/usr/bin/env bash
# Writes standards/hl7v2-base/definitions from the pinned dictionary package and our overlay.
#   generate.sh           regenerate in place
#   generate.sh --check   regenerate elsewhere and fail when the committed files differ
# Exit codes: 0 done or current, 1 stale or broken, 75 when the registry cannot be reached.
set -euo pipefail

package=hl7-dictionary
version=1.0.1
integrity='sha512-fS56mbNeZUqprk+WUSx7kpLXG3GDZV9PWryz5Qd4WtSarquQIOlIqhVB1gvLz/+TOjziwhodu0HTtzI4/Jjj3A=='

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
target="$root/standards/hl7v2-base/definitions"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

cd "$work"
if ! npm pack --silent --fetch-retries 1 --fetch-timeout 20000 "$package@$version" >npm.log 2>&1; then
    echo "generate: the package registry could not be reached" >&2
    exit 75
fi
archive="$package-$version.tgz"
found="sha512-$(openssl dgst -sha512 -binary "$archive" | base64 -w0)"
if [[ "$found" != "$integrity" ]]; then
    echo "generate: $archive is not the package this project pins" >&2
    exit 1
fi
tar -xzf "$archive"

generate() { node "$here/generate.mjs" --package "$work/package" --digest "$integrity" --out "$1"; }

if [[ "${1:-}" == --check ]]; then
    generate "$work/out"
    if ! diff -r "$work/out" "$target"; then
        echo "generate: the committed definitions are stale; run ci/definitions/generate.sh" >&2
        exit 1
    fi
    echo "generate: definitions are current"
else
    generate "$target"
fi
