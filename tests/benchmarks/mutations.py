"""Mutated files: `python -m tests.benchmarks.mutations [FILES]`. Each loads or gets one line, in time and in bounds.

Prints, for every kind of file, how many loaded, how many were refused, the longest time and the memory.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter

from tests.benchmarks.options import only_count
from tests.terminal.mutations import KINDS, Outcome, mutants

FILES = 20_000


def main(files: int) -> None:
    import resource

    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            began, mine = perf_counter(), list(mutants(kind, files // len(KINDS), Path(folder)))
            outcomes += mine
            counts = Counter(one.what for one in mine)
            slowest = max(mine, key=lambda one: one.seconds)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{kind}: {len(mine)} files in {perf_counter() - began:.0f} s: {dict(counts)}; longest"
                f" {slowest.seconds:.2f} s (number {slowest.number}); at most {memory:.0f} MB so far",
                flush=True,
            )
            for one in mine:
                if one.what == "FAULT":
                    print(f"  number {one.number}: {one.line[:300]}", flush=True)
    faults = sum(one.what == "FAULT" for one in outcomes)
    print(f"{len(outcomes)} files, {faults} faults")


if __name__ == "__main__":
    main(only_count(__doc__, "files", FILES))
