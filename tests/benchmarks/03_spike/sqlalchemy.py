# Row 3: SQLAlchemy 1.4's QueuePool, 5 kept and 45 of overflow, by pool.connect(). sociable.cpp says what is done.
import os
import sqlite3
import sys
import threading
import time

sys.path.pop(0)  # this directory, where this file has the name of the package
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import bench

try:
    import sqlalchemy
    from sqlalchemy.pool import QueuePool
except ImportError as error:
    bench.missing(error)

opened = []
slow = False


def connect():
    opened.append(None)
    if slow:
        time.sleep(0.15)
    return sqlite3.connect(":memory:", check_same_thread=False)


engine = sqlalchemy.create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=5, max_overflow=45)
for connection in [engine.pool.connect() for _ in range(5)]:
    connection.close()
slow = True
ready = threading.Barrier(51)


def borrow():
    ready.wait()
    connection = engine.pool.connect()
    time.sleep(0.002)
    connection.close()


threads = [threading.Thread(target=borrow) for _ in range(50)]
for thread in threads:
    thread.start()
ready.wait()
start = time.perf_counter()
for thread in threads:
    thread.join()
bench.show(3, "served", "sqlalchemy", 1e3 * (time.perf_counter() - start), "ms")
bench.show(3, "opened", "sqlalchemy", len(opened), "connections")
