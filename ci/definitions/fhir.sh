#!/usr/bin/env bash
# Writes standards/hl7-fhir-*/definitions from the pinned packages of published FHIR definitions.
#   fhir.sh           regenerate in place
#   fhir.sh --check   regenerate elsewhere and fail when the committed files differ
# HALLMARK names a built program to use; without it one is built.
# Exit codes: 0 done or current, 1 stale or broken, 75 when the registry cannot be reached.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# Name, version, digest. All say CC0-1.0 in their package.json.
r4_core='hl7.fhir.r4.examples 4.0.1 sha512-DXBdIZOeQaSKIgCU7w6HOC7sw/6BzylmipLkBW4f//pT+Bc94x+8LImwTdvaNThPJoOzpBzvxAzNqjeu3X/zLw=='
r4_expansions='hl7.fhir.r4.expansions 4.0.1 sha512-E0LjAGKIEla9XdM98cOzE8fv+syczVSzzqjE/29rhK1jK52kSByzSM+dQuQM0j4BiBIpMwZydQnKHV11rV5IlQ=='
r4_terminology='hl7.terminology.r4 7.0.1 sha512-UamZUcARk/TEaJb7X0hDyANmC7bCv0Jof0u0uGIOB2O9VQX0uV45Vf4EyONHM6Sejv6q7sXEAzKAQsgw1Cld3A=='
r4_extensions='hl7.fhir.uv.extensions.r4 5.3.0-ballot-tc1 sha512-mhPmWj0dZvIC7JQLkqxT42/UpoIyYwFtSiIZbhX/ArfX96hR5oTqNvAUvMD+dMH45m4mGMQ19WyCZFpP1OLEbQ=='
r4b_core='hl7.fhir.r4b.core 4.3.0 sha512-2Xa3QB5PQxNchsA8chSq3OLMHJf55iEc44bZCFaRarX6Leo8qjeTXSq4RNSMpvKtfG4u7CkWpEmlQtb0rwLWFw=='
stu3_core='hl7.fhir.r3.examples 3.0.2 sha512-HhSNNmBZKvqzfEpSdPaAmbZB4mphC7rDZNOS7OjwQaupS0PoV/SZNdoppLKFr4Q0TKxVV0UY8Hl0e0o7qSXWRw=='
stu3_expansions='hl7.fhir.r3.expansions 3.0.2 sha512-H7RujZnzt5mnHYKe8Pe/ivz1X7tm6rV80DqzoZaioJzp2IhmjlNWQYoC7zIeeX1wB4j0ODUGVnb+5SNzHcAJPw=='

# Fetches one package, checks its digest, and prints the folder of its resources.
fetch() {
    local package="$1" version="$2" integrity="$3" archive found folder
    archive="$work/$package-$version.tgz" folder="$work/$package"
    if [[ ! -d "$folder" ]]; then
        if ! (cd "$work" && npm pack --silent --fetch-retries 1 --fetch-timeout 60000 "$package@$version") >"$work/npm.log" 2>&1; then
            echo "fhir: the package registry could not be reached" >&2
            exit 75
        fi
        found="sha512-$(openssl dgst -sha512 -binary "$archive" | base64 -w0)"
        if [[ "$found" != "$integrity" ]]; then
            echo "fhir: $package-$version.tgz is not the package this project pins" >&2
            exit 1
        fi
        mkdir "$folder"
        tar -xzf "$archive" -C "$folder"
        rm "$archive"
    fi
    echo "$folder/package"
}

compact() { "$hallmark" --no-config standards compact "$@"; }

# The notice beside the files of a release: which packages they are made of.
notice() {
    local folder="$1"
    shift
    {
        echo "The files in this folder hold facts from these packages of Health Level Seven International, which the"
        echo "package.json of each declares to be under CC0 1.0 (no rights reserved): element paths, cardinalities, types,"
        echo "bindings, slicing, invariants, codes and their displays, without the prose. They were made by"
        echo "ci/definitions/fhir.sh. Codes and displays of SNOMED CT, LOINC and other systems occur where HL7's value sets"
        echo "list them one by one; they stay the property of those systems' owners."
        echo
        printf '%s\n' "$@"
    } >"$folder/LICENCE-hl7.txt"
}

generate() {
    local out="$1" r4 r4b stu3 core expansions terminology extensions
    r4="$out/hl7-fhir-r4/definitions" r4b="$out/hl7-fhir-r4b/definitions" stu3="$out/hl7-fhir-stu3/definitions"
    mkdir -p "$r4" "$r4b" "$stu3"

    terminology="$(fetch $r4_terminology)"
    compact --release r4 --out "$r4/terminology.store" "$terminology"
    extensions="$(fetch $r4_extensions)"
    compact --release r4 --out "$r4/extensions.store" "$extensions"
    expansions="$(fetch $r4_expansions)"
    core="$(fetch $r4_core)"
    compact --release r4 --instead "$r4/terminology.store" --expansions "$expansions" \
        --out "$r4/core.store" --types "$r4/types.txt" "$core"
    notice "$r4" "$r4_core" "$r4_expansions" "$r4_terminology" "$r4_extensions"

    core="$(fetch $r4b_core)"
    compact --release r4b --instead "$r4/terminology.store" --expansions "$expansions" \
        --out "$r4b/core.store" --types "$r4b/types.txt" "$core"
    notice "$r4b" "$r4b_core" "$r4_expansions"

    expansions="$(fetch $stu3_expansions)"
    core="$(fetch $stu3_core)"
    compact --release stu3 --expansions "$expansions" --out "$stu3/core.store" --types "$stu3/types.txt" "$core"
    notice "$stu3" "$stu3_core" "$stu3_expansions"
}

[[ -n "${HALLMARK:-}" ]] || cargo build --quiet --locked --manifest-path "$root/Cargo.toml" --bin hallmark
hallmark="${HALLMARK:-${CARGO_TARGET_DIR:-$root/target}/debug/hallmark}"

if [[ "${1:-}" == --check ]]; then
    generate "$work/out"
    for release in hl7-fhir-r4 hl7-fhir-r4b hl7-fhir-stu3; do
        made="$work/out/$release/definitions" committed="$root/standards/$release/definitions" same=yes
        diff -r --exclude '*.store' "$made" "$committed" || same=no
        [[ "$(cd "$made" && echo *)" == "$(cd "$committed" && echo *)" ]] || same=no
        for store in "$made"/*.store; do
            python3 "$here/stores_same.py" "$store" "$committed/${store##*/}" || same=no
        done
        if [[ "$same" == no ]]; then
            echo "fhir: the committed definitions are stale; run ci/definitions/fhir.sh" >&2
            exit 1
        fi
    done
    echo "fhir: definitions are current"
else
    generate "$root/standards"
fi
