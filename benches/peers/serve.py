"""Does the work of a bench on request: a line in, a run, a line of JSON out.

A script of a bench is started as `python BENCH.py PEER FOLDER`. FOLDER holds `given.json`, the constants of the work, and the
arrays that everyone works on. The number of threads is set in the environment by the conductor.
"""

import json
import math
import sys
import time
from pathlib import Path


def serve(peers, statistics):
    """`peers` maps a name to a function of (constants, folder) that gets ready and gives the work, a function without
    arguments; `statistics` maps what the work computes to triples of name, value and standard error."""
    peer, folder = sys.argv[1], Path(sys.argv[2])
    work = peers[peer](json.loads((folder / "given.json").read_text()), folder)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        found = [{"name": name, "value": float(value), "error": error} for name, value, error in statistics(result)]
        print(json.dumps({"seconds": wall, "cpu_seconds": cpu, "statistics": found}), flush=True)


def mean(name, values):
    """The mean of an array with its standard error."""
    return name, values.mean(), float(values.std(ddof=1)) / math.sqrt(values.size)
