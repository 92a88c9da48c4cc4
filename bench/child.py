"""
Run one command, and print its seconds, its peak memory in bytes and its exit code.

A small process of its own, because Linux counts what the parent held at the start towards the peak of its child.
"""

from __future__ import annotations

import os
import sys
from time import perf_counter

command = sys.argv[1:]
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
start = perf_counter()
pid = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
_, status, usage = os.wait4(pid, 0)
seconds = perf_counter() - start
print(seconds, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status))
