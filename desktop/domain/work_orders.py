"""The states of a work order and the steps between them, as words and looks. The rules are in the database."""

from __future__ import annotations

from typing import Literal

from desktop.domain.text import tr

Role = Literal["success", "warn", "danger", "info", "neutral", "accent"]

LOOKS: dict[str, tuple[Role, str]] = {
    "draft": ("warn", "pencil"),
    "submitted": ("info", "upload"),
    "approved": ("info", "check"),
    "planned": ("accent", "clock"),
    "dispatched": ("accent", "arrow-right"),
    "accepted": ("accent", "check"),
    "travelling": ("info", "truck"),
    "on_site": ("accent", "map-pin"),
    "working": ("accent", "wrench"),
    "waiting_part": ("warn", "box"),
    "waiting_customer": ("warn", "user"),
    "done": ("success", "check"),
    "confirmed": ("success", "badge-check"),
    "closed": ("neutral", "lock"),
    "cancelled": ("neutral", "x"),
}


def action_name(action: str, to_state: str) -> str:
    """The words on the button of a step."""
    names = {
        "submit": tr("Submit"),
        "return": tr("Return to draft"),
        "approve": tr("Approve"),
        "cancel": tr("Cancel order"),
        "plan": tr("Mark as planned"),
        "unplan": tr("Take off the plan"),
        "dispatch": tr("Dispatch"),
        "recall": tr("Recall"),
        "accept": tr("Accept"),
        "travel": tr("Set off"),
        "arrive": tr("Arrive on site"),
        "start": tr("Start work"),
        "resume": tr("Resume work"),
        "finish": tr("Finish work"),
        "confirm": tr("Confirm with customer"),
        "close": tr("Close order"),
        "reopen": tr("Reopen"),
    }
    if action == "wait":
        return tr("Wait for parts") if to_state == "waiting_part" else tr("Wait for customer")
    return names[action]


def obstacle_name(obstacle: str) -> str:
    """Why a step cannot be taken yet, with the remedy, in one sentence."""
    names = {
        "work_order_steps_open": tr("A mandatory checklist step is still open: tick it first."),
        "work_order_needs_problem": tr("The failure code is missing: choose the problem."),
        "work_order_needs_time": tr("No hours are entered: enter the time spent."),
        "work_order_needs_confirmation": tr("The customer's confirmation is missing: enter who confirmed."),
        "work_order_parts_open": tr("Reserved parts are still open: issue or release them."),
    }
    return names[obstacle]
