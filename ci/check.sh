#!/usr/bin/env bash
# Everything that must hold before a change lands: the same here and in continuous integration.
#   check.sh                 every step, in order; stops at the first that fails
#   check.sh STEP …          only these steps: tools format lint test docs packs release current samples hostile
#                            browser fuzz deny
# A fresh machine needs a Rust toolchain (Cargo.toml says which), a package manager and nothing else: `tools` installs
# the rest. About twenty minutes on two processors from a clean clone, five when built before.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0 RUST_BACKTRACE=1 LC_ALL=C.UTF-8 TZ=UTC
export CARGO_NET_RETRY=5
# What a developer has set must not change what is tested.
unset NO_COLOR FORCE_COLOR CLICOLOR CLICOLOR_FORCE COLUMNS HALLMARK_JOIN_KEY || true
out=ci/out
mkdir -p "$out"
target="${CARGO_TARGET_DIR:-target}"
fuzz_seconds="${FUZZ_SECONDS:-30}"

step_tools() { bash ci/tools.sh; }
step_format() {
    cargo fmt --check && cargo fmt --manifest-path ci/fuzz/Cargo.toml --check
    # Cheap to see here; the fuzz step would see it a quarter of an hour later.
    cargo metadata --locked --format-version 1 --manifest-path ci/fuzz/Cargo.toml >/dev/null
}
step_lint() { cargo clippy --locked --all-targets -- -D warnings; }
step_test() { bash ci/suites/packages.sh && bash ci/test.sh; }
step_docs() { RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items; }
step_packs() { "$target/release/hallmark" --no-config standards test standards; }
step_release() { cargo build --locked --release && ls -l "$target/release/hallmark"; }
step_current() { bash ci/definitions/check.sh && bash ci/docs.sh --check; }
step_samples() { bash ci/samples.sh; }
step_hostile() { bash ci/hostile.sh; }
step_browser() {
    bash ci/e2e/run.sh
    # A real report besides, so that its screenshot is kept beside those of the fixtures.
    local status=0
    "$target/release/hallmark" --no-config --quiet check --as-of 2026-03-02 samples/pas-vendor-b \
        --save "$out/pas-vendor-b.html" >/dev/null || status=$?
    [[ "$status" -le 1 ]] || return "$status"
    bash ci/e2e/run.sh "$PWD/$out/pas-vendor-b.html"
}
step_fuzz() { bash ci/fuzz/run.sh "$fuzz_seconds"; }
step_deny() { bash ci/deny.sh; }

steps=(tools format lint test docs release packs current samples hostile browser fuzz deny)
[[ $# -eq 0 ]] || steps=("$@")
begun=$SECONDS
summary=()
for step in "${steps[@]}"; do
    declare -F "step_$step" >/dev/null || { echo "check: there is no step called $step" >&2; exit 2; }
    echo "== $step"
    from=$SECONDS
    # Not as a condition: bash would switch `set -e` off inside.
    set +e
    (set -e; "step_$step") </dev/null
    status=$?
    set -e
    summary+=("$(printf '%-8s %4d s' "$step" $((SECONDS - from)))")
    if [[ "$status" -ne 0 ]]; then
        printf '%s\n' "${summary[@]}"
        echo "check: $step failed"
        exit 1
    fi
done
printf '%s\n' "${summary[@]}"
[[ ! -f "$out/tests.total" ]] || cat "$out/tests.total"
echo "check: all ${#steps[@]} steps passed in $((SECONDS - begun)) s"
