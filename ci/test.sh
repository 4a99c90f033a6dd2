#!/usr/bin/env bash
# Runs every test and prints the total. The one command the README gives.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p ci/out
log=ci/out/tests.log

# nextest runs the tests of all files at once; without it the tests and their meaning are the same.
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --no-fail-fast 2>&1 | tee "$log"
    passed="$(sed -n 's/^ *Summary .* \([0-9]*\) passed.*/\1/p' "$log" | tail -1)"
else
    cargo test --locked --lib --bins --tests 2>&1 | tee "$log"
    passed="$(sed -n 's/^test result: ok\. \([0-9]*\) passed.*/\1/p' "$log" | awk '{ sum += $1 } END { print sum + 0 }')"
fi
cargo test --locked --doc 2>&1 | tee "$log.doc"
examples="$(sed -n 's/^test result: ok\. \([0-9]*\) passed.*/\1/p' "$log.doc" | awk '{ sum += $1 } END { print sum + 0 }')"

grep -h -i '^skipped\|SKIPPED' "$log" || true
echo "tests: $((passed + examples)) passed ($passed tests, $examples documentation examples)" | tee ci/out/tests.total
