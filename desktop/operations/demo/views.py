"""Shared saved views of the demo."""

from __future__ import annotations

from desktop.operations.demo.world import World


def make_views(world: World) -> None:
    del world
