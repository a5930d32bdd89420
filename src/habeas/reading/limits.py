"""How much one exhibit may cost: time, memory, output and depth, each with its unit.

Invariant: every cap has a finite default, is held by the child that reads or by the parent
outside the sandbox, and reaching it is a state of the file, never an error of the run.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The caps of one reading; ``exhibit_*`` are over an exhibit and all files inside it."""

    wall_seconds: float = 60.0  # without any progress, then the file's processes are killed
    exhibit_wall_seconds: float = 3600.0
    cpu_seconds: int = 300  # a process
    memory_bytes: int = 2048 * MIB  # a process, and all processes of a file together
    scratch_bytes: int = 3072 * MIB  # the folder of a file's processes, which is memory too
    scratch_files: int = 20_000  # in that folder, each with a kilobyte of the kernel's memory
    input_bytes: int = 2048 * MIB  # an exhibit, or one file inside it
    exhibit_unpacked_bytes: int = 4096 * MIB  # of all files inside, at every depth
    output_bytes: int = 256 * MIB  # one document with its parts, on the pipe
    exhibit_output_bytes: int = 1024 * MIB
    text_code_points: int = 20_000_000  # a document
    parts: int = 1_500_000  # a document
    cells: int = 1_000_000  # a document
    boxes: int = 4_000_000  # a document
    pages: int = 5_000  # a document
    recognised_pages: int = 500  # a document: pages read from their picture
    exhibit_entries: int = 100_000  # files inside, at every depth
    depth: int = 8  # containers in containers
    pixels: int = 120_000_000  # one picture, decoded
    picture_width_px: int = 4_000  # one picture, as shown
    streams: int = 32  # of one recording
    packets: int = 6_000_000  # of one recording: a day of film with its sound
    processes: int = 96  # of one sandbox, threads included
    open_files: int = 256

    def to_dict(self) -> dict[str, float]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_dict(cls, values: dict[str, float]) -> Limits:
        return cls(**values)  # type: ignore[arg-type]  # the fields' own numbers
