#!/usr/bin/env bash
# Writes standards/fhir-base/definitions/elements.txt from the pinned packages of published FHIR definitions.
#   fhir-elements.sh           regenerate in place
#   fhir-elements.sh --check   regenerate elsewhere and fail when the committed file differs
# Exit codes: 0 done or current, 1 stale or broken, 75 when the registry cannot be reached.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
target="$here/../../standards/fhir-base/definitions/elements.txt"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

while read -r package version integrity; do
    if ! (cd "$work" && npm pack --silent --fetch-retries 1 --fetch-timeout 60000 "$package@$version") >"$work/npm.log" 2>&1; then
        echo "fhir-elements: the package registry could not be reached" >&2
        exit 75
    fi
    found="sha512-$(openssl dgst -sha512 -binary "$work/$package-$version.tgz" | base64 -w0)"
    if [[ "$found" != "$integrity" ]]; then
        echo "fhir-elements: $package-$version.tgz is not the package this project pins" >&2
        exit 1
    fi
done <<'PINS'
hl7.fhir.r3.examples 3.0.2 sha512-HhSNNmBZKvqzfEpSdPaAmbZB4mphC7rDZNOS7OjwQaupS0PoV/SZNdoppLKFr4Q0TKxVV0UY8Hl0e0o7qSXWRw==
hl7.fhir.r4.corexml 4.0.1 sha512-7t8Q/Zovj9AtB393UDp6ebdCom1+MV7U+5xtY+/z7jx8olPCNcI7M64lBjJ1qPtWVs6Ggk9fG8XSOcTF+SXMhw==
hl7.fhir.r4b.core 4.3.0 sha512-2Xa3QB5PQxNchsA8chSq3OLMHJf55iEc44bZCFaRarX6Leo8qjeTXSq4RNSMpvKtfG4u7CkWpEmlQtb0rwLWFw==
hl7.fhir.r5.core 5.0.0 sha512-0TvJB1KKtokn/P2mRwcqEY8v8RN8IE/pQjvtlsPaJdYaDfYx4UBhuY4afAGeQjW01p9SNYPphxAFFkEsS6P05A==
PINS

if [[ "${1:-}" == --check ]]; then
    python3 "$here/fhir_elements.py" "$work" "$work/elements.txt"
    if ! diff "$work/elements.txt" "$target" >/dev/null; then
        echo "fhir-elements: the committed file is stale; run ci/definitions/fhir-elements.sh" >&2
        exit 1
    fi
    echo "fhir-elements: the list is current"
else
    python3 "$here/fhir_elements.py" "$work" "$target"
fi
