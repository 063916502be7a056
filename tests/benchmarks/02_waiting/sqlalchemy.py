# Row 2: SQLAlchemy 1.4's QueuePool over SQLite in memory, by pool.connect().
import os
import sys

sys.path.append(os.path.join(sys.path.pop(0), ".."))  # this directory, where this file has the name of the package
import bench
from crowd import measure

try:
    import sqlalchemy
    from sqlalchemy.pool import QueuePool
except ImportError as error:
    bench.missing(error)

for threads, connections, hold in ((64, 8, 500e-6), (32, 1, 200e-6)):
    engine = sqlalchemy.create_engine("sqlite://", poolclass=QueuePool, pool_size=connections, max_overflow=0,
                                      connect_args={"check_same_thread": False})
    measure("sqlalchemy", threads, connections, hold, engine.pool.connect, lambda connection: connection.close())
