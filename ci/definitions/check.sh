#!/usr/bin/env bash
# Are the committed FHIR definitions those that the pinned packages give?
# Are the committed FHIR element names those that the pinned packages give?
# Are the committed HL7 v2 definitions those that the pinned package and our overlay give, and do they differ from an
# independent package only where we say so? Exit 0 yes, or skipped (said in words) when a registry cannot be reached.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
out="$here/../out"
environment="$out/hl7apy"

status=0
"$here/generate.sh" --check || status=$?
case "$status" in
    0) ;;
    75) echo "definitions: regeneration skipped: the package registry could not be reached" ;;
    *) exit 1 ;;
esac

status=0
"$here/fhir-elements.sh" --check || status=$?
case "$status" in
    0) ;;
    75) echo "fhir-elements: skipped: the package registry could not be reached" ;;
    *) exit 1 ;;
esac

status=0
"$here/fhir.sh" --check || status=$?
case "$status" in
    0) ;;
    75) echo "fhir: skipped: the package registry could not be reached" ;;
    *) exit 1 ;;
esac

mkdir -p "$out"
stamp="$environment/installed-$(sha256sum "$here/requirements.txt" | cut -c1-16)"
if [[ ! -e "$stamp" ]]; then
    rm -rf "$environment"
    python3 -m venv "$environment"
    if ! "$environment/bin/pip" install --quiet --disable-pip-version-check --retries 1 --timeout 20 --no-deps \
        --only-binary :all: --require-hashes -r "$here/requirements.txt" 2>"$out/hl7apy.log"; then
        if grep -q 'DO NOT MATCH' "$out/hl7apy.log"; then
            echo "definitions: the comparison package is not the one this project pins" >&2
            exit 1
        fi
        rm -rf "$environment"
        echo "definitions: cross-check skipped: the package registry could not be reached"
        exit 0
    fi
    touch "$stamp"
fi
"$environment/bin/python" "$here/crosscheck.py"
