# Row 1: SQLAlchemy 1.4's QueuePool over SQLite in memory, all but one connection in use.
#   sqlalchemy        engine.connect() and close(), which is what ours is compared with
#   sqlalchemy pool   only pool.connect() and close() beneath it
import os
import sys

sys.path.pop(0)  # this directory, where this file has the name of the package
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import bench

try:
    import sqlalchemy
    from sqlalchemy.pool import QueuePool
except ImportError as error:
    bench.missing(error)

for size in (1, 16, 128, 1024):
    engine = sqlalchemy.create_engine("sqlite://", poolclass=QueuePool, pool_size=size, max_overflow=0,
                                      connect_args={"check_same_thread": False})
    taken = [engine.connect() for _ in range(size)]
    taken.pop().close()
    bench.show(1, f"size {size}", "sqlalchemy", bench.nanoseconds(lambda: engine.connect().close()), "ns")
    bench.show(1, f"size {size}", "sqlalchemy pool", bench.nanoseconds(lambda: engine.pool.connect().close()), "ns")
