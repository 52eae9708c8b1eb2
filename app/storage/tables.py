"""The tables. `entries` is the record; `cases`, `snapshots`, `cohort_rows` and `catalogue` are made again from it and
the images. `cohort_tables` holds tables, `key_images` pictures of lesions, that were imported beside the record.
`readers` holds the passwords of those who sign, `reader_events` what was done to these.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

SCHEMA_VERSION = 1

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", String(256), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("at", String(32), nullable=False),
    Column("author", Text, nullable=False),
    Column("read_id", Text),
    Column("kind", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("payload", Text),  # canonical JSON as text; NULL once purged
    Column("payload_hash", String(64), nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    UniqueConstraint("case_id", "sequence"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("case_id", String(256), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("last_sequence", Integer, nullable=False),
    Column("last_hash", String(64), nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", String(256), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("changed_at", String(32), nullable=False),
    Column("summary", Text, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("case_id", String(256), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("hash", String(64), nullable=False),  # of the entry with this sequence number
    Column("made_by", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),  # the record in canonical text, compressed
)

cohort_rows = Table(
    "cohort_rows",
    metadata,
    Column("case_id", String(256), primary_key=True),
    Column("key", String(64), primary_key=True),  # by what the rows were made
    Column("hash", String(64), nullable=False),  # the log's head that they were made at
    Column("payload", Text, nullable=False),
)

cohort_tables = Table(
    "cohort_tables",
    metadata,
    Column("name", String(256), primary_key=True),
    Column("file", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("at", String(32), nullable=False),
    Column("author", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),  # the file's bytes, compressed
)

key_images = Table(
    "key_images",
    metadata,
    Column("case_id", String(256), primary_key=True),
    Column("read_id", Text, primary_key=True),
    Column("lesion_id", Text, primary_key=True),
    Column("visit_id", Text, primary_key=True),
    Column("line", String(64), primary_key=True),  # digest of the line that is drawn
    Column("phase", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    Column("digest", String(64), nullable=False),  # of all of this
    Column("content", LargeBinary, nullable=False),  # PNG
)

catalogue = Table(
    "catalogue",
    metadata,
    Column("uid", String(128), primary_key=True),
    Column("series", LargeBinary, nullable=False),
)

readers = Table(
    "readers",
    metadata,
    Column("name", String(256), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # scrypt of the password, by the three parameters that follow
    Column("n", Integer, nullable=False),
    Column("r", Integer, nullable=False),
    Column("p", Integer, nullable=False),
    Column("since", String(32), nullable=False),
    Column("wrong", Integer, nullable=False),  # wrong passwords in a row
    Column("wrong_at", String(32), nullable=False),
)

reader_events = Table(
    "reader_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("reader", String(256), nullable=False),
    Column("what", String(32), nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
