"""What the release binary costs as a whole: its start, its memory, its second thread.

usage: binary.py HALLMARK FEED start|memory|threads [SIZE]

start    CPU of one small message from start to finish, over many runs
memory   peak memory on one concatenated file of SIZE bytes (2 GB unless told) made in a temporary folder
threads  time with one thread over time with two, on the feed repeated to SIZE bytes (100 MB unless told)
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 50
ROUNDS = 5


def run(*command):
    """Runs to the end, output thrown away. The exit codes that speak of messages are all fine; 2 is not."""
    code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if code.returncode not in (0, 1, 3):
        sys.exit(f"the run failed with {code.returncode}:\n{code.stderr.decode(errors='replace')[:2000]}")


def repeated(feed, size, path):
    """Writes the feed again and again, control ids changed each time, until the file has `size` bytes."""
    with open(feed, "rb") as file:
        text = file.read()
    written, turn = 0, 0
    with open(path, "wb") as out:
        while written < size:
            # Same length, other ids: a feed does not repeat its control ids.
            block = text.replace(b"|RXX", b"|%03d" % (turn % 1000))
            out.write(block)
            written += len(block)
            turn += 1
    return written


def start(hallmark, feed):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "one.hl7")
        with open(feed, "rb") as file:
            first = file.read().split(b"MSH|")[1]
        with open(path, "wb") as out:
            out.write(b"MSH|" + first)
        run(hallmark, "check", "--no-config", path)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for _ in range(RUNS):
            run(hallmark, "check", "--no-config", path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / RUNS
    print(f"measured start to finish on one message: {spent * 1000:.1f} ms of CPU (goal: under 20), mean of {RUNS} runs")


def memory(hallmark, feed, size):
    folder = tempfile.mkdtemp()
    try:
        path = os.path.join(folder, "feed.hl7")
        free = shutil.disk_usage(folder).free
        if free < size * 1.1:
            sys.exit(f"memory: {free} bytes free in {folder}, {size} needed; set TMPDIR")
        written = repeated(feed, size, path)
        begun = time.monotonic()
        run(hallmark, "check", "--no-config", "--format", "json", path)
        took = time.monotonic() - begun
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"measured memory on {written / 1e9:.2f} GB in one file: {peak:.0f} MB at most (goal: under 256), "
            f"ratio {peak * 1.048576e6 / written:.4f} of the file, {took:.0f} s"
        )
    finally:
        shutil.rmtree(folder)


def threads(hallmark, feed, size):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "feed.hl7")
        repeated(feed, size, path)
        one, two = [], []
        for _ in range(ROUNDS):
            for count, times in (("1", one), ("2", two)):
                begun = time.monotonic()
                run(hallmark, "check", "--no-config", "--threads", count, "--format", "json", path)
                times.append(time.monotonic() - begun)
        # The fastest rounds: other work on the machine only ever slows one down.
        print(
            f"measured two threads: ratio {min(one) / min(two):.2f} of one (goal: at least 1.7; median "
            f"{statistics.median(one) / statistics.median(two):.2f}; {len(os.sched_getaffinity(0))} processors, "
            f"load {os.getloadavg()[0]:.1f})"
        )


def main():
    hallmark, feed, what = sys.argv[1:4]
    size = int(float(sys.argv[4])) if len(sys.argv) > 4 else None
    if what == "start":
        start(hallmark, feed)
    elif what == "memory":
        memory(hallmark, feed, size or 2_000_000_000)
    elif what == "threads":
        threads(hallmark, feed, size or 100_000_000)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
