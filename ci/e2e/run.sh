#!/bin/sh
# Opens HTML reports in a real browser. Arguments: reports to open; without any, the test fixtures.
# Needs Debian's chromium and node; installs chromium by apt-get where it may.
set -eu
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)

if [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
    if [ "$(id -u)" = 0 ]; then
        apt-get install --yes --no-install-recommends chromium >/dev/null
    else
        echo "e2e: skipped, chromium is not installed" >&2
        exit 0
    fi
fi
[ -d node_modules/playwright-core ] || npm ci --ignore-scripts --no-audit --no-fund --silent

if [ $# -eq 0 ]; then
    mkdir -p "$root/ci/out/fixtures"
    (cd "$root" && HALLMARK_FIXTURES="$root/ci/out/fixtures" cargo test --quiet --test report write_fixtures >/dev/null)
    for name in fixture hostile many; do
        mv "$root/ci/out/fixtures/$name.html" "$root/ci/out/$name.html"
    done
    set -- "$root/ci/out/fixture.html" "$root/ci/out/hostile.html" "$root/ci/out/many.html"
fi
exec node report.mjs "$@"
