"""The contract's paper read back: every amount in full, in both languages, also when it is long."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest

from db.session import Database
from desktop.domain.text import Language, in_language
from desktop.operations import contracts, forms
from desktop.reports.contracts import contract_pdf
from tests.form_fixtures import one


def words_of(path: Path) -> str:
    with pypdfium2.PdfDocument(str(path)) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


@pytest.mark.parametrize(("language", "total_word"), [("en", "Total"), ("zh", "合计")])
def test_no_amount_is_cut(owner: Database, tmp_path: Path, language: Language, total_word: str) -> None:
    contract_id = int(one(owner, "select contract_id from erp.contract_line group by 1 having count(*) > 1 limit 1"))
    record = contracts.load(owner, contract_id)
    big = tuple(
        replace(
            line, values={**line.values, "unit_price": Decimal("123456789.12"), "net_amount": Decimal("123456789.12")}
        )
        for line in record.lines["lines"]
    )
    record = replace(record, lines={**record.lines, "lines": big})
    path = tmp_path / "contract.pdf"
    with in_language(language):
        info = forms.describe(owner, contracts.CONTRACT, language)
        contract_pdf(str(path), contract=record, info=info, company="Hengtuo", printed_by="Li Na")
    words = words_of(path)
    assert str(record.values["number"]) in words
    assert words.count("123,456,789.12") >= len(big)
    assert f"{Decimal('123456789.12') * len(big):,.2f}" in words
    assert total_word in words
    assert " 6 %" in words
