# Row 2: psycopg's own pool, by getconn() and putconn(), over connections to PostgreSQL, which are not used.
import os
import sys

sys.path.append(os.path.join(sys.path.pop(0), ".."))  # this directory, where this file has the name of the package
import bench
from crowd import measure

try:
    from psycopg_pool import ConnectionPool
except ImportError as error:
    bench.missing(error)

for threads, connections, hold in ((64, 8, 500e-6), (32, 1, 200e-6)):
    with ConnectionPool(os.environ["SOCIABLE_TEST_POSTGRESQL_URL"], min_size=connections,
                        max_size=connections) as pool:
        pool.wait()
        measure("psycopg pool", threads, connections, hold, pool.getconn, pool.putconn)
