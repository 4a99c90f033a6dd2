#!/usr/bin/env bash
# Installs what the checks need and a fresh machine lacks. Only through the package managers; nothing is built but
# cargo-deny, once, into ci/out/tools.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# command → Debian package
needed=(
    "g++:g++" "python3:python3" "node:nodejs" "npm:npm" "xmllint:libxml2-utils" "openssl:openssl" "chromium:chromium"
    "git:git" "curl:curl"
)
missing=()
for pair in "${needed[@]}"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
if [[ ${#missing[@]} -gt 0 ]]; then
    if ! command -v apt-get >/dev/null || [[ "$(id -u)" -ne 0 ]]; then
        echo "tools: please install: ${missing[*]}" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

deny=0.20.2
if ! { cargo deny --version || ci/out/tools/bin/cargo-deny --version; } 2>/dev/null | grep -q "$deny"; then
    cargo install --quiet --locked --root ci/out/tools --target-dir ci/out/tools/target "cargo-deny@$deny"
    rm -rf ci/out/tools/target
fi
for component in clippy fmt; do
    cargo "$component" --version >/dev/null || { echo "tools: the toolchain lacks cargo $component" >&2; exit 1; }
done
echo "tools: $(rustc --version), node $(node --version), $(python3 --version), $(chromium --version 2>/dev/null | head -1)"
