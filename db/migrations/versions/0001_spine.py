"""The spine: the tables of the first release, which every installation gets from schema.sql.

The baseline of all migrations. There is nothing older to come from, so there is nothing to change.
"""

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new installation is stamped with this revision; it never runs."""
    raise RuntimeError("no schema is older than 0001")
