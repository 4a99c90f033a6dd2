#!/usr/bin/env bash
# The FHIR part of run.sh, on the examples that HL7 publishes with R4.
#   fhir.sh [--quick]    --quick leaves out the large files (5 GB and 100 MB under TMPDIR)
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../.."
out=ci/out/bench
mkdir -p "$out"

# Unpacks one package of the npm registry, if it is the one pinned here, into a folder of its name.
fetch() {
    local package="$1" version="$2" integrity="$3" work found
    [[ -d "$out/$package" ]] && return
    work="$(mktemp -d)"
    if (cd "$work" && npm pack --silent --fetch-retries 1 --fetch-timeout 60000 "$package@$version") >/dev/null 2>&1; then
        found="sha512-$(openssl dgst -sha512 -binary "$work/$package-$version.tgz" | base64 -w0)"
        if [[ "$found" == "$integrity" ]]; then
            tar -xzf "$work/$package-$version.tgz" -C "$work" && mv "$work/package" "$out/$package"
        fi
    fi
    rm -rf "$work"
    [[ -d "$out/$package" ]]
}

examples=hl7.fhir.r4.examples
if ! fetch "$examples" 4.0.1 sha512-DXBdIZOeQaSKIgCU7w6HOC7sw/6BzylmipLkBW4f//pT+Bc94x+8LImwTdvaNThPJoOzpBzvxAzNqjeu3X/zLw==; then
    echo "SKIPPED FHIR: the package $examples could not be had"
    exit 0
fi
python3 ci/bench/fhir.py ndjson "$out/$examples" "$out/examples.ndjson"
notations=()
corexml=hl7.fhir.r4.corexml
if fetch "$corexml" 4.0.1 sha512-7t8Q/Zovj9AtB393UDp6ebdCom1+MV7U+5xtY+/z7jx8olPCNcI7M64lBjJ1qPtWVs6Ggk9fG8XSOcTF+SXMhw==; then
    notations=("$PWD/$out/$corexml")
else
    echo "SKIPPED FHIR XML: the package $corexml could not be had"
fi
cargo build --release --locked --quiet
cargo bench --locked --quiet --bench fhir -- "$PWD/$out/examples.ndjson" "${notations[@]}"

hallmark="${CARGO_TARGET_DIR:-target}/release/hallmark"
measure() { python3 ci/bench/fhir.py "$@" "$hallmark" "$out/examples.ndjson"; }
measure start
if compgen -G "../shared/packages/fhir.r4.ukcore.*.tgz" >/dev/null; then
    measure start ../shared/packages/fhir.r4.ukcore.*.tgz
else
    echo "SKIPPED start with UK Core: its package is not there"
fi
measure threads
if [[ "${1:-}" == --quick ]]; then
    echo "SKIPPED FHIR memory: asked to be quick"
else
    measure memory
    measure bundle
fi
