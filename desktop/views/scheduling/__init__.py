"""The planner's desk: the dispatch board and the calendar."""
