"""The areas of the business: one word for each, the same in SQL, Python, tests and on screen."""

AREAS: tuple[str, ...] = (
    "platform",
    "dictionary",
    "parties",
    "assets",
    "stock",
    "purchasing",
    "service",
    "work_orders",
    "scheduling",
    "projects",
    "contracts",
    "finance",
    "workflow",
    "people",
    "insight",
    "audit",
)
