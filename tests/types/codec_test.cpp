#include <sociable/errors/database_error.hpp>
#include <sociable/types/codec.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>

using namespace sociable;
using namespace std::chrono;

namespace {

using Kind = ValueView::Kind;
using TimePoint = sys_time<microseconds>;

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

/// The text of the DataError that `action` throws with this SQLSTATE.
std::string data_error(const char* sqlstate, const auto& action) {
    try {
        action();
    } catch (const DataError& e) {
        CHECK(e.info().kind == ErrorKind::data);
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
constexpr bool has_codec = Encodable<T> || Decodable<T>;

template <class T>
constexpr bool is_complete = Encodable<T>&& Decodable<T>;

enum class Colour : std::uint8_t { red = 1, blue = 255 };
enum class Switch : bool { off, on };
enum class Letter : char { a = 'a' };
enum class Suit { hearts = 1, spades };
struct Unknown {};

using Real = std::numeric_limits<double>;

/// The edges of an integer type, from each kind of cell, and one beyond them.
template <class T>
void check_integer() {
    constexpr T min = std::numeric_limits<T>::min();
    constexpr T max = std::numeric_limits<T>::max();
    for (const T edge : {min, max, T{0}, T{1}}) {
        CHECK(round_trip(edge) == edge);
        CHECK(decode<T>(std::to_string(edge).c_str()) == edge);
        CHECK(decode<T>((std::to_string(edge) + ".00").c_str()) == edge);
    }
    const std::string range = std::to_string(min) + " to " + std::to_string(max);
    if constexpr (sizeof(T) < 8) {
        for (const std::int64_t beyond : {std::int64_t{min} - 1, std::int64_t{max} + 1, INT64_MIN, INT64_MAX}) {
            CHECK(refused<T>("22003", ValueView::int64(beyond)).find(range) != std::string::npos);
            CHECK(refused<T>("22003", std::to_string(beyond).c_str()).find(range) != std::string::npos);
        }
        refused<T>("22003", ValueView::uint64(UINT64_MAX));
    }
    refused<T>("22003", "18446744073709551616");
    refused<T>("22003", "-9223372036854775809");
    refused<T>("22003", "100000000000000000000000000000000");
}

}  // namespace

/// A text to the database, and an error for what is none of its enumerators.
template <>
struct sociable::Codec<Suit> {
    static ValueView encode(Suit v) { return ValueView::text(v == Suit::hearts ? "hearts" : other(v)); }
    static const char* other(Suit v) { return v == Suit::spades ? "spades" : throw std::logic_error("no such suit"); }
};

// Which types there are, and which are missing on purpose.
static_assert(is_complete<bool> && is_complete<signed char> && is_complete<unsigned char> && is_complete<short> &&
              is_complete<unsigned> && is_complete<long> && is_complete<long long> && is_complete<unsigned long long>);
static_assert(is_complete<float> && is_complete<double> && is_complete<std::string> && is_complete<Bytes>);
static_assert(is_complete<Colour> && is_complete<Switch> && is_complete<std::byte>);
static_assert(is_complete<year_month_day> && is_complete<sys_days> && is_complete<local_days> &&
              is_complete<system_clock::time_point> && is_complete<sys_seconds> && is_complete<local_seconds> &&
              is_complete<sys_time<hours>>);
static_assert(is_complete<std::optional<int>> && is_complete<std::optional<TimePoint>>);
static_assert(Encodable<const char*> && Encodable<char*> && Encodable<char[4]> && Encodable<const char (&)[4]> &&
              Encodable<std::string_view> && Encodable<std::span<const std::byte>> && Encodable<std::nullopt_t> &&
              Encodable<std::nullptr_t> && !Decodable<std::nullptr_t> && Encodable<std::optional<std::string_view>>);
static_assert(!Decodable<const char*> && !Decodable<std::string_view> && !Decodable<std::span<const std::byte>> &&
              !Decodable<std::optional<std::string_view>>);
static_assert(!has_codec<char> && !has_codec<wchar_t> && !has_codec<char8_t> && !has_codec<char16_t> &&
              !has_codec<char32_t> && !has_codec<long double> && !has_codec<Letter> && !has_codec<Unknown> &&
              !has_codec<std::optional<char>> && !has_codec<std::optional<Unknown>> &&
              !has_codec<sys_time<duration<double>>> && !has_codec<local_time<duration<float>>> && !has_codec<void>);

TEST_CASE("kinds of values have names") {
    CHECK(to_string(Kind::null) == "null");
    CHECK(to_string(Kind::int32) == "integer");
    CHECK(to_string(Kind::uint64) == "integer");
    CHECK(to_string(static_cast<Kind>(99)) == "value");
}

TEST_CASE("NULL into a non-optional is an error that says what to use instead") {
    const ValueView null = ValueView::null();
    CHECK(refused<int>("22002", null) == "NULL can't be read as an integer; use std::optional");
    CHECK(refused<unsigned>("22002", null) == "NULL can't be read as an integer; use std::optional");
    CHECK(refused<bool>("22002", null) == "NULL can't be read as a boolean; use std::optional");
    CHECK(refused<double>("22002", null) == "NULL can't be read as a floating point number; use std::optional");
    CHECK(refused<float>("22002", null) == "NULL can't be read as a floating point number; use std::optional");
    CHECK(refused<std::string>("22002", null) == "NULL can't be read as a string; use std::optional");
    CHECK(refused<Bytes>("22002", null) == "NULL can't be read as bytes; use std::optional");
    CHECK(refused<year_month_day>("22002", null) == "NULL can't be read as a date; use std::optional");
    CHECK(refused<TimePoint>("22002", null) == "NULL can't be read as a timestamp; use std::optional");
    CHECK(refused<local_seconds>("22002", null) == "NULL can't be read as a timestamp; use std::optional");
    refused<Colour>("22002", null);
}

TEST_CASE("an empty optional tells its type where it is sure of it, and never asks the user's own encode for it") {
    const auto type = []<class T>(std::optional<T> v) { return Codec<std::optional<T>>::encode(v).null_of(); };
    CHECK(type(std::optional<bool>()) == Kind::boolean);
    CHECK(type(std::optional<int>()) == Kind::int32);
    CHECK(type(std::optional<std::uint16_t>()) == Kind::int32);
    CHECK(type(std::optional<std::uint64_t>()) == Kind::int64);
    CHECK(type(std::optional<float>()) == Kind::float64);
    CHECK(type(std::optional<Colour>()) == Kind::int32);
    CHECK(type(std::optional<Bytes>()) == Kind::blob);
    CHECK(type(std::optional<std::string>()) == Kind::null);
    CHECK(type(std::optional<Suit>()) == Kind::null);
}

TEST_CASE("an optional tells NULL from empty and zero") {
    CHECK(decode<std::optional<int>>(ValueView::null()) == std::nullopt);
    CHECK(decode<std::optional<int>>(ValueView::int32(0)) == 0);
    CHECK(decode<std::optional<std::string>>(ValueView::text("")) == "");
    CHECK(decode<std::optional<std::string>>(ValueView::text({})) == "");
    CHECK(decode<std::optional<Bytes>>(ValueView::blob({})) == Bytes{});
    CHECK(Codec<std::optional<std::string>>::encode(std::nullopt).is_null());
    CHECK(Codec<std::optional<std::string_view>>::encode("").kind() == Kind::text);
    CHECK(Codec<std::nullopt_t>::encode(std::nullopt).is_null());
    CHECK(Codec<const char*>::encode(nullptr).is_null());
    CHECK(Codec<const char*>::encode("").kind() == Kind::text);
}

TEST_CASE("booleans are read from booleans and from 0 and 1") {
    CHECK(round_trip(true));
    CHECK_FALSE(round_trip(false));
    CHECK(decode<bool>(ValueView::int32(1)));
    CHECK_FALSE(decode<bool>(ValueView::int64(0)));
    CHECK(round_trip(Switch::on) == Switch::on);
    for (const auto& v : {ValueView::int32(2), ValueView::int64(-1), ValueView::uint64(UINT64_MAX),
                          ValueView::float64(1), ValueView::text("t"), ValueView::text("1"), ValueView::date(1)})
        refused<bool>("22018", v);
}

TEST_CASE("integers of every width are held to their edges, and out of range beyond them") {
    check_integer<std::int8_t>();
    check_integer<std::uint8_t>();
    check_integer<std::int16_t>();
    check_integer<std::uint16_t>();
    check_integer<std::int32_t>();
    check_integer<std::uint32_t>();
    check_integer<std::int64_t>();
    check_integer<std::uint64_t>();
    check_integer<long long>();
    check_integer<unsigned long long>();
    refused<std::int64_t>("22003", ValueView::uint64(UINT64_MAX));
    refused<std::uint64_t>("22003", ValueView::int64(-1));
    refused<std::uint64_t>("22003", "-1");
}

TEST_CASE("integers that fit 32 bits are bound as such") {
    CHECK(Codec<std::int8_t>::encode(-1).kind() == Kind::int32);
    CHECK(Codec<std::uint16_t>::encode(65535).kind() == Kind::int32);
    CHECK(Codec<std::int32_t>::encode(1).kind() == Kind::int32);
    CHECK(Codec<std::uint32_t>::encode(1).kind() == Kind::int64);
    CHECK(Codec<std::int64_t>::encode(1).kind() == Kind::int64);
    CHECK(Codec<std::uint64_t>::encode(INT64_MAX).kind() == Kind::int64);
    CHECK(Codec<std::uint64_t>::encode(UINT64_MAX).kind() == Kind::uint64);
    CHECK(Codec<Colour>::encode(Colour::blue).as_int64() == 255);
}

TEST_CASE("integers are read from text only when it is a whole number") {
    CHECK(decode<int>("-0") == 0);
    CHECK(decode<unsigned>("-0.00") == 0);
    CHECK(decode<int>("007") == 7);
    for (const char* text : {"", "-", "+1", " 1", "1 ", "1.5", "1.", ".0", "1.0x", "1.0.0", "1e3", "0x10", "--1", "one",
                             "NaN", "Infinity", "1,000", "99999999999999999999x"}) {
        CAPTURE(text);
        refused<std::int64_t>("22018", text);
        refused<std::uint64_t>("22018", text);
    }
    refused<int>("22018", ValueView::text({"1\0", 2}));
    CHECK(refused<int>("22018", ValueView::float64(1)) ==
          "a floating point number can't be read as an integer; read it as double");
    refused<int>("22018", ValueView::boolean(true));
    refused<unsigned>("22018", ValueView::boolean(true));
    refused<int>("22018", ValueView::blob({}));
    refused<int>("22018", ValueView::date(1));
}

TEST_CASE("enums are read as their underlying integer") {
    CHECK(round_trip(Colour::blue) == Colour::blue);
    CHECK(decode<Colour>("1") == Colour::red);
    refused<Colour>("22003", ValueView::int32(256));
}

TEST_CASE("doubles keep every bit") {
    for (const double v : {0.0, -0.0, 0.1, Real::min(), Real::denorm_min(), Real::max(), Real::lowest(),
                           Real::infinity(), -Real::infinity()}) {
        CHECK(round_trip(v) == v);
        CHECK(std::signbit(round_trip(v)) == std::signbit(v));
    }
    CHECK(std::isnan(round_trip(Real::quiet_NaN())));
    CHECK(decode<double>("4.9406564584124654e-324") == Real::denorm_min());
    CHECK(decode<double>("1.7976931348623157e+308") == Real::max());
    CHECK(std::signbit(decode<double>("-0")));
    CHECK(std::isnan(decode<double>("NaN")));
    CHECK(decode<double>("Infinity") == Real::infinity());
    CHECK(decode<double>("-Infinity") == -Real::infinity());
    CHECK(decode<double>("12.50") == 12.5);
    refused<double>("22003", "1e400");
    refused<double>("22003", "-1e400");
    refused<double>("22003", "1e-400");
    for (const char* text : {"", "one", "1.5 ", " 1.5", "1,5", "0x10", "+1"}) refused<double>("22018", text);
    refused<double>("22018", ValueView::boolean(true));
    refused<double>("22018", ValueView::timestamp(1));
}

TEST_CASE("integers are read as double when no bit is lost") {
    constexpr std::int64_t limit = std::int64_t{1} << 53;
    CHECK(decode<double>(ValueView::int64(limit)) == 0x1p53);
    CHECK(decode<double>(ValueView::int64(-limit)) == -0x1p53);
    CHECK(decode<double>(ValueView::int64(limit + 2)) == 0x1p53 + 2);
    CHECK(decode<double>(ValueView::int32(-7)) == -7);
    CHECK(decode<double>(ValueView::int64(INT64_MIN)) == -0x1p63);
    CHECK(decode<double>(ValueView::uint64(std::uint64_t{1} << 63)) == 0x1p63);
    refused<double>("22003", ValueView::int64(limit + 1));
    refused<double>("22003", ValueView::int64(-limit - 1));
    refused<double>("22003", ValueView::int64(INT64_MAX));
    refused<double>("22003", ValueView::uint64(UINT64_MAX));
    refused<double>("22003", ValueView::uint64((std::uint64_t{1} << 63) + 1));
}

TEST_CASE("floats are rounded to the nearest, and out of range beyond the largest") {
    for (const float v : {0.0F, 0.1F, FLT_MAX, -FLT_MAX, FLT_MIN, std::numeric_limits<float>::denorm_min()})
        CHECK(round_trip(v) == v);
    CHECK(std::signbit(round_trip(-0.0F)));
    CHECK(std::isnan(round_trip(std::numeric_limits<float>::quiet_NaN())));
    CHECK(std::isinf(decode<float>("-Infinity")));
    CHECK(decode<float>("0.1") == 0.1F);
    refused<float>("22003", ValueView::float64(1e39));
    refused<float>("22003", "-1e39");
}

TEST_CASE("strings and bytes keep NUL bytes and come from text and blob") {
    const std::string nul("a\0b\0", 4);
    CHECK(round_trip(nul) == nul);
    const Bytes bytes{std::byte{0}, std::byte{0xff}, std::byte{0}};
    CHECK(round_trip(bytes) == bytes);
    CHECK(Codec<Bytes>::encode(bytes).kind() == Kind::blob);
    CHECK(decode<std::string>(ValueView::blob(bytes)) == std::string("\0\xff\0", 3));
    CHECK(decode<Bytes>(ValueView::text(nul)).size() == 4);
    CHECK(Codec<std::span<const std::byte>>::encode(bytes).as_bytes().size() == 3);
    CHECK(refused<std::string>("22018", ValueView::date(1)) ==
          "a date can't be read as a string; read it as std::chrono::year_month_day");
    for (const auto& v :
         {ValueView::boolean(true), ValueView::date(1), ValueView::timestamp(1), ValueView::local_timestamp(1)}) {
        refused<std::string>("22018", v);
        refused<Bytes>("22018", v);
    }
    refused<Bytes>("22018", ValueView::int32(1));
}

TEST_CASE("a string takes a number in the fewest characters that give the same number again") {
    CHECK(decode<std::string>(ValueView::int32(-42)) == "-42");
    CHECK(decode<std::string>(ValueView::int64(INT64_MIN)) == "-9223372036854775808");
    CHECK(decode<std::string>(ValueView::uint64(UINT64_MAX)) == "18446744073709551615");
    CHECK(decode<std::string>(ValueView::float64(0.1)) == "0.1");
    CHECK(decode<std::string>(ValueView::float64(19.99)) == "19.99");
    for (const double real : {1e300, -0.0, 1 / 3.0, Real::denorm_min(), Real::max()})
        CHECK(decode<double>(decode<std::string>(ValueView::float64(real)).c_str()) == real);
}

TEST_CASE("every kind of value can be printed") {
    const auto printed = [](const ValueView& v) {
        std::ostringstream out;
        out << v;
        CHECK(out.str() == to_string(v));
        return out.str();
    };
    CHECK(printed(ValueView::null()) == "NULL");
    CHECK(printed(ValueView::null(Kind::int32)) == "NULL");
    CHECK(printed(ValueView::boolean(false)) == "false");
    CHECK(printed(ValueView::int32(-1)) == "-1");
    CHECK(printed(ValueView::int64(5'000'000'000)) == "5000000000");
    CHECK(printed(ValueView::uint64(UINT64_MAX)) == "18446744073709551615");
    CHECK(printed(ValueView::float64(0.1)) == "0.1");
    CHECK(printed(ValueView::text("it's")) == "it's");
    CHECK(printed(ValueView::blob(Bytes(3))) == "<3 bytes>");
    CHECK(printed(ValueView::date(0)) == "1970-01-01");
    CHECK(printed(ValueView::timestamp(1)) == "1970-01-01 00:00:00.000001Z");
    CHECK(printed(ValueView::local_timestamp(0)) == "1970-01-01 00:00:00.000000");
}

TEST_CASE("random values make a round trip through their text") {
    std::mt19937_64 random(1815);
    for (int i = 0; i < 5'000; ++i) {
        const std::uint64_t bits = random() >> (random() % 64);
        const auto number = static_cast<std::int64_t>(bits);
        REQUIRE(decode<std::uint64_t>(std::to_string(bits).c_str()) == bits);
        REQUIRE(decode<std::int64_t>(std::to_string(number).c_str()) == number);
        const double real = std::bit_cast<double>(random());
        if (!std::isfinite(real)) continue;
        std::array<char, 32> buffer{};
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), real);
        REQUIRE(decode<double>(buffer.data()) == real);
        REQUIRE(round_trip(real) == real);
    }
}

TEST_CASE("no error has the value in its text") {
    CHECK(refused<std::int8_t>("22003", ValueView::int32(7777)).find("7777") == std::string::npos);
    CHECK(refused<int>("22018", "hidden").find("hidden") == std::string::npos);
    CHECK(refused<double>("22018", "hidden").find("hidden") == std::string::npos);
    CHECK(refused<TimePoint>("22007", "hidden").find("hidden") == std::string::npos);
    CHECK(refused<double>("22003", ValueView::int64(9007199254740993)).find("9007") == std::string::npos);
}
