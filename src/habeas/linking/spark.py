"""The same joins on Spark, for what one machine cannot hold; an optional extra.

Invariants: the SQL is that of DuckDB, so the pairs are the same; the session is the one that is
active, or one on this machine's cores. Names are still compared here, once for each distinct
pair of spellings, which is little; only rows and pairs are on the cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from habeas.linking.errors import ExtraMissing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from habeas.linking.engine import Column
    from habeas.linking.settings import LinkingSettings


class SparkEngine:
    """Spark SQL; tables are temporary views of checkpointed frames."""

    def __init__(self, settings: LinkingSettings) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            raise ExtraMissing(
                "Linking on Spark needs pyspark, which is not installed.",
                next_step="Install habeas with its extras, and Java 17 or newer:"
                " `pip install 'habeas[linking,spark]'`.",
            ) from None
        active = SparkSession.getActiveSession()
        self._own = active is None
        self._spark: Any = active or (
            SparkSession.builder.master(f"local[{settings.threads}]")
            .appName("habeas-linking")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", str(settings.threads))
            .config("spark.driver.memory", settings.memory.lower().removesuffix("b"))
            .getOrCreate()
        )
        self._frames: dict[str, Any] = {}

    def make(self, table: str, select: str) -> None:
        self._keep(table, self._spark.sql(select))

    def put(self, table: str, columns: Mapping[str, Column]) -> None:
        schema = ", ".join(f"{c} {'string' if c == 'text' else 'bigint'}" for c in columns)
        plain = [
            list(values) if name == "text" else np.asarray(values, dtype=np.int64).tolist()
            for name, values in columns.items()
        ]
        frame = self._spark.createDataFrame(list(zip(*plain, strict=True)), schema)
        earlier = self._frames.get(table)
        self._keep(table, frame if earlier is None else earlier.union(frame))

    def _keep(self, table: str, frame: Any) -> None:
        kept = frame.localCheckpoint(eager=True)
        kept.createOrReplaceTempView(table)
        self._frames[table] = kept

    def drop(self, *tables: str) -> None:
        for table in tables:
            self._spark.catalog.dropTempView(table)
            self._frames.pop(table, None)

    def rows(self, select: str) -> Iterator[tuple[Any, ...]]:
        for row in self._spark.sql(select).toLocalIterator():
            yield tuple(row)

    def splink(self) -> Any:
        from splink import SparkAPI

        return SparkAPI(  # type: ignore[no-untyped-call]
            spark_session=self._spark,
            break_lineage_method="persist",
            register_udfs_automatically=False,
        )

    def close(self) -> None:
        self.drop(*list(self._frames))
        if self._own:
            self._spark.stop()
