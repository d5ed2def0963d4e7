"""Everything about one person, to be handed to that person: a readable workbook, or JSON for another program.

GDPR article 15 and 20, PIPL (个人信息保护法) article 45: a copy in a usual, machine-readable form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Workbook

from db.session import Database
from desktop.domain.text import Language, in_language, tr
from desktop.operations import finding
from desktop.operations.exporting import whole_file
from desktop.operations.privacy import SubjectData

LONGEST_TEXT = 32_767
_WIDEST = 48


def section_name(section: str) -> str:
    """What a section is called on its sheet and in the preview."""
    return {
        "app_user": tr("Account"),
        "engineer": tr("Engineer"),
        "contact": tr("Contact"),
        "party": tr("Customer"),
        "site": tr("Sites"),
        "org_unit": tr("Units of the sites"),
        "attachment": tr("Files"),
        "user_role": tr("Jobs"),
        "user_unit": tr("Units"),
        "saved_view": tr("Saved views"),
        "export_recipe": tr("Export recipes"),
        "import_batch": tr("Imports"),
        "contract": tr("Contracts"),
        "engineer_skill": tr("Skills"),
        "absence": tr("Absences"),
        "booking": tr("Bookings"),
        "labour": tr("Hours"),
        "travel": tr("Travel"),
        "cost_entry": tr("Cost ledger"),
        "work_order": tr("Work orders"),
        "asset": tr("Assets"),
        "stock_document": tr("Stock documents"),
        "mention": tr("Mentioned in"),
        "audit_about": tr("Changes to the data"),
        "log_in": tr("Log-ins and events"),
        "audit_by": tr("What the person did"),
        "audit_entry": tr("Entries of the audit"),
        "log-in": tr("Log-in"),
        "stock_location": tr("Stock locations"),
        "stock_move": tr("Stock moves"),
        "work_order_step": tr("Steps of work orders"),
        "work_order_history": tr("Steps of work orders"),
        "contract_line": tr("Contract lines"),
        "contract_history": tr("Steps of contracts"),
        "purchase_order": tr("Purchase orders"),
        "item": tr("Items"),
        "failure": tr("Failures"),
        "asset_event": tr("Asset events"),
        "setting": tr("Settings"),
        "delegation": tr("Stand-ins"),
        "entry": tr("Entries of the audit"),
    }.get(section, section.replace("_", " "))


def write_json(data: SubjectData, path: Path) -> int:
    """Returns the number of records."""
    with whole_file(path) as draft, draft.open("w", encoding="utf-8") as target:
        head = {"kind": data.kind, "id": data.id, "exported_at": data.at.isoformat(), "exported_by": data.by}
        json.dump({**head, "sections": data.sections}, target, ensure_ascii=False, indent=1, default=str)
    return sum(map(len, data.sections.values()))


def write_excel(database: Database, data: SubjectData, path: Path, language: Language) -> int:
    """A sheet of contents, then a sheet for each section, headed by the dictionary's words; the number of records."""
    with in_language(language), whole_file(path) as draft, xlsxwriter.Workbook(str(draft)) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DDE3EC", "bottom": 1})
        contents = book.add_worksheet(tr("Contents"))
        contents.set_column(0, 0, 34)
        contents.set_column(1, 1, 30)
        person = data.sections.get(_table_of(data), ({},))[0]
        name = str(person.get("display_name") or person.get("name") or "")
        rows: list[tuple[str, Any]] = [
            (tr("Personal data of"), name),
            (tr("Exported at"), data.at.strftime("%Y-%m-%d %H:%M UTC")),
            (tr("Exported by"), data.by),
            ("", ""),
        ]
        rows += [(section_name(section), len(records)) for section, records in data.sections.items()]
        for number, (what, value) in enumerate(rows):
            contents.write_string(number, 0, what, bold if number < 3 else None)
            contents.write(number, 1, value) if isinstance(value, int) else contents.write_string(number, 1, value)
        for section, records in data.sections.items():
            _write_section(database, book, section, records, bold, language)
    return sum(map(len, data.sections.values()))


def _table_of(data: SubjectData) -> str:
    return {"user": "app_user"}.get(data.kind, data.kind)


def _write_section(
    database: Database,
    book: Workbook,
    section: str,
    records: Sequence[Mapping[str, Any]],
    style: Any,
    language: Language,
) -> None:
    sheet = book.add_worksheet(section_name(section)[:31])
    keys = list(dict.fromkeys(key for record in records for key in record))
    widths = [8] * len(keys)
    for column, key in enumerate(keys):
        meaning = finding.meaning(database, f"{section}.{key}", language)
        label = meaning.label if meaning is not None else key.replace("_", " ")
        sheet.write_string(0, column, label, style)
        widths[column] = max(widths[column], len(label) + 2)
    for line, record in enumerate(records, start=1):
        for column, key in enumerate(keys):
            shown = _shown(record.get(key))
            if isinstance(shown, bool) or not isinstance(shown, int | float):
                sheet.write_string(line, column, str(shown)[:LONGEST_TEXT])
            else:
                sheet.write_number(line, column, shown)
            widths[column] = max(widths[column], min(_WIDEST, len(str(shown)) + 2))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 1)
    if records:
        sheet.autofilter(0, 0, len(records), len(keys) - 1)


def _shown(value: Any) -> Any:
    """A cell: numbers stay numbers, moments are readable, what is nested is written out as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return tr("Yes") if value else tr("No")
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        return _moment(value) if "T" in value and len(value) >= 19 else value
    return json.dumps(value, ensure_ascii=False)


def _moment(words: str) -> str:
    try:
        return datetime.fromisoformat(words).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return words
