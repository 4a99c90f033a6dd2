#!/usr/bin/env python3
"""Do two stores of FHIR definitions hold the same? Exit 0 yes, 1 no.

Reads the layout that src/standard/fhir/store.rs writes. Bytes are not compared: the deflate library that is built in
depends on what else is built, and all of them unpack to the same.
"""

import struct
import sys
import zlib

HEADER, ENTRY, GROUP = 20, 24, 12


def contents(path):
    with open(path, "rb") as file:
        store = file.read()
    if store[:8] != b"HMSTORE1":
        sys.exit(f"{path}: it is no store")
    entries, groups, key_bytes = struct.unpack_from("<III", store, 8)
    groups_at = HEADER + entries * ENTRY
    keys_at = groups_at + groups * GROUP
    data_at = keys_at + key_bytes
    unpacked = []
    for group in range(groups):
        offset, packed, length = struct.unpack_from("<III", store, groups_at + group * GROUP)
        piece = store[data_at + offset : data_at + offset + packed]
        unpacked.append(piece if packed == length else zlib.decompress(piece, -15))
    held = {}
    for entry in range(entries):
        key, key_length, facts, group, start, length = struct.unpack_from("<IIIIII", store, HEADER + entry * ENTRY)
        name = store[keys_at + key : keys_at + key + key_length]
        held[name] = (facts, unpacked[group][start : start + length])
    return held


one, other = (contents(path) for path in sys.argv[1:3])
wrong = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
for name in wrong[:10]:
    print("differs: " + name.decode().replace("\0", " "))
sys.exit(1 if wrong else 0)
