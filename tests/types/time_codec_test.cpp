#include "types/time_text.hpp"

#include <sociable/errors/database_error.hpp>
#include <sociable/types/codec.hpp>

#include <doctest/doctest.h>

#include <random>

using namespace sociable;
using namespace std::chrono;

namespace {

using Kind = ValueView::Kind;
using TimePoint = sys_time<microseconds>;
using LocalTime = local_time<microseconds>;

template <class T>
T decode(const ValueView& v) {
    return Codec<T>::decode(v);
}

template <class T>
T decode(const char* text) {
    return Codec<T>::decode(ValueView::text(text));
}

template <class T>
T round_trip(const T& v) {
    return Codec<T>::decode(Codec<T>::encode(v));
}

std::string data_error(const char* sqlstate, const auto& action) {
    try {
        action();
    } catch (const DataError& e) {
        CHECK(e.sqlstate() == sqlstate);
        return e.message();
    }
    FAIL("no DataError");
    return {};
}

template <class T>
std::string refused(const char* sqlstate, const ValueView& v) {
    return data_error(sqlstate, [&] { decode<T>(v); });
}

template <class T>
std::string refused(const char* sqlstate, const char* text) {
    return refused<T>(sqlstate, ValueView::text(text));
}

template <class T>
void not_encoded(const T& v) {
    data_error("22008", [&] { Codec<T>::encode(v); });
}

template <class Duration>
sys_time<Duration> instant(typename Duration::rep count) {
    return sys_time<Duration>(Duration(count));
}

const ValueView min_micros = ValueView::timestamp(INT64_MIN);
const ValueView max_micros = ValueView::timestamp(INT64_MAX);

}  // namespace

TEST_CASE("dates are read from dates and from text without a time of day") {
    constexpr year_month_day leap_day = 2024y / February / 29;
    CHECK(round_trip(leap_day) == leap_day);
    CHECK(round_trip(sys_days(leap_day)) == sys_days(leap_day));
    CHECK(round_trip(local_days(leap_day)) == local_days(leap_day));
    for (const char* text : {"2024-02-29", "2024-02-29 00:00:00", "2024-02-29T00:00", "2024-02-29 00:00:00.000000",
                             "2024-02-29 00:00:00+00", "2024-02-29T00:00:00Z"})
        CHECK(decode<year_month_day>(text) == leap_day);
    for (const auto& far : {year::min() / January / 1, year::max() / December / 31, year(-4712) / January / 1,
                            9999y / December / 31, 0y / February / 29, 10000y / January / 1}) {
        CHECK(round_trip(far) == far);
        const std::string text = types::format_date(sys_days(far).time_since_epoch().count());
        CHECK(decode<year_month_day>(text.c_str()) == far);
    }
    CHECK(decode<year_month_day>("0044-03-15 BC") == year(-43) / March / 15);
}

TEST_CASE("a date is refused where something would be lost or made up") {
    refused<sys_days>("22008", "2024-02-29 00:00:00.000001");
    refused<sys_days>("22008", "2024-02-29 13:14");
    refused<sys_days>("22008", "2024-02-29 00:00:00+05:30");
    refused<sys_days>("22008", "32768-01-01");
    refused<sys_days>("22008", ValueView::date(types::last_day + 1));
    refused<sys_days>("22008", ValueView::date(types::first_day - 1));
    CHECK(refused<year_month_day>("22008", "-infinity").find("infinity") == 0);
    CHECK(refused<year_month_day>("22008", "infinity").find("infinity") == 0);
    refused<year_month_day>("22007", "0000-00-00");
    refused<year_month_day>("22007", "2023-02-29");
    refused<year_month_day>("22007", "");
    refused<year_month_day>("22018", ValueView::int64(1));
    refused<year_month_day>("22018", ValueView::timestamp(0));
    refused<year_month_day>("22018", ValueView::blob({}));
}

TEST_CASE("a date that is not in the calendar is not stored") {
    not_encoded(2024y / February / 30);
    not_encoded(2023y / February / 29);
    not_encoded(2024y / month(13) / 1);
    not_encoded(year_month_day(2024y / January / 0));
    not_encoded(year(-32768) / January / day(1));
    CHECK(Codec<year_month_day>::encode(1970y / January / 2).kind() == Kind::date);
    CHECK(Codec<sys_days>::encode(sys_days(days(-1))).as_int64() == -1);
}

TEST_CASE("timestamps honour the zone offset, and mean UTC without one") {
    const TimePoint expected = sys_days(2024y / February / 29) + 13h + 14min + 15s + 500ms;
    CHECK(decode<TimePoint>("2024-02-29 13:14:15.5") == expected);
    CHECK(decode<TimePoint>("2024-02-29T13:14:15.500000Z") == expected);
    CHECK(decode<TimePoint>("2024-02-29 18:44:15.5+05:30") == expected);
    CHECK(decode<TimePoint>("2024-02-29 05:14:15.5-08") == expected);
    CHECK(decode<TimePoint>("2024-02-29 13:33:47.5+00:19:32") == expected);
    CHECK(decode<TimePoint>("2024-02-29") == sys_days(2024y / February / 29));
    CHECK(decode<TimePoint>("0044-03-15 13:14:15+00 BC") == sys_days(year(-43) / March / 15) + 13h + 14min + 15s);
    CHECK(decode<TimePoint>("1969-12-31 23:59:59.999999").time_since_epoch() == -1us);
    CHECK(decode<TimePoint>(ValueView::date(1)) == sys_days(days(1)));
    CHECK(decode<TimePoint>(ValueView::local_timestamp(5)).time_since_epoch() == 5us);
    CHECK(refused<TimePoint>("22008", "infinity").find("infinity") == 0);
    refused<TimePoint>("22008", "-infinity");
    refused<TimePoint>("22008", "294276-12-31 23:59:59.999999+00");
    refused<TimePoint>("22008", "32768-01-01 00:00:00");
    refused<TimePoint>("22007", "0000-00-00 00:00:00");
    refused<TimePoint>("22007", "2024-02-29 13:14:15.1234567");
    refused<TimePoint>("22018", ValueView::int64(1));
    refused<TimePoint>("22018", ValueView::float64(1));
}

TEST_CASE("a wall clock's time has no zone offset") {
    const LocalTime expected = local_days(2024y / February / 29) + 13h + 14min + 15s + 1us;
    CHECK(decode<LocalTime>("2024-02-29 13:14:15.000001") == expected);
    CHECK(round_trip(expected) == expected);
    CHECK(Codec<LocalTime>::encode(expected).kind() == Kind::local_timestamp);
    CHECK(decode<LocalTime>(ValueView::date(1)) == local_days(days(1)));
    CHECK(decode<LocalTime>(ValueView::timestamp(5)).time_since_epoch() == 5us);
    CHECK(decode<local_days>("2024-02-29") == local_days(2024y / February / 29));
    for (const char* text : {"2024-02-29 13:14:15Z", "2024-02-29 13:14:15+00", "2024-02-29 13:14:15+05:30"})
        refused<LocalTime>("22007", text);
    refused<LocalTime>("22008", "infinity");
    refused<LocalTime>("22018", ValueView::int64(1));
}

TEST_CASE("time points finer than a microsecond are cut towards the past") {
    using Nano = sys_time<nanoseconds>;
    const auto micros = [](std::int64_t nanos) { return Codec<Nano>::encode(instant<nanoseconds>(nanos)).as_int64(); };
    CHECK(micros(1'999) == 1);
    CHECK(micros(-1) == -1);
    CHECK(micros(-1'000) == -1);
    CHECK(micros(-1'001) == -2);
    CHECK(micros(INT64_MAX) == INT64_MAX / 1000);
    CHECK(micros(INT64_MIN) == INT64_MIN / 1000 - 1);
    CHECK(decode<Nano>(ValueView::timestamp(-3)) == instant<nanoseconds>(-3'000));
    CHECK(decode<Nano>(ValueView::timestamp(INT64_MAX / 1000)).time_since_epoch().count() == INT64_MAX / 1000 * 1000);
    CHECK(decode<Nano>(ValueView::timestamp(INT64_MIN / 1000)).time_since_epoch().count() == INT64_MIN / 1000 * 1000);
    refused<Nano>("22008", ValueView::timestamp(INT64_MAX / 1000 + 1));
    refused<Nano>("22008", ValueView::timestamp(INT64_MIN / 1000 - 1));
    refused<Nano>("22008", min_micros);
    refused<Nano>("22008", max_micros);
    refused<Nano>("22008", "9999-12-31 23:59:59.999999");
    refused<sys_time<duration<std::int64_t, std::pico>>>("22008", "2024-02-29");
}

TEST_CASE("time points coarser than a microsecond overflow neither way") {
    CHECK(round_trip(TimePoint::max()) == TimePoint::max());
    CHECK(round_trip(TimePoint::min()) == TimePoint::min());
    const auto check = []<class Duration>(Duration) {
        const std::int64_t unit = microseconds(Duration(1)).count();
        const auto last = INT64_MAX / unit;
        CHECK(round_trip(instant<Duration>(last)) == instant<Duration>(last));
        CHECK(round_trip(instant<Duration>(-last)) == instant<Duration>(-last));
        not_encoded(instant<Duration>(last + 1));
        not_encoded(instant<Duration>(-last - 1));
        not_encoded(sys_time<Duration>::max());
        not_encoded(sys_time<Duration>::min());
        refused<sys_time<Duration>>("22008", min_micros);
        refused<sys_time<Duration>>("22008", max_micros);
        refused<sys_time<Duration>>("22008", "2024-02-29 13:14:15.000001");
    };
    check(milliseconds());
    check(seconds());
    check(duration<std::int64_t, std::ratio<60>>());
    check(duration<std::int64_t, std::ratio<3600>>());
    check(duration<std::int64_t, std::ratio<604800>>());
    CHECK(decode<sys_seconds>("2024-02-29 13:14:15") == sys_days(2024y / February / 29) + 13h + 14min + 15s);
    CHECK(decode<sys_time<hours>>("2024-02-29 13:00") == sys_days(2024y / February / 29) + 13h);
    refused<sys_time<minutes>>("22008", "2024-02-29 13:14:15");
}

TEST_CASE("time points of narrow and unsigned counts are checked too") {
    using Narrow = duration<std::int32_t>;
    CHECK(round_trip(instant<Narrow>(INT32_MIN)) == instant<Narrow>(INT32_MIN));
    CHECK(round_trip(instant<Narrow>(INT32_MAX)) == instant<Narrow>(INT32_MAX));
    refused<sys_time<Narrow>>("22008", "2038-01-19 03:14:08");
    refused<sys_time<duration<std::int32_t, std::micro>>>("22008", "2024-02-29");
    using Unsigned = duration<std::uint64_t, std::micro>;
    CHECK(round_trip(instant<Unsigned>(5)) == instant<Unsigned>(5));
    not_encoded(instant<Unsigned>(UINT64_MAX));
    refused<sys_time<Unsigned>>("22008", ValueView::timestamp(-1));
}

TEST_CASE("random dates and times make a round trip through text") {
    std::mt19937_64 random(1815);
    std::uniform_int_distribution<std::int64_t> day(types::first_day, types::last_day);
    std::uniform_int_distribution<std::int64_t> micros_of_day(0, 86'399'999'999);
    for (int i = 0; i < 5'000; ++i) {
        const sys_days date{days(day(random))};
        const TimePoint time = date + microseconds(micros_of_day(random));
        const std::string date_text = types::format_date(Codec<sys_days>::encode(date).as_int64());
        const std::string time_text = types::format_timestamp(Codec<TimePoint>::encode(time).as_int64());
        REQUIRE(decode<sys_days>(date_text.c_str()) == date);
        REQUIRE(decode<TimePoint>(time_text.c_str()) == time);
        REQUIRE(decode<LocalTime>(time_text.c_str()).time_since_epoch() == time.time_since_epoch());
    }
}
