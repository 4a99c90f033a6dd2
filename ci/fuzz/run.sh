#!/usr/bin/env bash
# Builds the fuzz targets on the installed stable toolchain and runs each for a while from the committed seeds.
#   run.sh SECONDS [TARGET …]     a crash leaves its input in ci/fuzz/artifacts/TARGET and fails
# libFuzzer needs only the compiler's coverage pass, which the stable compiler offers as a code generation option; no
# nightly toolchain, no cargo-fuzz. Memory errors are not what we look for: there is no unsafe code here.
set -euo pipefail

seconds="${1:?how many seconds for each target}"
shift
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || targets=(hl7v2_parse xml_parse check fhir_check expression fhirpath zip_tar)

cd "$(dirname "${BASH_SOURCE[0]}")"
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares"
host="$(rustc -vV | sed -n 's/^host: //p')"
# The main package's dependencies stand in this package's lock file too.
if ! cargo metadata --locked --format-version 1 >/dev/null 2>&1; then
    echo "fuzz: ci/fuzz/Cargo.lock is stale; run: cargo metadata --manifest-path ci/fuzz/Cargo.toml >/dev/null" >&2
    exit 1
fi
# A target triple keeps the coverage out of build scripts, which have no libFuzzer to talk to.
RUSTFLAGS="--cfg fuzzing $(echo "$coverage" | tr -s '\n ' '  ')" CARGO_TARGET_DIR=target \
    cargo build --release --locked --quiet --target "$host"

for target in "${targets[@]}"; do
    mkdir -p "corpus/$target" "artifacts/$target" "seeds/$target"
    log="artifacts/$target/last.log"
    status=0
    seeds=("seeds/$target")
    # The packs' conforming samples are the deepest messages there are.
    case "$target" in hl7v2_parse | xml_parse | check | fhir_check) seeds+=(../../standards/*/samples) ;; esac
    # 2 GB, 10 s: what no input of this size may need. The corpus found so far is kept for the next run.
    "target/$host/release/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -print_final_stats=1 -artifact_prefix="artifacts/$target/" "corpus/$target" "${seeds[@]}" >"$log" 2>&1 \
        || status=$?
    if [[ "$status" -ne 0 ]]; then
        tail -40 "$log" >&2
        echo "fuzz: $target failed; the input is in ci/fuzz/artifacts/$target" >&2
        exit 1
    fi
    runs="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    cover="$(grep -o 'cov: [0-9]*' "$log" | tail -1)"
    echo "fuzz: $target: ${runs:-?} runs in $seconds s, ${cover:-cov: ?}, no crash"
done
