"""``python -m benchmarks.linking [--records N] [--threads N] [--only ours|bare]``.

Links synthetic records in mixed scripts (``linking_records``) with habeas and with Splink alone,
on the same file, each in a process of its own, and prints time, memory and how many of the true
pairs each reaches. Splink alone has Jaro–Winkler on the names as written, the same other fields,
and the blocking of its own example of 50,000 people: names, year and place in pairs, and the
first letters of names.

Time is from the start of the process to its last candidate, reading included; each side reads
the lines of JSON with a reader in C++, its own. Memory is the
most that the process and those it started held together (resident, sampled).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.table import Measured, Results
from habeas.vocabulary.region import bundled

XINJIANG = bundled("xinjiang")

BUILD = Path(__file__).resolve().parent.parent / "build"
_REACHED, _LIKELY = 0.1, 0.5


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linking")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=("ours", "bare"))
    parser.add_argument("--child", choices=("ours", "bare"), help=argparse.SUPPRESS)
    parser.add_argument("--directory", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        (_ours if given.child == "ours" else _bare)(given.directory, given.threads)
        return
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-linking-", dir=BUILD) as name:
        directory = Path(name)
        who = _write(directory, given.records)
        measured = {
            kind: _measure(kind, directory, given.threads, who)
            for kind in ("bare", "ours")
            if given.only in (None, kind)
        }
        _show(measured, given.records)


# --- the records --------------------------------------------------------------------------


def _write(directory: Path, number: int) -> dict[str, int]:
    """The records as lines of JSON, and who is who."""
    from benchmarks.linking_records import records

    who = {}
    with (directory / "records.jsonl").open("w", encoding="utf-8") as file:
        for record, person in records(number):
            who[record.id] = person
            row = {
                "id": record.id,
                "name": record.names[0],
                "birth": record.birth_from,
                "gender": record.gender or None,
                "place": record.places[0] if record.places else None,
                "number": record.identifiers[0] if record.identifiers else None,
                "dataset": record.dataset,
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return who


def _ours(directory: Path, threads: int) -> None:
    import pyarrow as arrow
    from pyarrow import json as arrow_json

    from habeas.linking import LinkingSettings, LinkRecord, link

    def read() -> Iterator[LinkRecord]:
        names = ("id", "name", "birth", "gender", "place", "number", "dataset")
        types = [arrow.string(), arrow.string(), arrow.int32(), *[arrow.string()] * 4]
        schema = arrow.schema(list(zip(names, types, strict=True)))
        with arrow_json.open_json(
            directory / "records.jsonl",
            parse_options=arrow_json.ParseOptions(explicit_schema=schema),
        ) as batches:
            for batch in batches:
                columns = [batch.column(name).to_pylist() for name in names]
                for id_, name, birth, gender, place, number, dataset in zip(*columns, strict=True):
                    yield LinkRecord(
                        id_, "person", (name,),
                        birth_from=birth, birth_to=birth, gender=gender or "",
                        places=(place,) if place else (),
                        identifiers=(number,) if number else (),
                        dataset=dataset,
                    )  # fmt: skip

    started, stage = time.perf_counter(), ["starting"]

    def progress(now: str, done: int, of: int) -> None:
        if stage[0] != now:
            print(f"    {time.perf_counter() - started:6.1f} s {now}", file=sys.stderr)
            stage[0] = now

    found = link(
        read(),
        XINJIANG,
        settings=LinkingSettings(threshold=_REACHED, threads=threads, spill=directory),
        progress=progress,
    )
    with (directory / "ours.tsv").open("w", encoding="utf-8") as out:
        for each in found.candidates:
            out.write(f"{each.left}\t{each.right}\t{each.probability}\n")
    counts = dict(found.counts) | {"lost": [f"{x.what}: {x.records}" for x in found.lost][:8]}
    (directory / "ours.json").write_text(json.dumps(counts))


def _bare(directory: Path, threads: int) -> None:
    import logging

    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect(
        str(directory / "bare.duckdb"),
        config={"threads": threads, "temp_directory": str(directory / "bare-spill")},
    )
    connection.execute(
        "create table records as select id as unique_id,"
        " split_part(replace(name, '·', ' '), ' ', 1) as given,"
        " nullif(split_part(replace(name, '·', ' '), ' ', 2), '') as father,"
        " cast(birth as int) as birth, gender, place, cast(number as varchar) as number"
        f" from read_json('{directory / 'records.jsonl'}', format = 'newline_delimited',"
        " columns = {id: 'varchar', name: 'varchar', birth: 'int', gender: 'varchar',"
        " place: 'varchar', number: 'varchar', dataset: 'varchar'})"
    )
    api = DuckDBAPI(connection=connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("number"),
            block_on("substr(given, 1, 3)", "substr(father, 1, 4)"),
            block_on("father", "birth"),
            block_on("given", "birth"),
            block_on("place", "given"),
            block_on("place", "father"),
            block_on("birth", "place"),
            block_on("substr(given, 1, 2)", "substr(father, 1, 2)", "birth"),
        ],
        comparisons=[
            cl.JaroWinklerAtThresholds("given", [0.92, 0.85]),
            cl.JaroWinklerAtThresholds("father", [0.92, 0.85]),
            cl.CustomComparison(
                output_column_name="birth",
                comparison_levels=[
                    {"sql_condition": "birth_l is null or birth_r is null",
                     "label_for_charts": "null", "is_null_level": True},
                    {"sql_condition": "birth_l = birth_r", "label_for_charts": "same"},
                    {"sql_condition": "abs(birth_l - birth_r) <= 1", "label_for_charts": "near"},
                    {"sql_condition": "ELSE", "label_for_charts": "other"},
                ],
            ),
            cl.JaroWinklerAtThresholds("place", [0.92]),
            cl.ExactMatch("gender"),
            cl.ExactMatch("number"),
        ],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )  # fmt: skip
    linker = Linker(api.register("records"), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("number"), block_on("given", "father", "birth", "place")], recall=0.1
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=10_000_000, seed=2017)
    for rule in (block_on("given", "father"), block_on("birth", "place")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
    found = linker.inference.predict(threshold_match_probability=_REACHED)
    connection.execute(
        "copy (select unique_id_l, unique_id_r, match_probability from"
        f" {found.physical_name}) to '{directory / 'bare.tsv'}' (delimiter '\t', header false)"
    )
    (count,) = connection.execute(f"select count(*) from {found.physical_name}").fetchone() or (0,)
    (directory / "bare.json").write_text(json.dumps({"candidates": count}))


# --- measuring ----------------------------------------------------------------------------


def _measure(kind: str, directory: Path, threads: int, who: dict[str, int]) -> dict[str, Any]:
    print(f"  {kind}: started", file=sys.stderr)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.linking", "--child", kind,
         "--directory", str(directory), "--threads", str(threads)]
    )  # fmt: skip
    most = 0
    while child.poll() is None:
        most = max(most, _resident(child.pid))
        time.sleep(0.2)
    seconds = time.perf_counter() - started
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
    if child.returncode:
        raise SystemExit(f"{kind} ended with {child.returncode}.")
    said = json.loads((directory / f"{kind}.json").read_text())
    reached, likely = Counter[bool](), Counter[bool]()
    with (directory / f"{kind}.tsv").open(encoding="utf-8") as pairs:
        for line in pairs:
            left, right, probability = line.rstrip("\n").split("\t")
            same = who[left] == who[right]
            if float(probability) >= _REACHED:
                reached[same] += 1
            if float(probability) >= _LIKELY:
                likely[same] += 1
    of = sum(n * (n - 1) // 2 for n in Counter(who.values()).values())
    return {
        "seconds": seconds, "processor": processor, "bytes": most, "reached": reached,
        "likely": likely, "of": of, "said": said,
    }  # fmt: skip


def _resident(pid: int) -> int:
    """Resident bytes of a process and of those it started."""
    total, page = 0, os.sysconf("SC_PAGE_SIZE")
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * page
            children = Path(f"/proc/{one}/task/{one}/children").read_text()
        except (OSError, IndexError):
            continue
        waiting += [int(child) for child in children.split()]
    return total


def _show(measured: dict[str, dict[str, Any]], number: int) -> None:
    results = Results()
    ours, bare = measured.get("ours"), measured.get("bare")

    def line(what: str, bar: str, shown: Any, wanted: Any) -> None:
        mine = shown(ours) if ours else "–"
        theirs = shown(bare) if bare else "–"
        ratio = f"{wanted(ours) / wanted(bare):.2f}×" if ours and bare and wanted(bare) else ""
        results.add(Measured(what, mine, f"Splink alone {theirs}", ratio, bar))

    line(f"link {number:,} records", "≤ 1.5×",
         lambda m: f"{m['seconds']:.1f} s", lambda m: m["seconds"])  # fmt: skip
    line("processor time of it", "",
         lambda m: f"{m['processor']:.1f} s", lambda m: m["processor"])  # fmt: skip
    line("most memory", "≤ 2 GB",
         lambda m: f"{m['bytes'] / 1e9:.2f} GB", lambda m: m["bytes"])  # fmt: skip
    for what, key, bar in (
        (f"true pairs at probability ≥ {_REACHED}", "reached", "≥ 2×"),
        (f"true pairs at probability ≥ {_LIKELY}", "likely", "≥ 2×"),
    ):
        line(what, bar,
             lambda m, key=key: f"{m[key][True]:,} of {m['of']:,} (precision {_precision(m[key])})",
             lambda m, key=key: m[key][True])  # fmt: skip
    results.show()
    for kind, each in measured.items():
        print(f"{kind}: {each['said']}")


def _precision(found: Counter[bool]) -> str:
    total = found[True] + found[False]
    return f"{found[True] / total:.3f}" if total else "–"


if __name__ == "__main__":
    main()
