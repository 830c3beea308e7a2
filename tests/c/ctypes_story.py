#!/usr/bin/env python3
"""ctypes_story.py LIBRARY REGION: glasswal through libglasswal.so alone, from a language that knows nothing of C++.

It owns a named region, writes to it with Python's own SQLite, looks at it as JSON, drains its events, puts another process
to death that is stopped in the middle, and removes the region. Whatever is not as it should be ends it with an exception.
"""

import ctypes
import json
import os
import signal
import sqlite3
import subprocess
import sys

OK, INVALID_ARGUMENT, NOT_FOUND, NOT_READY, VERSION_MISMATCH, NOT_DEAD = 0, 1, 2, 4, 6, 9


class Options(ctypes.Structure):
    """glasswal_options."""
    _fields_ = [("struct_bytes", ctypes.c_uint64), ("name", ctypes.c_char_p), ("client_name", ctypes.c_char_p),
                *[(name, ctypes.c_uint64) for name in (
                    "initial_database_capacity_bytes", "max_database_capacity_bytes", "initial_write_ahead_capacity_bytes",
                    "max_write_ahead_capacity_bytes", "region_capacity_bytes")],
                *[(name, ctypes.c_uint32) for name in ("fixed_capacity", "stale_ms", "evict_stale", "event_capacity")]]


class Library:
    """libglasswal.so; each failure is an exception with the library's sentence."""

    def __init__(self, path):
        self.path = path
        self.c = ctypes.CDLL(path)
        self.c.glasswal_last_error.restype = ctypes.c_char_p
        self.c.glasswal_free.argtypes = [ctypes.c_void_p]
        self.c.glasswal_free.restype = None

    def last_error(self):
        return self.c.glasswal_last_error().decode()

    def call(self, name, *arguments, expect=OK):
        status = getattr(self.c, name)(*arguments)
        assert status == expect, f"{name} gave {status}: {self.last_error()}"
        return self.last_error()

    def text(self, name, runtime, *arguments):
        out = ctypes.c_void_p()
        self.call(name, runtime, *arguments, ctypes.byref(out))
        try:
            return json.loads(ctypes.string_at(out.value))
        finally:
            self.c.glasswal_free(out)

    def options(self, **changes):
        options = Options()
        self.call("glasswal_default_options", ctypes.byref(options), ctypes.c_size_t(ctypes.sizeof(options)))
        for name, value in changes.items():
            setattr(options, name, value)
        return options

    def open_or_create(self, **changes):
        runtime = ctypes.c_void_p()
        self.call("glasswal_open_or_create", ctypes.byref(self.options(**changes)), ctypes.byref(runtime))
        return runtime

    def events(self, runtime):
        """All events that there are, in batches of seven."""
        cursor = ctypes.c_uint64(0)
        found = []
        while True:
            batch = self.text("glasswal_drain_events", runtime, ctypes.byref(cursor), ctypes.c_uint32(7))
            assert cursor.value == batch["next"], (cursor, batch["next"])
            found += batch["events"]
            if not batch["events"]:
                return found


def child(library, region):
    """Another client: says that it has joined, and waits for its end."""
    library.open_or_create(name=region, client_name=b"child")
    print("joined", flush=True)
    sys.stdin.read()


def write_rows(library, runtime, region):
    """With Python's own SQLite, which loads the library as an extension."""
    said = library.call("glasswal_register_vfs", runtime, b"owned", 0, expect=NOT_READY)
    assert "no SQLite has handed over its functions" in said, said
    loader = sqlite3.connect(":memory:")
    loader.enable_load_extension(True)
    loader.load_extension(library.path)
    if sqlite3.sqlite_version_info >= (3, 51, 3):
        library.call("glasswal_register_vfs", runtime, b"owned", 0)
        uri = "file:/app.sqlite?vfs=owned"
    else:  # It has the WAL-reset bug: by URI it is warned of, and by function it is refused.
        said = library.call("glasswal_register_vfs", runtime, b"owned", 0, expect=VERSION_MISMATCH)
        assert sqlite3.sqlite_version in said, said
        uri = f"file:/app.sqlite?vfs=glasswal&region={region.decode()}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None)
    db.execute("CREATE TABLE t(x)")
    db.executemany("INSERT INTO t VALUES (?)", [(x,) for x in range(10)])
    assert db.execute("SELECT count(*), sum(x) FROM t").fetchone() == (10, 45)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    return db


def look(library, runtime):
    """What is there is told as JSON: the snapshot, the files, the events."""
    snapshot = library.text("glasswal_observe", runtime)
    assert snapshot["databases"][0]["path"] == "/app.sqlite", snapshot["databases"]
    assert snapshot["totals"]["commits"] >= 11, snapshot["totals"]
    slot = ctypes.c_uint32()
    library.call("glasswal_client", runtime, ctypes.byref(slot), None)
    own = next(c for c in snapshot["clients"] if c["slot"] == slot.value)
    assert own["name"] == "owner" and own["processId"] == os.getpid(), own
    files = {file["path"]: file for file in library.text("glasswal_list_files", runtime)}
    assert files["/app.sqlite"]["openClients"] == 1, files
    events = library.events(runtime)
    assert sum(event["kind"] == "commit" for event in events) >= 11, events
    assert [e["sequence"] for e in events] == sorted(e["sequence"] for e in events)
    library.call("glasswal_set_event_level", runtime, 0)
    return events[-1]["sequence"]


def evict_stopped(library, runtime, region):
    """A stopped process proves nothing; eviction puts it to death and recovers from it."""
    other = subprocess.Popen([sys.executable, __file__, library.path, region.decode(), "child"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    try:
        assert other.stdout.readline() == b"joined\n"
        os.kill(other.pid, signal.SIGSTOP)
        recovered = ctypes.c_uint32(7)
        library.call("glasswal_recover_dead", runtime, ctypes.byref(recovered))
        assert recovered.value == 0, recovered
        clients = library.text("glasswal_observe", runtime)["clients"]
        victim = next(client for client in clients if client["name"] == "child")
        said = library.call("glasswal_evict", runtime, ctypes.c_uint32(victim["slot"]),
                            ctypes.c_uint32(victim["generation"] + 1), ctypes.c_uint32(5000), expect=NOT_FOUND)
        assert said, "an eviction that is refused says why"
        library.call("glasswal_evict", runtime, ctypes.c_uint32(victim["slot"]), ctypes.c_uint32(victim["generation"]),
                     ctypes.c_uint32(20000))
        assert other.wait(20) == -signal.SIGKILL
    finally:
        other.kill()
        other.wait()
    recoveries = library.text("glasswal_observe", runtime)["recoveries"]
    assert recoveries[0]["clientName"] == "child" and recoveries[0]["evicted"], recoveries


def story(library, region):
    runtime = library.open_or_create(name=region, client_name=b"owner")
    db = write_rows(library, runtime, region)
    last = look(library, runtime)
    db.execute("INSERT INTO t VALUES (10)")
    assert library.events(runtime)[-1]["sequence"] == last, "an event was recorded although the level is off"
    evict_stopped(library, runtime, region)
    db.close()
    if sqlite3.sqlite_version_info >= (3, 51, 3):
        library.call("glasswal_unregister_vfs", b"owned")
    library.call("glasswal_remove_file", runtime, b"/app.sqlite")
    said = library.call("glasswal_remove_file", runtime, b"/app.sqlite", expect=NOT_FOUND)
    assert "/app.sqlite" in said, said
    library.call("glasswal_remove", region)
    library.call("glasswal_leave", runtime)
    said = library.call("glasswal_observe", runtime, ctypes.byref(ctypes.c_void_p()), expect=INVALID_ARGUMENT)
    assert "has been left" in said, said
    library.call("glasswal_open", region, None, ctypes.byref(ctypes.c_void_p()), expect=NOT_FOUND)
    print("the story is told")


if __name__ == "__main__":
    (child if sys.argv[3:] else story)(Library(sys.argv[1]), sys.argv[2].encode())
