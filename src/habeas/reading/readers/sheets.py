"""Spreadsheets: xlsx and ods by our own streaming readers, xls and xlsb by calamine, csv.

A cell is cited by sheet, row and column. Its text is the value as the spreadsheet shows it,
``stored`` the value as the file keeps it where that differs. Hidden sheets, rows and columns
are read and marked. Past the cap on cells the document is read in part; a body of any length
is streamed, so memory does not grow with it.
"""

from __future__ import annotations

from habeas.reading.documents import State
from habeas.reading.readers import markup, sheets_csv, sheets_ods, sheets_xls, sheets_xlsx
from habeas.reading.readers.interface import DraftReading, InputFile

NAME = "habeas.sheets"
VERSION = "6"

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX_FAMILY = frozenset(
    {
        XLSX,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
        "application/vnd.ms-excel.sheet.macroEnabled.12",
        "application/vnd.ms-excel.template.macroEnabled.12",
    }
)
ODS_FAMILY = frozenset(
    {
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet-template",
    }
)
XLS_FAMILY = frozenset(
    {"application/vnd.ms-excel", "application/vnd.ms-excel.sheet.binary.macroEnabled.12"}
)
CSV_FAMILY = frozenset({"text/csv", "text/tab-separated-values"})
MEDIA_TYPES = XLSX_FAMILY | ODS_FAMILY | XLS_FAMILY | CSV_FAMILY


def read(source: InputFile, draft: DraftReading) -> None:
    try:
        if source.media_type in CSV_FAMILY:
            sheets_csv.read(source, draft)
        elif source.media_type in ODS_FAMILY:
            sheets_ods.read(source, draft)
        elif source.media_type in XLS_FAMILY:
            sheets_xls.read(source, draft)
        else:
            sheets_xlsx.read(source, draft)
    except markup.RefusedXml as error:
        draft.ends(State.REFUSED, f"its XML has {error}")
