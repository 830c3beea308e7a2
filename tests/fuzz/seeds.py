#!/usr/bin/env python3
"""Writes the corpus that a fuzz target starts from: seeds.py SEED FOLDER. The same seed gives the same files.

The inputs are what any reader of binary records meets: nothing, zeros, ones, counters, and noise, at sizes around the
powers of two and a cache line, up to a page.
"""

import os
import random
import sys

SIZES = [0, 1, 7, 8, 15, 16, 63, 64, 65, 255, 512, 1000, 4096]


def inputs(seed):
    noise = random.Random(seed)
    for size in SIZES:
        yield bytes(size)
        yield b"\xff" * size
        yield bytes(i & 0xFF for i in range(size))
        yield noise.randbytes(size)


def main(seed, folder):
    os.makedirs(folder, exist_ok=True)
    for number, data in enumerate(dict.fromkeys(inputs(seed))):
        with open(os.path.join(folder, f"seed-{number:03}"), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
