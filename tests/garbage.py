"""What a test leaves behind is collected on the main thread, after it."""

from __future__ import annotations

import gc


def sweep() -> None:
    """Collect what was made since the last sweep. A whole collection looks at everything that the session keeps, some
    300,000 objects, and takes half a second; `conftest` makes one now and then.
    """
    gc.collect(1)
