from tests.form_fixtures import demo_world, owner, person, room_of

__all__ = ["demo_world", "owner", "person", "room_of"]
