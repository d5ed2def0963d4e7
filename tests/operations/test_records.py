"""Records as forms load and save them: rights, merging, conflicts, lines, look-ups; each as a real log-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from sqlalchemy import text

from db.errors import UserError
from db.session import Database
from desktop.operations import assets, contracts, engineers, forms, job_plans, parties, record_history, stock_items
from desktop.operations.records import ChangedMeanwhile, Draft, NotYoursToChange, RecordNotFound, blank, load, save
from tests.form_fixtures import one

Person = Callable[[str], Database]


@pytest.fixture
def draft_contract(person: Person, owner: Database) -> int:
    """A contract that finance has just entered, with two price lines."""
    finance = person("finance")
    customer = one(finance, "select min(id) from erp.party where is_customer")
    values = {
        "name": "Lift service", "customer_id": customer, "contract_type": "preventive",
        "starts_on": "2026-01-01", "ends_on": "2026-12-31", "annual_value": Decimal(1000),
    }  # fmt: skip
    lines = (
        (None, {"description": "Spring", "unit_price": Decimal(400)}),
        (None, {"description": "Autumn", "unit_price": Decimal(600)}),
    )
    record, _ = save(finance, contracts.CONTRACT, blank(finance, contracts.CONTRACT), Draft(values, {"lines": lines}))
    assert record.id is not None
    return record.id


def test_a_new_record_shows_what_the_database_would_fill_in(person: Person) -> None:
    record = blank(person("planner"), assets.ASSET, {"name": "Pump"})
    assert record.values["state"] == "operational"
    assert record.values["criticality"] == "B"
    assert record.values["name"] == "Pump"
    assert record.values["org_unit_id"] is not None
    assert record.referred["org_unit_id"].code == "SUZ"


def test_what_is_new_gets_its_number_and_lines(person: Person, draft_contract: int) -> None:
    record = contracts.load(person("finance"), draft_contract)
    assert record.values["number"].startswith("HT-")
    assert record.values["state"] == "draft"
    assert [line.values["description"] for line in record.lines["lines"]] == ["Spring", "Autumn"]
    assert [line.values["net_amount"] for line in record.lines["lines"]] == [Decimal(400), Decimal(600)]


def test_changes_of_different_fields_are_merged(person: Person, draft_contract: int) -> None:
    finance, colleague = person("finance"), person("finance")
    mine = contracts.load(finance, draft_contract)
    contracts.save(colleague, contracts.load(colleague, draft_contract), Draft({"note": "theirs"}))
    saved, _ = contracts.save(finance, mine, Draft({"visits_per_year": 7}))
    assert (saved.values["visits_per_year"], saved.values["note"]) == (7, "theirs")


def test_changes_of_one_field_are_a_conflict_that_saves_nothing(person: Person, draft_contract: int) -> None:
    finance, colleague = person("finance"), person("finance")
    mine = contracts.load(finance, draft_contract)
    contracts.save(colleague, contracts.load(colleague, draft_contract), Draft({"visits_per_year": 5}))
    with pytest.raises(ChangedMeanwhile) as refused:
        contracts.save(finance, mine, Draft({"visits_per_year": 7, "note": "mine"}))
    (conflict,) = refused.value.conflicts
    assert (conflict.field, conflict.mine, conflict.theirs, conflict.base) == ("visits_per_year", 7, 5, None)
    assert refused.value.by
    assert contracts.load(finance, draft_contract).values["note"] is None


def test_lines_that_a_colleague_changed_are_not_overwritten(person: Person, draft_contract: int) -> None:
    finance, colleague = person("finance"), person("finance")
    mine = contracts.load(finance, draft_contract)
    theirs = contracts.load(colleague, draft_contract)
    kept = tuple((line.id, line.values) for line in theirs.lines["lines"])
    contracts.save(colleague, theirs, Draft({}, {"lines": kept[:1]}))
    with pytest.raises(ChangedMeanwhile) as refused:
        contracts.save(finance, mine, Draft({}, {"lines": (*kept, (None, {"description": "x", "unit_price": 1}))}))
    (conflict,) = refused.value.conflicts
    assert (conflict.field, conflict.mine, conflict.theirs, conflict.base) == ("lines.lines", 3, 1, 2)
    wanted = Draft({}, {"lines": (*kept, (None, {"description": "Winter", "unit_price": Decimal(1)}))})
    saved, _ = contracts.save(finance, refused.value.record, wanted)
    assert [line.values["description"] for line in saved.lines["lines"]] == ["Spring", "Autumn", "Winter"]


def test_lines_change_places_and_keep_their_identity(person: Person, draft_contract: int) -> None:
    finance = person("finance")
    record = contracts.load(finance, draft_contract)
    first, second = ((line.id, line.values) for line in record.lines["lines"])
    saved, changes = contracts.save(finance, record, Draft({}, {"lines": (second, first)}))
    assert [line.id for line in saved.lines["lines"]] == [second[0], first[0]]
    assert changes.touches("contract_line")


def test_a_refused_line_saves_nothing_of_the_form(person: Person, draft_contract: int) -> None:
    finance = person("finance")
    record = contracts.load(finance, draft_contract)
    wrong = ((None, {"description": "free of charge", "unit_price": Decimal(-1)}),)
    with pytest.raises(UserError) as refused:
        contracts.save(finance, record, Draft({"note": "half"}, {"lines": wrong}))
    assert refused.value.constraint == "contract_line_price_not_negative"
    assert contracts.load(finance, draft_contract).values["note"] is None


def test_what_is_outside_the_units_is_not_found(person: Person, owner: Database) -> None:
    elsewhere = one(owner, """
        select a.id from erp.asset a where not a.org_unit_id in (
            select c.descendant_id from erp.org_unit_closure c join erp.org_unit u on u.id = c.ancestor_id
            where u.code = 'SUZ') limit 1
    """)  # fmt: skip
    with pytest.raises(RecordNotFound):
        load(person("planner"), assets.ASSET, int(elsewhere))


@pytest.fixture
def branch_steward(person: Person, owner: Database) -> Iterator[Database]:
    """The steward without the right to write for the whole company; he keeps his branch."""
    change = (
        "update erp.user_unit g set may_write = {} from erp.app_user u, erp.org_unit o where u.id = g.user_id"
        " and o.id = g.org_unit_id and u.user_name = 'steward' and o.kind = 'company'"
    )
    for may in ("false", "true"):
        with owner.write() as session:
            session.execute(text(change.format(may)))
        if may == "false":
            yield person("steward")


def test_an_item_of_the_company_may_be_read_but_not_changed_from_a_branch(branch_steward: Database) -> None:
    steward = branch_steward
    item_id = int(one(steward, "select min(i.id) from erp.item i join erp.org_unit u on u.id = i.org_unit_id"
                               " where u.kind = 'company'"))  # fmt: skip
    record = stock_items.load(steward, item_id)
    assert not record.writable
    assert not record.editable() or record.line_inserts == {"fits"}
    with pytest.raises(NotYoursToChange):
        stock_items.save(steward, record, Draft({"note": "no"}))


@pytest.mark.parametrize(
    ("who", "writes", "adds"),
    [
        ("finance", {"name", "phone", "payment_days"}, {"contacts"}),
        ("planner", set(), {"contacts"}),
        ("clerk", set(), set()),
        ("auditor", set(), set()),
    ],
)
def test_rights_follow_the_grants(person: Person, who: str, writes: set[str], adds: set[str]) -> None:
    database = person(who)
    party_id = int(one(database, "select min(id) from erp.party where is_customer"))
    record = parties.load(database, party_id)
    assert record.line_inserts == adds
    assert record.writable >= writes
    assert bool(record.writable) == bool(writes)


def test_prices_of_a_contract_are_left_out_for_a_planner(person: Person, owner: Database) -> None:
    planner = person("planner")
    contract_id = int(one(planner, "select min(id) from erp.contract"))
    record = contracts.load(planner, contract_id)
    assert one(owner, "select count(*) from erp.contract_line where contract_id = :id", id=contract_id)
    assert record.values["annual_value"] is None
    assert record.lines["lines"] == ()
    assert record.lines["assets"]


def test_a_contact_that_leaves_is_retired_not_deleted(person: Person, owner: Database) -> None:
    desk = person("desk")
    party_id = int(one(desk, "select min(id) from erp.party where is_customer"))
    record = parties.load(desk, party_id)
    kept = tuple((line.id, line.values) for line in record.lines["contacts"])
    added = (*kept, (None, {"name": "Li Na", "is_main": False}))
    record, _ = parties.save(desk, record, Draft({}, {"contacts": added}))
    assert record.lines["contacts"][-1].values["name"] == "Li Na"
    record, _ = parties.save(desk, record, Draft({}, {"contacts": kept}))
    assert len(record.lines["contacts"]) == len(kept)
    query = "select retired_on is not null from erp.contact where party_id = :id and name = 'Li Na'"
    assert one(owner, query, id=party_id) is True


def test_customers_and_sites_are_entered_with_their_unit(person: Person) -> None:
    desk = person("desk")
    values = {"code": "C-REC-1", "name": "Records Ltd", "is_customer": True}
    contacts = ((None, {"name": "Ann", "is_main": True}),)
    party, _ = parties.save(desk, blank(desk, parties.PARTY), Draft(values, {"contacts": contacts}))
    assert party.id is not None
    assert party.lines["contacts"][0].values["name"] == "Ann"
    place = Draft({"party_id": party.id, "code": "REC-1-A", "name": "Works A"})
    site, changes = parties.save_site(desk, blank(desk, parties.SITE), place)
    assert site.values["party_id"] == party.id
    assert changes.touches("org_unit")
    assert [line.values["code"] for line in parties.load(desk, party.id).lines["sites"]] == ["REC-1-A"]


def test_skills_are_told_apart_by_the_skill(person: Person) -> None:
    planner = person("planner")
    engineer_id = int(one(planner, "select engineer_id from erp.engineer_skill group by 1 having count(*) > 1 limit 1"))
    record = engineers.load(planner, engineer_id)
    first, *rest = ((line.id, line.values) for line in record.lines["skills"])
    wanted = ((first[0], {**first[1], "level": 1}), *rest)
    record, _ = engineers.save(planner, record, Draft({}, {"skills": wanted}))
    assert {line.id: line.values["level"] for line in record.lines["skills"]}[first[0]] == 1
    record, _ = engineers.save(planner, record, Draft({}, {"skills": tuple(rest)}))
    assert first[0] not in {line.id for line in record.lines["skills"]}


def test_a_job_plan_with_steps_and_parts(person: Person) -> None:
    planner = person("planner")
    item = int(one(planner, "select min(id) from erp.item"))
    lines = {
        "steps": ((None, {"name": "Lock out", "mandatory": True}), (None, {"name": "Clean", "mandatory": False})),
        "parts": ((None, {"item_id": item, "quantity": Decimal(2)}),),
    }
    draft = Draft({"code": "JP-REC-1", "name": "Quick check"}, lines)
    record, _ = job_plans.save(planner, blank(planner, job_plans.JOB_PLAN), draft)
    assert [line.values["name"] for line in record.lines["steps"]] == ["Lock out", "Clean"]
    assert record.lines["parts"][0].referred["item_id"].id == item


def test_the_unit_of_an_item_is_a_choice(person: Person) -> None:
    info = forms.describe(person("steward"), stock_items.ITEM, "zh").fields["uom"]
    assert info.kind == "choice"
    assert info.required
    assert "pc" in dict(info.choices)


@pytest.mark.parametrize("typed", ["SUZ", "Suzhou", "%", ""])
def test_look_up_takes_what_was_typed_literally(person: Person, typed: str) -> None:
    found = forms.find(person("planner"), assets.ASSET.references["org_unit_id"], typed, limit=5)
    assert bool(found) == (typed != "%")


def test_history_tells_old_and_new_in_words(person: Person, draft_contract: int) -> None:
    finance = person("finance")
    record = contracts.load(finance, draft_contract)
    contracts.save(finance, record, Draft({"visits_per_year": 3, "billing": "yearly"}))
    latest, *_, first = record_history.changes(finance, contracts.CONTRACT, draft_contract, "en")
    fields = {field.key: (field.old, field.new) for field in latest.fields}
    assert fields == {"visits_per_year": (None, 3), "billing": ("quarterly", "yearly")}
    assert latest.by
    assert first.action.lower().startswith("i")


def test_signed_prices_change_by_an_amendment_only(person: Person, draft_contract: int) -> None:
    finance = person("finance")
    record = contracts.load(finance, draft_contract)
    for state in ("review", "signed"):
        record, _ = contracts.take_step(finance, record, state)
    first, second = ((line.id, dict(line.values)) for line in record.lines["lines"])
    cheaper = (first, (second[0], {**second[1], "unit_price": Decimal(550)}))
    with pytest.raises(UserError) as refused:
        contracts.save(finance, record, Draft({}, {"lines": cheaper}))
    assert refused.value.constraint == "contract_terms_signed"
    with pytest.raises(UserError) as unexplained:
        contracts.amend(finance, record, Draft({}, {"lines": cheaper}), reason=" ")
    assert unexplained.value.constraint == "contract_needs_reason"
    new = (None, {"description": "Winter", "quantity": Decimal(2), "unit_price": Decimal(10)})
    draft = Draft({"annual_value": Decimal(970)}, {"lines": (*cheaper, new)})
    amended, _ = contracts.amend(finance, record, draft, reason="Price talk of November")
    assert amended.values["revision"] == 2
    assert amended.values["annual_value"] == Decimal(970)
    assert [line.values["net_amount"] for line in amended.lines["lines"]] == [Decimal(400), Decimal(550), Decimal(20)]
    assert amended.lines["lines"][0].id == first[0]
    assert amended.lines["history"][-1].values["reason"] == "Price talk of November"
