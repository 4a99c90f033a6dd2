#!/usr/bin/env bash
# Runs the hostile-input suite on the release binary, where the suite is at hand (../shared/suites/hostile).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
suite="${HOSTILE:-$(dirname "$PWD")/shared/suites/hostile}/hostile_inputs.py"
hallmark="${HALLMARK:-${CARGO_TARGET_DIR:-target}/release/hallmark}"
hallmark="$(realpath "$hallmark")"

# What of the suite concerns HL7 v2, FHIR in JSON and XML and in bulk, archives, streams, and what reports print.
selected=(
    "--family hl7v2" "--family json" "--family xml" "--family bulk" "--family algorithmic" "--family ssrf"
    "--family sniff" "--family archive" "--family filesystem"
    "--family injection" "--family encoding" "--family privacy" "--family control"
)
if [[ ! -f "$suite" ]]; then
    echo "SKIPPED hostile inputs: the suite is not here (${#selected[@]} families and the injected faults)"
    exit 0
fi

work="$(mktemp -d)"
trap 'chmod -R u+rwX "$work" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 "$suite" make "$work/set" >/dev/null
failed=0
for selection in "${selected[@]}"; do
    read -r -a options <<<"$selection"
    echo "hostile: $selection"
    python3 "$suite" run "$work/set" "${options[@]}" \
        --cmd "$hallmark check --no-config --save {out}/r.json --save {out}/r.html --save {out}/r.sarif --save {out}/r.xml --save {out}/r.csv --save {out}/r.md {file}" \
        || failed=1
done
# Packages are given to be used, not to be checked.
echo '{"resourceType":"Patient","id":"a"}' >"$work/patient.json"
echo "hostile: --family package"
python3 "$suite" run "$work/set" --family package \
    --cmd "$hallmark check --no-config --package {file} --save {out}/r.json --save {out}/r.html $work/patient.json" \
    || failed=1
# The feed beside the suite's bulk file makes the run long enough that a signal meets it at work.
python3 - "$work/feed.hl7" samples/pas-vendor-a <<'MAKE'
import pathlib, sys
out, story = sys.argv[1:]
text = b"".join(path.read_bytes() for path in sorted(pathlib.Path(story).rglob("*.hl7")))
with open(out, "wb") as file:
    while file.tell() < 20_000_000:
        file.write(text)
MAKE
python3 "$suite" faults "$work/set" --after 0.3 --cmd "$hallmark check --no-config {file} $work/feed.hl7 --save {out}/r.json" \
    || failed=1
exit "$failed"
