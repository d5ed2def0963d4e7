"""${message}

Forward only. Change the area file in db/schema first: a new installation runs that, an old one runs this, and a test
compares the two.
"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "op.execute('')"}
