#include "errors/redact.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using sociable::ValueView;
using sociable::errors::redact_secret;
using sociable::errors::redact_values;

namespace {

std::string redact(std::string message, std::vector<ValueView> values) {
    return redact_values(std::move(message), values);
}

ValueView text(std::string_view v) { return ValueView::text(v); }

}  // namespace

TEST_CASE("a bound value in quotes is replaced, the names around it stay") {
    CHECK(redact("Duplicate entry 'ada@example.org' for key 'users.email'", {text("ada@example.org")}) ==
          "Duplicate entry '***' for key 'users.email'");
    CHECK(redact(R"(invalid input syntax for type integer: "abc")", {text("abc")}) ==
          R"(invalid input syntax for type integer: "***")");
    CHECK(redact(R"(invalid input syntax for type integer: "x")", {text("x")}) ==
          R"(invalid input syntax for type integer: "***")");
    CHECK(redact(R"(value "99999999999" is out of range for type integer)", {text("99999999999")}) ==
          R"(value "***" is out of range for type integer)");
    CHECK(redact("Incorrect integer value: 'ab' for column `shop`.`users`.`age` at row 1", {text("ab")}) ==
          "Incorrect integer value: '***' for column `shop`.`users`.`age` at row 1");
    // Cut, and what is no ASCII escaped.
    CHECK(redact(R"(Incorrect string value: '\xF0\x9F\x98\x80 s...' for column `shop`.`users`.`name` at row 1)",
                 {text("\xF0\x9F\x98\x80 secret")}) ==
          "Incorrect string value: '***' for column `shop`.`users`.`name` at row 1");
    CHECK(redact("Incorrect integer value: '? secret' for column 'age' at row 1", {text("\n secret")}) ==
          "Incorrect integer value: '***' for column 'age' at row 1");
    CHECK(redact("Truncated incorrect INTEGER value: '? secret'", {text("\n secret")}) ==
          "Truncated incorrect INTEGER value: '***'");
    CHECK(redact("Incorrect datetime value: 'O'Brien...' for function str_to_date", {text("O'Brien\n")}) ==
          "Incorrect datetime value: '***' for function str_to_date");
    CHECK(redact("Variable 'sql_mode' can't be set to the value of '? secret'", {text("\n secret")}) ==
          "Variable 'sql_mode' can't be set to the value of '***'");
    CHECK(redact("Unknown or incorrect time zone: '? secret'", {text("\n secret")}) ==
          "Unknown or incorrect time zone: '***'");
}

TEST_CASE("composite keys of MariaDB are replaced as a whole") {
    const std::string redacted = "Duplicate entry '***' for key 'users.name_id'";
    const std::string message = "Duplicate entry 'ada-7' for key 'users.name_id'";
    CHECK(redact(message, {text("ada"), ValueView::int32(7)}) == redacted);
    CHECK(redact(message, {ValueView::int32(7)}) == redacted);
    CHECK(redact("Duplicate entry 'a-7' for key 'users.name_id'", {text("a"), ValueView::int32(7)}) == redacted);
    CHECK(redact("Duplicate entry 'it's-7' for key 'users.name_id'", {text("it's")}) == redacted);
    // Whatever MariaDB made of the value: a collation's form, an escape of binary data.
    CHECK(redact(R"(Duplicate entry '\xC3\x01' for key 'users.name_id')", {text("\xC3\x01")}) == redacted);
    // Elsewhere than in this message.
    CHECK(redact("bad entry 'a-7' here", {text("a")}) == "bad entry '***' here");
}

TEST_CASE("the row that PostgreSQL quotes is replaced") {
    CHECK(redact("duplicate key value violates unique constraint \"users_pkey\"\nDETAIL:  Key (id)=(7) already exists.",
                 {ValueView::int64(7)}) ==
          "duplicate key value violates unique constraint \"users_pkey\"\nDETAIL:  Key (id)=(***) already exists.");
    CHECK(redact("Failing row contains (1, null, secret (kept)).", {ValueView::int64(1)}) ==
          "Failing row contains (***).");
}

TEST_CASE("a value that was cut is replaced") {
    const std::string value = std::string(150, 'a') + " and the end of it";
    CHECK(redact("Incorrect integer value: '" + value.substr(0, 128) + "' for column 'age' at row 1", {text(value)}) ==
          "Incorrect integer value: '***' for column 'age' at row 1");
    const std::string quoting = "O'Brien said 'I am not amused' to everybody in the room and left";
    CHECK(redact("Incorrect value: '" + quoting.substr(0, 40) + "...' here", {text(quoting)}) ==
          "Incorrect value: '***' here");
    CHECK(redact("near 'hidd' at line 1", {text("a hidden thing")}) == "near '***' at line 1");
    CHECK(redact("near 'hid' at line 1", {text("a hidden thing")}) == "near 'hid' at line 1");
}

TEST_CASE("a value is replaced outside quotes and with quotes of its own") {
    CHECK(redact("no such thing: ada lovelace", {text("ada"), text("ada lovelace")}) == "no such thing: ***");
    CHECK(redact("bad value 'O'Brien' given", {text("O'Brien")}) == "bad value '***' given");
    CHECK(redact("bad value '\"x\" and 'y'' given", {text("\"x\" and 'y'")}) == "bad value '***' given");
    CHECK(redact("abcabcabc", {text("abc")}) == "*********");
}

TEST_CASE("names that merely contain a bound value stay, those that equal one go") {
    CHECK(redact("Duplicate entry 'x' for key 'users.name_id'", {text("name"), text("users"), text("a")}) ==
          "Duplicate entry '***' for key 'users.name_id'");
    CHECK(redact(R"(relation "users" violates unique constraint "users_name_key")", {text("name"), text("user")}) ==
          R"(relation "users" violates unique constraint "users_name_key")");
    CHECK(redact(R"(null value in column "name" of relation "users")", {text("name")}) ==
          R"(null value in column "***" of relation "users")");
    CHECK(redact("for key 'id'", {text("id")}) == "for key '***'");
    CHECK(redact("for column `shop`.`users`.`age`", {text("user"), text("ag")}) == "for column `shop`.`users`.`age`");
    CHECK(redact("a monkey 'users'", {text("user")}) == "a monkey '***'");
}

TEST_CASE("numbers, dates and timestamps are replaced as they are printed") {
    CHECK(redact("bad '-5'", {ValueView::int32(-5)}) == "bad '***'");
    CHECK(redact("bad '18446744073709551615'", {ValueView::uint64(std::numeric_limits<std::uint64_t>::max())}) ==
          "bad '***'");
    CHECK(redact("bad '-9223372036854775808'", {ValueView::int64(std::numeric_limits<std::int64_t>::min())}) ==
          "bad '***'");
    CHECK(redact("bad '1.5'", {ValueView::float64(1.5)}) == "bad '***'");
    CHECK(redact("bad '1e+300'", {ValueView::float64(1e300)}) == "bad '***'");
    CHECK(redact("bad '1970-01-02'", {ValueView::date(1)}) == "bad '***'");
    CHECK(redact("bad '1970-01-01 00:00:00.000001'", {ValueView::timestamp(1)}) == "bad '***'");
    CHECK(redact("bad '1970-01-01 00:00:01'", {ValueView::local_timestamp(1'000'000)}) == "bad '***'");
    const std::vector<std::byte> bytes{std::byte{'k'}, std::byte{'e'}, std::byte{'y'}, std::byte{'s'}};
    CHECK(redact("bad 'keys'", {ValueView::blob(bytes)}) == "bad '***'");
}

TEST_CASE("what comes from no bound value stays") {
    const std::string message = "can't open `x` near \"select\": don't use 'y' or 'it's' or '";
    CHECK(redact(message, {}) == message);
    CHECK(redact(message, {ValueView::null(), text(""), ValueView::boolean(true)}) == message);
    CHECK(redact(message, {text("other"), ValueView::int64(42)}) == message);
    CHECK(redact("", {text("other")}) == "");
    CHECK(redact("Duplicate entry 'ada' for key 'users.name'", {}) == "Duplicate entry 'ada' for key 'users.name'");
}

TEST_CASE("values that can't be printed don't stop the others") {
    const auto max = std::numeric_limits<std::int64_t>::max();
    CHECK(redact("bad 'ada'", {ValueView::date(max), ValueView::timestamp(max), ValueView::local_timestamp(-max - 1),
                               ValueView::float64(std::numeric_limits<double>::quiet_NaN()), text("ada")}) ==
          "bad '***'");
}

TEST_CASE("a value of asterisks or quotes does no harm") {
    CHECK(redact("bad '***' and '*'", {text("***"), text("*"), text("'")}) == "bad '***' and '***'");
    CHECK(redact("''''", {text("'''")}).find("'''") == std::string::npos);
}

TEST_CASE("a secret is replaced wherever it stands") {
    CHECK(redact_secret("password s3cret, again s3crets3cret", "s3cret") == "password ***, again ******");
    CHECK(redact_secret("a*b", "*") == "a***b");
    CHECK(redact_secret("nothing", "") == "nothing");
    CHECK(redact_secret("", "s3cret") == "");
}
