"""The generated parts of README.md. Run by docs.sh."""

import difflib
import json
import os
import re
import subprocess
import sys

HALLMARK = os.environ["HALLMARK"]
README = "README.md"
# One message and one service, so that the whole of what is printed fits the page.
SESSION = [
    "check", "--as-of", "2026-03-02", "--for", "pds/tracing", "samples/pas-vendor-b/01-nhs-number-with-spaces.hl7",
]
# Lines shown at most.
SHOWN = 80


def hallmark(*arguments):
    """Standard output and exit code of a run whose environment cannot change what it prints."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "COLUMNS": "100", "NO_COLOR": "1", "LANG": "C.UTF-8"}
    run = subprocess.run(
        [HALLMARK, "--no-config", *arguments],
        capture_output=True, check=False, env=environment, stdin=subprocess.DEVNULL, text=True,
    )
    if run.returncode == 2:
        sys.exit(f"docs: {' '.join(arguments)} could not run:\n{run.stderr}")
    return run.stdout, run.returncode


def listed(what):
    return json.loads(hallmark("list", what, "--format", "json")[0])


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def standards():
    rows = [
        [f"`{row['id']}`", row["title"], row["publisher"], row["version"], row["rules"], row["requirements"]]
        for row in listed("standards")
    ]
    return table(["id", "standard", "publisher", "version", "rules", "requirements"], rows)


def integrations():
    rows = [
        [f"`{row['id']}`", row["name"], row["owner"], row["blocking_rules"], row["degrading_rules"]]
        for row in listed("integrations")
    ]
    return table(["id", "integration", "owner", "rules that block", "rules that degrade"], rows)


def session():
    text, code = hallmark(*SESSION)
    lines = [line.rstrip() for line in text.rstrip().split("\n")]
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"… {len(lines) - SHOWN} more lines"]
    return "\n".join(["```console", "$ hallmark " + " ".join(SESSION), *lines, "$ echo $?", str(code), "```"])


def main():
    with open(README, encoding="utf-8") as file:
        old = file.read()
    new = old
    for name, make in (("session", session), ("standards", standards), ("integrations", integrations)):
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        if begin not in new or end not in new:
            sys.exit(f"docs: {README} has no {begin} … {end}")
        part = f"{begin}\n{make()}\n{end}"
        new = re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _, part=part: part, new, flags=re.DOTALL)
    if "--check" in sys.argv:
        if new != old:
            sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), README, "generated"))
            sys.exit("docs: README.md is stale; run ci/docs.sh")
        print("docs: README.md is current")
    else:
        with open(README, "w", encoding="utf-8") as file:
            file.write(new)


if __name__ == "__main__":
    main()
