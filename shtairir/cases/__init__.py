"""Graphs carry tests: what they shall give back when they are given what. This runs them.

In a graph file::

    "tests": [
      {"name": "two_discs", "parameters": {"radius": 3}, "expect": {"count.total": 2}, "budget": {"seconds": 5}}
    ]

What is expected of a result is its value, or an object that says more:

=====================================================  ================================================================
``24``, ``"text"``, ``[1, 2]``                         just this; numbers may differ by a part in a billion
``{"value": 3.2, "tolerance": 0.1}``                   a number, or numbers in a list, give or take
``{"file": "expected/mask.npy", "tolerance": 0.01}``   what a file holds: ``.npy``, ``.json``, ``.txt``, ``.csv``
``{"shape": [512, 512], "mean": 0.4, "tolerance": 0.1}``  facts: shape, dtype, minimum, maximum, mean, length, columns
``{"error": "no column"}``                             of a node: that it fails, with these words in its error
=====================================================  ================================================================
"""

from shtairir.cases.running import CaseResult, Mismatch, record, run_cases

__all__ = ["CaseResult", "Mismatch", "record", "run_cases"]
