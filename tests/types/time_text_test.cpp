#include "types/time_text.hpp"

#include <sociable/errors/database_error.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <string>

using namespace sociable::types;
using namespace std::chrono;

namespace {

constexpr std::int64_t micros_per_day = 86'400'000'000;

std::int64_t days_of(int y, unsigned m, unsigned d) {
    return sys_days(year(y) / month(m) / day(d)).time_since_epoch().count();
}

std::int64_t days_in(std::string_view text) {
    const auto parsed = parse_time(text);
    REQUIRE_MESSAGE(parsed, text);
    return parsed->days;
}

std::int64_t micros_in(std::string_view text) {
    const auto parsed = parse_time(text);
    REQUIRE_MESSAGE(parsed, text);
    return parsed->micros_of_day;
}

std::int64_t offset_in(std::string_view text) {
    const auto parsed = parse_time(text);
    REQUIRE_MESSAGE(parsed, text);
    REQUIRE_MESSAGE(parsed->offset_seconds, text);
    return *parsed->offset_seconds;
}

void check_out_of_range(const auto& format) {
    try {
        format();
        FAIL("no exception");
    } catch (const sociable::DataError& e) {
        CHECK(e.sqlstate() == "22008");
    }
}

}  // namespace

TEST_CASE("dates are printed with four digits of the year, more where it has more, and a sign before year 0") {
    CHECK(format_date(0) == "1970-01-01");
    CHECK(format_date(-1) == "1969-12-31");
    CHECK(format_date(days_of(2024, 2, 29)) == "2024-02-29");
    CHECK(format_date(days_of(9999, 12, 31)) == "9999-12-31");
    CHECK(format_date(days_of(10000, 1, 1)) == "10000-01-01");
    CHECK(format_date(days_of(7, 1, 2)) == "0007-01-02");
    CHECK(format_date(days_of(0, 2, 29)) == "0000-02-29");
    CHECK(format_date(days_of(-43, 3, 15)) == "-0043-03-15");
    CHECK(format_date(days_of(-4712, 1, 1)) == "-4712-01-01");
    CHECK(format_date(first_day) == "-32767-01-01");
    CHECK(format_date(last_day) == "32767-12-31");
}

TEST_CASE("timestamps are printed with six digits of a second, also before 1970") {
    CHECK(format_timestamp(0) == "1970-01-01 00:00:00.000000");
    CHECK(format_timestamp(-1) == "1969-12-31 23:59:59.999999");
    CHECK(format_timestamp(-1'500'000) == "1969-12-31 23:59:58.500000");
    CHECK(format_timestamp(days_of(2024, 2, 29) * micros_per_day + 47'655'000'042) == "2024-02-29 13:14:15.000042");
    CHECK(format_timestamp((last_day + 1) * micros_per_day - 1) == "32767-12-31 23:59:59.999999");
    CHECK(format_timestamp(first_day * micros_per_day) == "-32767-01-01 00:00:00.000000");
}

TEST_CASE("what std::chrono::year can't hold is not printed but refused") {
    check_out_of_range([] { format_date(first_day - 1); });
    check_out_of_range([] { format_date(last_day + 1); });
    check_out_of_range([] { format_date(std::numeric_limits<std::int64_t>::min()); });
    check_out_of_range([] { format_date(std::numeric_limits<std::int64_t>::max()); });
    check_out_of_range([] { format_timestamp((last_day + 1) * micros_per_day); });
    check_out_of_range([] { format_timestamp(first_day * micros_per_day - 1); });
    check_out_of_range([] { format_timestamp(std::numeric_limits<std::int64_t>::min()); });
    check_out_of_range([] { format_timestamp(std::numeric_limits<std::int64_t>::max()); });
}

TEST_CASE("dates are read in the forms of all three databases") {
    CHECK(days_in("1970-01-01") == 0);
    CHECK(days_in("2000-02-29") == days_of(2000, 2, 29));
    CHECK(days_in("0000-02-29") == days_of(0, 2, 29));
    CHECK(days_in("-0043-03-15") == days_of(-43, 3, 15));
    CHECK(days_in("0044-03-15 BC") == days_of(-43, 3, 15));
    CHECK(days_in("0001-02-29 BC") == days_of(0, 2, 29));
    CHECK(days_in("4714-11-24 BC") == -2'440'588);  // the first day that PostgreSQL has
    CHECK(days_in("9999-12-31") == 2'932'896);
    CHECK(days_in("10000-01-01") == 2'932'897);
    CHECK(days_in("32767-12-31") == last_day);
    CHECK(days_in("-32767-01-01") == first_day);
    CHECK(days_in("32768-01-01") == last_day + 1);
    CHECK(days_in("-32768-12-31") == first_day - 1);
    CHECK(days_in("5874897-12-31") == 2'145'042'905);  // the last one
    CHECK_FALSE(parse_time("2024-02-29")->has_time);
    CHECK_FALSE(parse_time("2024-02-29")->offset_seconds);
}

TEST_CASE("times of day are read to the microsecond, with space or T, with or without seconds") {
    CHECK(micros_in("2024-02-29 13:14:15") == 47'655'000'000);
    CHECK(micros_in("2024-02-29T13:14:15") == 47'655'000'000);
    CHECK(micros_in("2024-02-29 13:14") == 47'640'000'000);
    CHECK(micros_in("2024-02-29 13:14:15.5") == 47'655'500'000);
    CHECK(micros_in("2024-02-29 13:14:15.000000") == 47'655'000'000);
    CHECK(micros_in("2024-02-29 13:14:15.000001") == 47'655'000'001);
    CHECK(micros_in("2024-02-29 13:14:15.123456000") == 47'655'123'456);
    CHECK(micros_in("2024-02-29 23:59:59.999999") == micros_per_day - 1);
    CHECK(micros_in("0044-03-15 13:14:15.5+00 BC") == 47'655'500'000);
    CHECK(parse_time("2024-02-29 00:00:00")->has_time);
}

TEST_CASE("zone offsets are read to the second") {
    CHECK(offset_in("2024-02-29 13:14:15Z") == 0);
    CHECK(offset_in("2024-02-29T13:14Z") == 0);
    CHECK(offset_in("2024-02-29 13:14:15+00") == 0);
    CHECK(offset_in("2024-02-29 13:14:15.5+05:30") == 19'800);
    CHECK(offset_in("2024-02-29 13:14:15-08") == -28'800);
    CHECK(offset_in("2024-02-29 13:14:15-00:30") == -1'800);
    CHECK(offset_in("1900-01-01 00:00:00+00:19:32") == 1'172);
    CHECK(offset_in("1900-01-01 00:00:00-00:19:32") == -1'172);
    CHECK(offset_in("0044-03-15 13:14:15+00:53:28 BC") == 3'208);
}

TEST_CASE("what is no date or time is not read") {
    for (const char* text : {"",
                             " ",
                             "ada",
                             "infinity",
                             "-infinity",
                             "BC",
                             " BC",
                             "0000-00-00",
                             "0000-00-00 00:00:00",
                             "2024-00-15",
                             "2024-13-01",
                             "2024-02-00",
                             "2024-02-30",
                             "2023-02-29",
                             "1900-02-29",
                             "2024-04-31",
                             "2024-2-29",
                             "2024-02-9",
                             "24-02-29",
                             "12345678-01-01",
                             "99999999999999999999-01-01",
                             "20240229",
                             "2024/02/29",
                             "+2024-02-29",
                             "--2024-02-29",
                             "0000-01-01 BC",
                             "-0044-03-15 BC",
                             "0044-03-15 BC BC",
                             "0044-03-15 AD",
                             " 2024-02-29",
                             "2024-02-29 ",
                             "2024-02-29T",
                             "2024-02-29  13:14:15",
                             "2024-02-29t13:14:15",
                             "2024-02-29 13",
                             "2024-02-29 13:",
                             "2024-02-29 13:1",
                             "2024-02-29 13:14:",
                             "2024-02-29 13:14:5",
                             "2024-02-29 13:14:15.",
                             "2024-02-29 13:14.5",
                             "2024-02-29 24:00:00",
                             "2024-02-29 13:60:00",
                             "2024-02-29 13:14:60",
                             "2024-02-29 -1:14:15",
                             "2024-02-29 13:14:15.1234567",
                             "2024-02-29 13:14:15.0000001",
                             "2024-02-29 13:14:15+",
                             "2024-02-29 13:14:15+5",
                             "2024-02-29 13:14:15+05:",
                             "2024-02-29 13:14:15+05:60",
                             "2024-02-29 13:14:15+24",
                             "2024-02-29 13:14:15+05:30:00:00",
                             "2024-02-29 13:14:15ZZ",
                             "2024-02-29 13:14:15 UTC",
                             "2024-02-29Z",
                             "2024-02-29+00",
                             "13:14:15"}) {
        CHECK_MESSAGE(!parse_time(text), text);
    }
    CHECK_FALSE(parse_time(std::string_view("2024-02-29\0", 11)));
}

TEST_CASE("every year that std::chrono has makes a round trip at its edges and around its leap day") {
    for (int y = -32767; y <= 32767; ++y) {
        for (const std::int64_t day : {days_of(y, 1, 1), days_of(y, 2, 28) + 1, days_of(y, 12, 31)}) {
            const auto parsed = parse_time(format_date(day));
            REQUIRE(parsed);
            REQUIRE(parsed->days == day);
        }
    }
}

TEST_CASE("random timestamps make a round trip to the microsecond") {
    std::mt19937_64 random(20240229);
    std::uniform_int_distribution<std::int64_t> any(first_day * micros_per_day, (last_day + 1) * micros_per_day - 1);
    std::uniform_int_distribution<std::int64_t> near_epoch(-10'000'000, 10'000'000);
    for (int i = 0; i < 20'000; ++i) {
        const std::int64_t micros = i % 2 == 0 ? any(random) : near_epoch(random);
        const auto parsed = parse_time(format_timestamp(micros));
        REQUIRE(parsed);
        REQUIRE(parsed->days * micros_per_day + parsed->micros_of_day == micros);
        REQUIRE_FALSE(parsed->offset_seconds);
    }
}
