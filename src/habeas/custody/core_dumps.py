"""No copy of this process's memory is left behind when it dies: it holds keys and evidence.

The limit alone does not stop a system whose handler takes dumps through a pipe, so the process
also says that it is not dumpable, which shuts its memory to other programs of the same person
as well. The limit goes on to every program that is started; what is said goes to forks only, so
each program of ours says it again.
"""

from __future__ import annotations

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4


def turn_off() -> None:
    """For good, in this process and its forks."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
