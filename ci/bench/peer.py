"""Parse and validate a feed with hl7apy, and give the ratio to our own cost per message.

usage: peer.py FEED OUR_CPU_SECONDS_PER_MESSAGE [MESSAGES]

hl7apy checks against base HL7 only, so it does less; it is the library that such feeds are commonly tested with.
"""

import sys
import time

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message

ROUNDS = 3


def read_all(messages):
    """Parses and validates each message; counts those it refuses. CPU seconds go to the caller's clock."""
    refused = 0
    for message in messages:
        try:
            parsed = parse_message(message, validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=True)
            refused += not parsed.validate(report_file="/dev/null")
        except HL7apyException:
            refused += 1
        except Exception:  # It also fails in ways it does not declare; the time still counts.
            refused += 1
    return refused


def main():
    feed, ours = sys.argv[1], float(sys.argv[2])
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    with open(feed, encoding="utf-8", newline="") as file:
        messages = ["MSH|" + part for part in file.read().split("MSH|")[1:]][:most]
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        refused = read_all(messages)
        rounds.append((time.process_time() - start) / len(messages))
    theirs = sorted(rounds)[ROUNDS // 2]
    print(
        f"measured hl7apy parse and validate: {theirs * 1e6:.0f} us of CPU a message over {len(messages)} messages"
        f" ({refused} refused), ratio {theirs / ours:.0f} to our full check (goal: at least 1000)"
    )


if __name__ == "__main__":
    main()
