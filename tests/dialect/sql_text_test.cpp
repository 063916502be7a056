#include "dialect/sql_text.hpp"

#include <sociable/errors/error.hpp>

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using sociable::ArgumentError;
using sociable::dialect::parse_sql;
using sociable::dialect::SqlRules;

namespace {

using Names = std::vector<std::string>;

const SqlRules postgresql{
    .placeholder = SqlRules::Placeholder::numbered, .dollar_quotes = true, .nested_comments = true, .casts = true};
const SqlRules mariadb{.backslash_escapes = true, .backticks = true, .hash_comments = true};
const SqlRules sqlite{.backticks = true, .brackets = true, .own_named_parameters = true};
struct Database {
    std::string name;
    SqlRules rules;
};

const std::vector<Database> databases{{"postgresql", postgresql}, {"mariadb", mariadb}, {"sqlite", sqlite}};

struct Replaced {
    std::string sql;
    std::string expected;
    Names names;
};

struct Refused {
    std::string sql;
    std::string message;
};

void check(const std::vector<Replaced>& cases, const SqlRules& rules) {
    for (const auto& c : cases) {
        CAPTURE(c.sql);
        const auto text = parse_sql(c.sql, rules);
        CHECK(text.sql == c.expected);
        CHECK(text.parameters == c.names);
    }
}

void check_unchanged(const std::vector<std::string>& texts, const SqlRules& rules) {
    for (const auto& text : texts) {
        const std::string sql = "x " + text;  // a comment alone would be no statement
        check({{sql, sql, {}}}, rules);
    }
}

void check(const std::vector<Refused>& cases, const SqlRules& rules) {
    for (const auto& c : cases) {
        CAPTURE(c.sql);
        std::string error;
        try {
            parse_sql(c.sql, rules);
        } catch (const ArgumentError& e) {
            error = e.what();
        }
        CAPTURE(error);
        CHECK(error.starts_with("SQL at offset "));
        CHECK(error.find(c.message) != std::string::npos);
    }
}

}  // namespace

TEST_CASE("sql text: the first word, behind comments and parentheses") {
    using sociable::dialect::first_word;
    for (const std::string sql :
         {"SELECT 1", "select(1)", " ((SELECT 1))", "/* a */ -- b\n# c\nSelect*from t", "SELECT"}) {
        CAPTURE(sql);
        CHECK(first_word(sql) == "select");
    }
    for (const std::string sql : {"", " ", "/* select", "-- select", "()"}) {
        CAPTURE(sql);
        CHECK(first_word(sql).empty());
    }
    CHECK(first_word("ROLLBACK;") == "rollback");
    CHECK(first_word("\"select\"").empty());
}

TEST_CASE("sql text: numbered placeholders, one for each name") {
    check(std::vector<Replaced>{{":a", "$1", {"a"}},
                                {"SELECT :a, :b, :a", "SELECT $1, $2, $1", {"a", "b"}},
                                {"x=:a AND y>:_b1", "x=$1 AND y>$2", {"a", "_b1"}},
                                {"VALUES (:a,:B,:a_)", "VALUES ($1,$2,$3)", {"a", "B", "a_"}},
                                {":a+:a-:b*:ab", "$1+$1-$2*$3", {"a", "b", "ab"}}},
          postgresql);
}

TEST_CASE("sql text: question marks, one for each occurrence") {
    for (const auto& rules : {mariadb, sqlite}) {
        check(std::vector<Replaced>{{":a", "?", {"a"}},
                                    {"SELECT :a, :b, :a", "SELECT ?, ?, ?", {"a", "b", "a"}},
                                    {"VALUES (:a,:B,:a_)", "VALUES (?,?,?)", {"a", "B", "a_"}}},
              rules);
    }
}

TEST_CASE("sql text: on every database, what stands in quotes and comments is no parameter") {
    for (const auto& database : databases) {
        CAPTURE(database.name);
        const auto& rules = database.rules;
        check_unchanged({"SELECT 'a :b ? $1 @c'", "SELECT \":b ? $1 @c\"", "SELECT 'it''s :b'", "SELECT \"q\"\":b\"",
                         "SELECT ''':b'", "SELECT 1 -- :a ? $1 'it\n", "-- :a", "SELECT /* :a ? $1 ' */ 1", "/**/",
                         "/*/ :a */", "/* * / :a */", "'\\:a'", "/* \\:a */"},
                        rules);
        const std::string p = rules.placeholder == SqlRules::Placeholder::numbered ? "$1" : "?";
        check(std::vector<Replaced>{{"'' :a", "'' " + p, {"a"}},
                                    {"''/**/:a", "''/**/" + p, {"a"}},
                                    {"-- it's\n:a", "-- it's\n" + p, {"a"}},
                                    {"/* it's */:a", "/* it's */" + p, {"a"}},
                                    {"a - -:a", "a - -" + p, {"a"}},
                                    {"a / :a * 2", "a / " + p + " * 2", {"a"}}},
              rules);
    }
}

TEST_CASE("sql text: colons that begin no parameter are left alone") {
    for (const auto& rules : {postgresql, mariadb}) {
        check_unchanged({"10:30", "'a':b", "\"a\":b", "f(x):y", "[1:2]", "a[x:y]", "a[b[1]:c]", "a[ :2]", ":", ": a",
                         ":-", "::", "x::int", "x :: int", "x ::int", ":::a", "@v := 1", "f(a:=1)", "p:a"},
                        rules);
    }
    check(std::vector<Replaced>{{":a::int", "$1::int", {"a"}},
                                {"a[:n]", "a[$1]", {"n"}},
                                {"a[1 :n]", "a[1 $1]", {"n"}},
                                {"a[:lo : :hi]", "a[$1 : $2]", {"lo", "hi"}},
                                {"a[1\\:n]", "a[1:n]", {}},
                                {":a:b", "$1:b", {"a"}},
                                {"f(a=>:a, b:=:b)", "f(a=>$1, b:=$2)", {"a", "b"}},
                                {"@v:=:v", "@v:=$1", {"v"}}},
          postgresql);
}

TEST_CASE("sql text: an escaped colon is a colon and begins no parameter") {
    check(std::vector<Replaced>{{"SELECT \\:a, :b", "SELECT :a, $1", {"b"}},
                                {"x\\:\\:int", "x::int", {}},
                                {"\\::a", "::a", {}},
                                {"\\\\:a", "\\:a", {}},
                                {"\\a", "\\a", {}},
                                {"\\", "\\", {}},
                                {"\\:", ":", {}}},
          postgresql);
    check(std::vector<Replaced>{{"x \\: y :b", "x : y ?", {"b"}}}, sqlite);
}

TEST_CASE("sql text: a parameter's name is ASCII") {
    for (const auto& database : databases) {
        CAPTURE(database.name);
        const auto& rules = database.rules;
        check(std::vector<Refused>{{"= :na\xC3\xAFve", "offset 2: the name of parameter :na\xC3\xAFve must be ASCII"},
                                   {":\xC3\xA9t\xC3\xA9", "must be ASCII"}},
              rules);
    }
}

TEST_CASE("sql text: PostgreSQL's quotes and comments") {
    check_unchanged({"E'it\\'s :a'",
                     "e'\\\\' 'x:a'",
                     "= E'\\':a'",
                     "U&'\\0061 :a'",
                     "B'1':a",
                     "$$ :a ' $1 $$",
                     "$tag$ :a $$ $t$ ' $tag$",
                     "$\xC3\xA4$ :a $\xC3\xA4$",
                     "/* /* :a */ :b */",
                     "/* /*/ */ */ */",
                     "-- :a\\\n",
                     "E'a'\n  'b\\':c'",
                     "a$b",
                     "1 $ 2",
                     "j ? 'k'",
                     "j ?| x",
                     "j ?& x",
                     "@ -1",
                     "# 1",
                     "a @> b",
                     "`",
                     "[",
                     "/*! :a */",
                     "--:a"},
                    postgresql);
    check(std::vector<Replaced>{{"'\\' :a", "'\\' $1", {"a"}},
                                {"E'\\\\' :a", "E'\\\\' $1", {"a"}},
                                {"name'\\' :a", "name'\\' $1", {"a"}},
                                {"xE'\\' :a", "xE'\\' $1", {"a"}},
                                {"E'a' '\\' :b", "E'a' '\\' $1", {"b"}},
                                {"a$b$ :a", "a$b$ $1", {"a"}},
                                {"a$b$c :a a$b$", "a$b$c $1 a$b$", {"a"}},
                                {"$$x$$ :a $$y$$", "$$x$$ $1 $$y$$", {"a"}},
                                {"$a$$b$:c$a$ :d", "$a$$b$:c$a$ $1", {"d"}},
                                {"/* /* */ */ :a", "/* /* */ */ $1", {"a"}},
                                {"-- x\r:a", "-- x\r$1", {"a"}},
                                {"# :a", "# $1", {"a"}},
                                {"[:a, :b]", "[$1, $2]", {"a", "b"}},
                                {"data ? :key", "data ? $1", {"key"}}},
          postgresql);
}

TEST_CASE("sql text: MariaDB's quotes and comments") {
    check_unchanged(
        {"'it\\'s :a'", "\"\\\" :a\"", "'\\\\' ':a'", "`a:b ?`", "`a``:b`", "# it's :a", "-- :a", "--\t:a", "--\x01:a",
         "--", "@v", "@@global.x", "@v := 1", "$a $$ b", "$1", "/* /* */", "_utf8'x:y'", "N':a'", "a$b"},
        mariadb);
    check(std::vector<Replaced>{{"5--:a", "5--?", {"a"}},
                                {"1 --x :a", "1 --x ?", {"a"}},
                                {"# x\n:a", "# x\n?", {"a"}},
                                {"-- x\n:a", "-- x\n?", {"a"}},
                                {"`\\` :a", "`\\` ?", {"a"}},
                                {"/*!50000 :a */", "/*!50000 ? */", {"a"}},
                                {"/*!50000 '*/' */ :a", "/*!50000 '*/' */ ?", {"a"}},
                                {"/*M!100100 :a */ :b", "/*M!100100 ? */ ?", {"a", "b"}},
                                {"/* /* */ :a", "/* /* */ ?", {"a"}},
                                {"@v := :a", "@v := ?", {"a"}},
                                {"@v:=:a", "@v:=?", {"a"}},
                                {"[:a]", "[?]", {"a"}}},
          mariadb);
}

TEST_CASE("sql text: SQLite's quotes and comments") {
    check_unchanged({"[a:b ? @c $d]", "[']", "`a:b`", "`a``:b`", "/* /* */", "--:a", "a$b", "$", "@", "#", ":", "$ 1",
                     "j ->> '$.x'", "x'00'", "/*! :a ? */"},
                    sqlite);
    check(std::vector<Replaced>{{"[it's] :a", "[it's] ?", {"a"}},
                                {"[a[b] :a", "[a[b] ?", {"a"}},
                                {"'\\' :a", "'\\' ?", {"a"}},
                                {"\"\\\" :a", "\"\\\" ?", {"a"}},
                                {"/* /* */ :a", "/* /* */ ?", {"a"}}},
          sqlite);
}

TEST_CASE("sql text: a placeholder of the database's own is an error") {
    check(
        std::vector<Refused>{
            {"SELECT $1", "offset 7: $1 would be"}, {"x=$23", "offset 2: $23"}, {"'$1' $1", "offset 5: $1"}},
        postgresql);
    check(
        std::vector<Refused>{
            {"SELECT ?", "offset 7: ? would be"}, {"'?' = ?", "offset 6: ?"}, {"/*! ? */", "offset 4: ?"}},
        mariadb);
    check(std::vector<Refused>{{"SELECT ?", "offset 7: ? would be"},
                               {"SELECT ?1", "?1 would be"},
                               {"SELECT @x", "@x would be"},
                               {"SELECT $x", "$x would be"},
                               {"SELECT $1", "$1 would be"},
                               {"SELECT $$x", "offset 7: $"},
                               {"SELECT #x", "#x would be"},
                               {"SELECT $::x", "offset 7: $"},
                               {"SELECT:x", "offset 6: :x would be"},
                               {"SELECT 10:30", ":30 would be"},
                               {"'a':b", ":b would be"},
                               {":a:b", "offset 2: :b would be"},
                               {":::a", "offset 0: :"},
                               {"x::y", "offset 2: :y would be"},
                               {"SELECT \\:x", "would be"},
                               {"$a$ :x $a$", "would be"}},
          sqlite);
}

TEST_CASE("sql text: an unterminated quote or comment is an error that tells where it began") {
    for (const auto& database : databases) {
        CAPTURE(database.name);
        const auto& rules = database.rules;
        check(std::vector<Refused>{{"x 'abc", "offset 2: unterminated quote '"},
                                   {"'a''", "offset 0: unterminated quote '"},
                                   {"'a' \"b", "offset 4: unterminated quote \""},
                                   {"1 /* :a", "offset 2: unterminated comment /*"},
                                   {"/*/", "offset 0: unterminated comment /*"},
                                   {"/* *", "offset 0: unterminated comment /*"},
                                   {std::string("a\0b", 3), "offset 1: a NUL character"},
                                   {std::string("'\0'", 3), "offset 1: a NUL character"}},
              rules);
    }
    check(std::vector<Refused>{{" E'\\'", "offset 2: unterminated quote '"},
                               {"E'a'\n'", "offset 5: unterminated quote '"},
                               {" $$ :a $", "offset 1: unterminated quote $$"},
                               {"$a$ $b$", "offset 0: unterminated quote $a$"},
                               {"/* /* */", "offset 0: unterminated comment /*"}},
          postgresql);
    check(std::vector<Refused>{{"'\\'", "offset 0: unterminated quote '"},
                               {"'\\", "unterminated quote '"},
                               {"`a", "unterminated quote `"}},
          mariadb);
    check(std::vector<Refused>{{"1 [a", "offset 2: unterminated quote ["}, {"`a", "unterminated quote `"}}, sqlite);
}

TEST_CASE("sql text: blanks, comments and semicolons alone are no statement") {
    for (const auto& database : databases) {
        CAPTURE(database.name);
        for (const char* sql : {"", " \t\r\n", ";", " ; ;", "-- hi", "-- hi\n", "/* hi */", "/**/ -- hi\n;"})
            CHECK_THROWS_WITH_AS(parse_sql(sql, database.rules), "the SQL text has no statement in it", ArgumentError);
        CHECK(parse_sql("-- hi\nx", database.rules).sql == "-- hi\nx");
    }
    CHECK_THROWS_AS(parse_sql("# hi", mariadb), ArgumentError);
    CHECK(parse_sql("/*! SET @v = 1 */", mariadb).sql == "/*! SET @v = 1 */");
    CHECK_THROWS_AS(parse_sql("/* /* */ */", postgresql), ArgumentError);
}

TEST_CASE("sql text: random texts are read or refused, and only parameters are replaced") {
    std::mt19937 random(20240229);
    const std::vector<std::string> pieces{
        "'",   "\"", "`",  "[",   "]",  "--", "/*", "*/", "/*!", "#", "\\", "\n", " ", "E'", "$$",
        "$t$", ":",  ":a", ":b1", "::", "?",  "$1", "@x", "a",   "1", "(",  ")",  ",", "=",  "\xC3\xA4"};
    const auto is_marker = [](char c) { return c == ':' || c == '?' || c == '$' || c == '@'; };
    for (const auto& database : databases) {
        CAPTURE(database.name);
        const auto& rules = database.rules;
        int unchanged = 0;
        int replaced = 0;
        for (int round = 0; round < 30000; ++round) {
            std::string sql;
            const bool plain = round % 2 == 0;
            for (auto n = random() % 12; n > 0; --n) sql += pieces[random() % pieces.size()];
            if (plain) std::erase_if(sql, is_marker);
            if (plain && rules.own_named_parameters) std::erase(sql, '#');
            CAPTURE(sql);
            try {
                const auto text = parse_sql(sql, rules);
                if (plain) REQUIRE(text.sql == sql);
                if (text.parameters.empty() && sql.find("\\:") == std::string::npos) {
                    REQUIRE(text.sql == sql);
                    ++unchanged;
                }
                for (const auto& parameter : text.parameters) {
                    REQUIRE(sql.find(':' + parameter) != std::string::npos);
                    ++replaced;
                }
            } catch (const ArgumentError&) {
            }
        }
        CHECK(unchanged > 3000);
        CHECK(replaced > 300);
    }
}
