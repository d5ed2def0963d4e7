"""Undo and redo."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.moves import History, Move, Step
from desktop.domain.scheduling import Placement

A, B, C = Placement(1, 0, 10), Placement(1, 20, 30), Placement(2, 0, 10)


def test_undo_hands_back_the_step_turned_round_and_redo_the_step() -> None:
    history = History()
    step = Step((Move(1, 10, A, B), Move(2, 11, None, C)))
    history.push(step)
    assert history.to_undo() == Step((Move(2, 11, C, None), Move(1, 10, B, A)))
    history.undone()
    assert not history.can_undo
    assert history.to_redo() == step


def test_a_new_step_ends_what_could_be_redone() -> None:
    history = History()
    history.push(Step((Move(1, 10, A, B),)))
    history.undone()
    history.push(Step((Move(1, 10, A, C),)))
    assert not history.can_redo


def test_steps_follow_a_job_to_its_new_booking() -> None:
    history = History()
    history.push(Step((Move(1, 10, None, A),)))
    history.push(Step((Move(1, 10, A, B),)))
    history.undone()
    history.follow(1, 99)
    undo, redo = history.to_undo(), history.to_redo()
    assert undo is not None and redo is not None
    assert undo.moves[0].booking_id == redo.moves[0].booking_id == 99


def test_what_another_planner_changed_is_not_moved_back_over_their_head() -> None:
    history = History()
    history.push(Step((Move(1, 10, A, B),)))
    history.push(Step((Move(2, 11, A, C),)))
    history.forget(1)
    undo = history.to_undo()
    assert undo is not None and undo.moves[0].job_id == 2
    history.undone()
    assert history.to_undo() is None


@given(st.lists(st.integers(0, 2), max_size=40))
def test_any_sequence_of_undo_and_redo_ends_where_it_says(keys: list[int]) -> None:
    history, place, counter = History(), Placement(1, 0, 10), 0
    for key in keys:
        if key == 0:
            counter += 1
            after = Placement(1, counter, counter + 10)
            history.push(Step((Move(1, 10, place, after),)))
            place = after
        else:
            step = history.to_undo() if key == 1 else history.to_redo()
            if step is None:
                continue
            assert step.moves[0].before == place
            assert step.moves[0].after is not None
            place = step.moves[0].after
            (history.undone if key == 1 else history.redone)()
