"""R LCMCR on the same table, where R and the package are installed.

Its chain of N goes through the same measure of effective draws as ours; only the time of its
sweeps after warm-up counts, not the start of R.
"""

from __future__ import annotations

import shutil
import subprocess

import numpy as np

from habeas.estimation import CaptureTable
from habeas.estimation.diagnosing import ess

SWEEPS = 100_000
WARM_UP = 10_000
_PROGRAM = """
suppressMessages(library(LCMCR))
rows <- read.csv(file("stdin"), colClasses = c(rep("factor", %(lists)d), "integer"))
sampler <- lcmCR(captures = rows, tabular = TRUE, in_list_label = "1", not_in_list_label = "0",
                 K = 10, a_alpha = 0.25, b_alpha = 0.25, seed = "9", buffer_size = 10000,
                 thinning = 1)
sampler$Update(%(warm_up)d, output = FALSE)
sampler$Change_SubSamp(1)
sampler$Change_Trace_Length(%(sweeps)d)
sampler$Set_Trace("n0")
sampler$Activate_Tracing()
spent <- system.time(sampler$Update(%(sweeps)d, output = FALSE))
cat(spent[["user.self"]] + spent[["sys.self"]], "\\n")
cat(sampler$Get_Trace("n0"), sep = "\\n")
"""


def r_lcmcr_is_here() -> bool:
    """Whether R can load the package LCMCR."""
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", "quit(status = !requireNamespace('LCMCR', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def rate_of_r(table: CaptureTable) -> float:
    """Effective draws of log N per CPU-second of R LCMCR after warm-up."""
    lines = [",".join((*(f"L{j}" for j in range(len(table.lists))), "Freq"))]
    lines += [",".join((*table.pattern(mask), str(count))) for mask, count in table.counts]
    program = _PROGRAM % {"lists": len(table.lists), "warm_up": WARM_UP, "sweeps": SWEEPS}
    ended = subprocess.run(
        ["Rscript", "-e", program],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    spent, *unseen = ended.stdout.split()
    draws = np.array(unseen, dtype=np.float64) + table.observed
    return ess(np.log(draws)[np.newaxis, :]) / float(spent)
