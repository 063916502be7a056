# Row 5 by SQLAlchemy 1.4, with psycopg2 on PostgreSQL: engine.begin() and execute of a Core text, as ours. No target:
# only to show where what we are named after stands.
import os
import sys

sys.path.append(os.path.join(sys.path.pop(0), ".."))  # this directory, where this file has the name of the package
import bench

try:
    import psycopg2
    import sqlalchemy
except ImportError as error:
    bench.missing(error)

by_key = sqlalchemy.text("SELECT id, name FROM users WHERE id = :id")


def select(engine):
    with engine.begin() as connection:
        return connection.execute(by_key, {"id": 7}).one()


memory = sqlalchemy.create_engine("sqlite://", future=True)
server = sqlalchemy.create_engine(os.environ["SOCIABLE_TEST_POSTGRESQL_URL"], future=True)
for work, engine in (("SQLite", memory), ("PostgreSQL", server)):
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP TABLE IF EXISTS users"))
        connection.execute(
            sqlalchemy.text("CREATE TABLE users (id integer PRIMARY KEY, name varchar(40) NOT NULL)"))
        connection.execute(sqlalchemy.text("INSERT INTO users VALUES (:id, :name)"),
                           [{"id": i, "name": f"somebody {i}"} for i in range(1, 1001)])
    bench.show(5, work, "sqlalchemy", bench.nanoseconds(lambda: select(engine)), "ns")
