"""Compares the generated HL7 v2 definitions with those of the independent package hl7apy.

In:  the text files of standards/hl7v2-base/definitions, and hl7apy as installed for this Python.
Out: exit 0 when the differences are exactly those of known-differences.txt, each of which has a reason there; exit 1
     with the list of new and vanished ones otherwise. `--print` prints every difference found instead.

Compared per version: structures (segments, groups, cardinality, choices; not group names), segments, fields (datatype,
required, repetition), datatypes and their components' datatypes; and, for all versions together, table codes.
"""

import importlib
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFINITIONS = HERE.parent.parent / "standards" / "hl7v2-base" / "definitions"
KNOWN = HERE / "known-differences.txt"
VERSIONS = ["2.3.1", "2.4", "2.5", "2.5.1"]
UNBOUNDED = "*"


def lines_of(path):
    return [line for line in path.read_text().splitlines() if not line.startswith("# ")]


class Ours:
    """Our own definitions of one version; what was adopted from a later version is left out."""

    def __init__(self, version):
        folder = DEFINITIONS / version
        self.structures, self.segments, self.datatypes = {}, {}, {}
        for line in lines_of(folder / "structures.txt"):
            if line == "[events]":
                break
            name, grammar = line.split(" ", 1)
            if not grammar.startswith("@"):
                self.structures[name] = grammar
        self._read(folder / "segments.txt", self.segments, lambda c: (c[4], c[1] == "R", c[2].split("..")[1]))
        self._read(folder / "datatypes.txt", self.datatypes, lambda c: c[3])

    @staticmethod
    def _read(path, into, fact):
        current = None
        for line in lines_of(path):
            if "|" in line:
                if current is not None:
                    current.append(fact(line.split("|")))
            else:
                name, rest = line.split(" ", 1)
                current = None if rest.startswith("@") else into.setdefault(name, [])


class Theirs:
    """The definitions of one version in hl7apy, in the same shape."""

    def __init__(self, version):
        module = importlib.import_module("hl7apy.v" + version.replace(".", "_"))
        self.groups = module.groups.GROUPS
        self.structures = {name: self._members(body) for name, body in module.messages.MESSAGES.items() if body[1]}
        self.segments = {}
        for name, (_, fields) in module.segments.SEGMENTS.items():
            # A field without a reference is a place that the version left empty.
            self.segments[name] = [
                (reference[2] if reference else "nothing", low > 0, str(high) if high >= 0 else UNBOUNDED)
                for _, reference, (low, high), _ in fields
            ]
        self.datatypes = {}
        for key, (_, _, datatype, *_) in module.datatypes.DATATYPES.items():
            name, number = key.rsplit("_", 1)
            self.datatypes.setdefault(name, {})[int(number)] = datatype
        self.datatypes = {name: [parts[i] for i in sorted(parts)] for name, parts in self.datatypes.items()}
        self.tables = {key[3:]: set(codes) for key, (_, codes) in module.tables.TABLES.items()}

    def _members(self, body):
        kind, members = body
        if kind == "choice":
            return "<" + "|".join(member[0] for member in members) + ">"
        return " ".join(self._member(member) for member in members)

    def _member(self, member):
        name, _, (low, high), kind = member
        inner = name if kind == "SEG" else self._members(self.groups[name])
        if high < 0:
            return f"[{{{inner}}}]" if low == 0 else f"{{{inner}}}"
        if low == 0:
            return f"[{inner}]"
        return inner if kind == "SEG" or inner.startswith("<") else f"({inner})"


def tokens(grammar):
    """The grammar as words, without group names, the alternatives of a choice in one order."""
    bare = re.sub(r"[A-Z0-9_]+: ", "", grammar)
    bare = re.sub(r"<([^<>]*)>", lambda choice: "<" + "|".join(sorted(choice[1].split("|"))) + ">", bare)
    return bare.split()


def compare_names(version, what, ours, theirs):
    for name in sorted(set(ours) - set(theirs)):
        yield f"{version} {what} {name}: only ours"
    for name in sorted(set(theirs) - set(ours)):
        yield f"{version} {what} {name}: only theirs"


def compare(version):
    ours, theirs = Ours(version), Theirs(version)
    yield from compare_names(version, "structure", ours.structures, theirs.structures)
    for name in sorted(set(ours.structures) & set(theirs.structures)):
        a, b = tokens(ours.structures[name]), tokens(theirs.structures[name])
        if a != b:
            at = next((i for i, pair in enumerate(zip(a, b)) if pair[0] != pair[1]), min(len(a), len(b)))
            yield f"{version} structure {name}: word {at + 1} is {(a + ['nothing'])[at]}, theirs {(b + ['nothing'])[at]}"
    yield from compare_names(version, "segment", ours.segments, theirs.segments)
    for name in sorted(set(ours.segments) & set(theirs.segments)):
        a, b = ours.segments[name], theirs.segments[name]
        if len(a) != len(b):
            yield f"{version} segment {name}: {len(a)} fields, theirs {len(b)}"
        for number, (our, their) in enumerate(zip(a, b), 1):
            for fact, x, y in zip(("datatype", "required", "repeats"), our, their):
                if x != y:
                    yield f"{version} field {name}-{number}: {fact} {x}, theirs {y}".lower().replace(name.lower(), name)
    composite = {name: parts for name, parts in ours.datatypes.items() if parts}
    yield from compare_names(version, "datatype", composite, theirs.datatypes)
    for name in sorted(set(composite) & set(theirs.datatypes)):
        a, b = composite[name], theirs.datatypes[name]
        if len(a) != len(b):
            yield f"{version} datatype {name}: {len(a)} components, theirs {len(b)}"
        for number, (x, y) in enumerate(zip(a, b), 1):
            if x != y:
                yield f"{version} component {name}.{number}: {x}, theirs {y}"


def compare_tables():
    ours, current = {}, None
    for line in lines_of(DEFINITIONS / "tables.txt"):
        if "|" in line:
            current.add(line.split("|")[0])
        else:
            current = ours.setdefault(line.split(" ")[0], set())
    missing = {}
    for version in VERSIONS:
        for table, codes in Theirs(version).tables.items():
            missing.setdefault(table, set()).update(codes - ours.get(table, set()))
    for table, codes in sorted(missing.items()):
        if codes:
            whole = "" if table in ours else ", the whole table"
            yield f"tables {table}: {len(codes)} of their codes are not ours{whole}"


def known_differences():
    """The lines of known-differences.txt; every block of them must start with its reason."""
    known = set()
    for block in KNOWN.read_text().strip().split("\n\n"):
        lines = block.splitlines()
        if not lines[0].startswith("#"):
            sys.exit(f"crosscheck: a block of known differences has no reason: {lines[0]}")
        known.update(line for line in lines if not line.startswith("#"))
    return known


def main():
    found = [difference for version in VERSIONS for difference in compare(version)] + list(compare_tables())
    if sys.argv[1:] == ["--print"]:
        print("\n".join(found))
        return
    known = known_differences()
    new, vanished = [d for d in found if d not in known], sorted(known - set(found))
    for difference in new:
        print(f"crosscheck: new difference: {difference}", file=sys.stderr)
    for difference in vanished:
        print(f"crosscheck: no longer a difference: {difference}", file=sys.stderr)
    if new or vanished:
        sys.exit(1)
    print(f"crosscheck: {len(found)} differences from hl7apy, all known")


main()
