"""What several areas' lists share: who works where, and how states are coloured."""

from __future__ import annotations

from desktop.domain.conditions import Test
from desktop.lists.spec import Look

BUSINESS = frozenset(
    {"clerk", "planner", "desk", "engineer", "buyer", "finance", "pm", "manager", "steward", "auditor"}
)
COSTS = frozenset({"finance", "pm", "manager", "auditor"})
PLANNING = frozenset({"planner", "desk", "engineer", "pm", "manager", "auditor"})
KEEPERS = frozenset({"admin", "security", "steward", "auditor", "manager"})


def state_looks(column: str, **roles: tuple[str, ...]) -> tuple[Look, ...]:
    """Looks of a state column: for each semantic role the states that take it, with the role's own icon."""
    icons = {
        "success": "circle-check",
        "info": "circle-dashed",
        "warn": "triangle-alert",
        "danger": "circle-x",
        "neutral": "circle",
    }
    return tuple(
        Look(when=Test(column, "in", states), role=role, icon=icons[role])  # type: ignore[arg-type]  # keys are roles
        for role, states in roles.items()
    )
