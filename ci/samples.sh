#!/usr/bin/env bash
# Runs the command of every story under samples/ and compares its report with the story's expected.md.
#   samples.sh            compare
#   samples.sh --update   write expected.md anew; read the difference before you commit it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
hallmark="${HALLMARK:-${CARGO_TARGET_DIR:-target}/release/hallmark}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

stories=0
for story in samples/*/; do
    # The command stands in the README as the reader would type it.
    command="$(sed -n 's/^    hallmark check /check /p' "$story/README.md" | head -1)"
    [[ -n "$command" ]] || { echo "samples: $story/README.md gives no command" >&2; exit 1; }
    read -r -a words <<<"$command"
    # The expected report lies in the folder that is read, and is counted among its files.
    [[ "${1:-}" != --update || -e "$story/expected.md" ]] || echo "The report of this story." >"$story/expected.md"
    status=0
    "$hallmark" --no-config "${words[@]}" --format markdown >"$work/report.md" 2>"$work/said" || status=$?
    # 0, 1 and 3 are reports; anything else is a run that gave none, or a program that is not there.
    case "$status" in
    0 | 1 | 3) ;;
    *)
        echo "samples: $story: the command ends with $status" >&2
        cat "$work/said" >&2
        exit 1
        ;;
    esac
    echo >>"$work/report.md"
    echo "Exit code: $status" >>"$work/report.md"
    if [[ "${1:-}" == --update ]]; then
        cp "$work/report.md" "$story/expected.md"
    elif ! diff -u "$story/expected.md" "$work/report.md"; then
        echo "samples: $story gives another report than expected.md; if that is right, run ci/samples.sh --update" >&2
        exit 1
    fi
    stories=$((stories + 1))
done
echo "samples: $stories stories give the reports they promise"
