from tests.form_fixtures import demo_world, owner, person

__all__ = ["demo_world", "owner", "person"]
