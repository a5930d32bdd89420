"""What the disk says while the index is written, as errors of storage.

tantivy tells an error of the disk as a ``ValueError`` whose text ends in the system's number, or
as a writer that was killed. Untold, a full disk would look like a fault of the program.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

from habeas.custody import durable

_NUMBER = re.compile(r"os error (\d+)|code: (\d+)")
_WITHOUT_NUMBER = ("failed to write", "io::Error", "writer was killed")


@contextlib.contextmanager
def plain_disk_errors(folder: Path) -> Iterator[None]:
    """``StorageFull`` or ``StorageFailed`` for what the disk refuses; all else as it is."""
    try:
        yield
    except OSError as error:
        durable.reraise_plainly(error, folder)
        raise
    except ValueError as error:
        if number := _number_in(str(error)):
            durable.reraise_plainly(OSError(number, os.strerror(number)), folder)
        raise


def _number_in(text: str) -> int:
    """The system's number in what tantivy says; 0 where it does not speak of the disk."""
    if found := _NUMBER.search(text):
        return int(found[1] or found[2])
    return errno.EIO if any(words in text for words in _WITHOUT_NUMBER) else 0
