# Row 1: psycopg's own pool, by getconn() and putconn(), over connections to PostgreSQL, which are not used. All but one
# of them are taken.
import os
import sys

sys.path.append(os.path.join(sys.path.pop(0), ".."))  # this directory, where this file has the name of the package
import bench

try:
    from psycopg_pool import ConnectionPool
except ImportError as error:
    bench.missing(error)

for size in (1, 16, 128):
    with ConnectionPool(os.environ["SOCIABLE_TEST_POSTGRESQL_URL"], min_size=size, max_size=size) as pool:
        pool.wait()
        taken = [pool.getconn() for _ in range(size - 1)]
        bench.show(1, f"size {size}", "psycopg pool", bench.nanoseconds(lambda: pool.putconn(pool.getconn())), "ns")
        for connection in taken:
            pool.putconn(connection)
