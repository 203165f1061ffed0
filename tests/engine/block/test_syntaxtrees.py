"""Threads that parse at the same time get what each of them asked for."""

from __future__ import annotations

import subprocess
import sys

PARSES = """
import ast, gc, sys, threading
import shtairir

@shtairir.block(category="Test")
def one() -> float:
    return 1.0

graph = shtairir.Graph()
graph.add(one)
graph.add(one)
shtairir.run(graph, workers=2, level="none").raise_for_status()

sys.setswitchinterval(1e-6)
gc.set_threshold(50, 2, 2)
text = chr(10).join(f"def f{i}(a, b=1): return [a + b for a in range({i})]" for i in range(200))

class Slow:
    def __init__(self):
        self.itself = self
    def __del__(self):
        for _ in range(50):
            pass

def work(depth):
    if depth:
        return work(depth - 1)
    for _ in range(15):
        [Slow() for _ in range(20)]
        try:
            ast.parse(text)
        except SystemError as error:
            print(error)

threads = [threading.Thread(target=work, args=(40 * number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_blocks_on_two_workers_may_parse_at_the_same_time() -> None:
    done = subprocess.run([sys.executable, "-c", PARSES], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
