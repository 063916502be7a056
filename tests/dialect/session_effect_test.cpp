#include "dialect/session_effect.hpp"

#include <doctest/doctest.h>

using sociable::dialect::may_change_session;

TEST_CASE("plain reading and writing leaves nothing behind in a session") {
    for (const char* sql : {
             "SELECT 1",
             "  select id, count(*) from users where id in (1, 2) and (a or b) group by id having max (x) > 3;  ",
             "INSERT INTO users (id, name) VALUES (:id, upper(:name)) ON CONFLICT (id) DO NOTHING RETURNING id",
             "insert into shop.users(id) values (1)",
             "UPDATE users SET name = coalesce(:n, 'set') WHERE id = :id",
             "DELETE FROM users WHERE at < now() - interval '1 day'",
             "WITH a AS (SELECT 1) SELECT * FROM a",
             "SELECT 'it''s a SET' FROM t",
         }) {
        CAPTURE(sql);
        CHECK_FALSE(may_change_session(sql));
    }
}

TEST_CASE("whatever may leave something behind in a session is taken to do so") {
    for (const char* sql : {
             "SET search_path TO x",
             "PRAGMA cache_size = 7",
             "CREATE TEMPORARY TABLE t (id integer)",
             "CREATE TABLE t (id integer)",
             "USE shop",
             "CALL f()",
             "DO $$ BEGIN END $$",
             "LOCK TABLES t READ",
             "LISTEN news",
             "ATTACH 'x' AS y",
             "SELECT set_config('a', 'b', false)",
             "SELECT pg_catalog.set_config('a', 'b', false)",
             "SELECT pg_advisory_lock (1)",
             "SELECT get_lock('a', 1)",
             "SELECT \"set_config\"('a', 'b', false)",
             "SELECT set_config/**/('a', 'b', false)",
             "SELECT my_own_function(1)",
             "SELECT * INTO TEMP t FROM u",
             "SELECT @x := 1",
             "SELECT 1 INTO @x",
             "SELECT 1; SET x = 2",
             "-- SELECT\nSET x = 2",
             "/*! SET x = 2 */",
             "",
         }) {
        CAPTURE(sql);
        CHECK(may_change_session(sql));
    }
}
