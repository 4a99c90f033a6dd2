#!/usr/bin/env bash
# The GitHub action: finds or builds the binary, runs it once, hands on its exit code.
set -euo pipefail

hallmark="$HALLMARK"
if [[ -z "$hallmark" ]]; then
    root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
    cargo build --release --locked --manifest-path "$root/Cargo.toml"
    hallmark="${CARGO_TARGET_DIR:-$root/target}/release/hallmark"
fi
mkdir -p "$REPORT"

# Words, as on a command line; patterns are for Hallmark to read, not for the shell.
set -f
# shellcheck disable=SC2206
paths=($PATHS) arguments=($ARGUMENTS)
set +f

status=0
"$hallmark" check "${arguments[@]}" --format github --save "$REPORT/report.html" --save "$REPORT/report.json" \
    --save "$REPORT/report.sarif" --save "$REPORT/report.md" -- "${paths[@]}" || status=$?
if [[ -n "${GITHUB_STEP_SUMMARY:-}" && -f "$REPORT/report.md" ]]; then
    cat "$REPORT/report.md" >>"$GITHUB_STEP_SUMMARY"
fi
echo "exit-code=$status" >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$status"
