#!/usr/bin/env python3
"""Makes the golden vectors beside this file with PyTorch. The vectors are committed; this is how they came about.

    apt-get install python3-torch        # Debian 12: PyTorch 1.13
    /usr/bin/python3 tests/golden/make.py

README.md beside this file describes the format. Inputs are float64 tensors whose values a float32 holds exactly
(multiples of 1/64), and so are the attributes (but for PyTorch's defaults of optimizers): implementations in float32
and float64 start from the same numbers. Results are computed and stored in float64. Each case draws from its own
seeds, checksums of names: adding a case changes no other. Each file in families makes the vectors of its name;
arguments name the families to make, none means all.
"""
import importlib
import os
import sys

FAMILIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "families")

if __name__ == "__main__":
    sys.dont_write_bytecode = True
    names = sys.argv[1:] or sorted(file[:-3] for file in os.listdir(FAMILIES) if file.endswith(".py"))
    for name in names:
        importlib.import_module(f"families.{name}").build().write()
