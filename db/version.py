"""The schema that this program needs: the head of db/migrations, checked by a test."""

SCHEMA_VERSION = "0004"
