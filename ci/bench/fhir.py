"""What the release binary costs on FHIR as a whole: its start, its second thread, its memory.

usage: fhir.py ndjson FOLDER NDJSON
       fhir.py start|threads|memory|bundle [PACKAGE] HALLMARK NDJSON

ndjson   writes the resources in FOLDER one to a line
start    CPU of one small Patient from start to finish, over many runs, with PACKAGE when it is given
threads  time with one thread over time with two, on the resources
memory   peak memory on 5 GB of resources one to a line, in a temporary file
bundle   peak memory on one Bundle of 100 MB
"""

import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time

from binary import ROUNDS, RUNS, run

PATIENT = {
    "resourceType": "Patient",
    "id": "specimen",
    "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
    "active": True,
    "name": [{"use": "official", "family": "SPECIMEN", "given": ["ALEX"]}],
    "gender": "female",
    "birthDate": "1962-05-14",
    "address": [{"line": ["1 TEST LANE"], "city": "MALTON", "postalCode": "YO17 7LF"}],
}
UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"
ASKED = ("check", "--no-config", "--use", "hl7-fhir-r4", "--format", "json")


def ndjson(folder, path):
    with open(path, "wb") as out:
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".json"):
                continue
            with open(os.path.join(folder, name), "rb") as file:
                read = json.load(file)
            if "resourceType" in read:
                out.write(json.dumps(read, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def start(hallmark, package):
    asked, what, goal = (), "one Patient", 30
    if package:
        asked, what, goal = ("--package", package, "--profile", UK_CORE), "one Patient against UK Core", 40
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "patient.json")
        with open(path, "w") as out:
            json.dump(PATIENT, out)
        # The first run of all keeps what it makes of the package for the next.
        run(hallmark, *ASKED, *asked, path)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for _ in range(RUNS):
            run(hallmark, *ASKED, *asked, path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / RUNS
    print(f"measured start to finish on {what}: {spent * 1000:.1f} ms of CPU (goal: at most {goal}), mean of {RUNS} runs")


def threads(hallmark, path):
    one, two = [], []
    for _ in range(ROUNDS):
        for count, times in (("1", one), ("2", two)):
            begun = time.monotonic()
            run(hallmark, *ASKED, "--threads", count, path)
            times.append(time.monotonic() - begun)
    print(
        f"measured two threads on FHIR: ratio {min(one) / min(two):.2f} of one (goal: at least 1.7; median "
        f"{statistics.median(one) / statistics.median(two):.2f}; {len(os.sched_getaffinity(0))} processors, "
        f"load {os.getloadavg()[0]:.1f})"
    )


def peak(hallmark, path, size, what, goal):
    begun = time.monotonic()
    run(hallmark, *ASKED, path)
    took = time.monotonic() - begun
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(
        f"measured memory on {what} of {size / 1e6:.0f} MB: {most / 1e6:.0f} MB at most (goal: under {goal}), "
        f"ratio {most / size:.4f}, {took:.0f} s"
    )


def memory(hallmark, resources, size):
    folder = tempfile.mkdtemp()
    try:
        path = os.path.join(folder, "resources.ndjson")
        if shutil.disk_usage(folder).free < size * 1.1:
            sys.exit(f"memory: not {size} bytes free in {folder}; set TMPDIR")
        written = 0
        with open(path, "wb") as out:
            while written < size:
                with open(resources, "rb") as file:
                    shutil.copyfileobj(file, out, 1 << 20)
                written = out.tell()
        peak(hallmark, path, written, "resources one to a line", "256 MB")
    finally:
        shutil.rmtree(folder)


def bundle(hallmark, resources, size):
    """A collection of small resources until it has `size` bytes."""
    with open(resources, "rb") as file:
        small = [line.rstrip(b"\n") for line in file if len(line) < 20_000 and b'"Bundle"' not in line[:40]]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bundle.json")
        with open(path, "wb") as out:
            out.write(b'{"resourceType":"Bundle","type":"collection","entry":[')
            at = 0
            while out.tell() < size:
                out.write(b"," if at else b"")
                address = b"http://example.org/fhir/%d" % at
                out.write(b'{"fullUrl":"%s","resource":%s}' % (address, small[at % len(small)]))
                at += 1
            out.write(b"]}")
            written = out.tell()
        peak(hallmark, path, written, "one Bundle", f"{10 * written / 1e6:.0f} MB")


def main():
    what, *rest = sys.argv[1:]
    if what == "ndjson":
        return ndjson(*rest)
    *package, hallmark, path = rest
    if what == "start":
        start(hallmark, *package or [None])
    elif what == "threads":
        threads(hallmark, path)
    elif what == "memory":
        memory(hallmark, path, 5_000_000_000)
    elif what == "bundle":
        bundle(hallmark, path, 100_000_000)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
