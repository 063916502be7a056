#pragma once

#include "support/database.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace sociable::test {

using namespace std::chrono;

enum class Color : short { red = -1, green = 0, blue = 32767 };
enum class Big : std::uint64_t { low = 0, high = INT64_MAX };

using Instant = sys_time<microseconds>;
using WallClock = local_time<microseconds>;

inline const std::string uuid = "0190163d-8694-739b-aea5-966c26f8ad91";
inline const std::string json = R"({"b": [1, 2.50, null], "a": "ä\n\"\\ 😀"})";
inline const std::string unicode = "ß é 漢字 ไทย 😀 👩‍👩‍👧 \xf4\x8f\xbf\xbf";
inline const std::string awkward = "'\"`\\ \\' \\0 %_ :name ? $1 {} \t\r\n -- /* */ ; ";

inline Bytes bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return Bytes(bytes.begin(), bytes.end());
}

inline Bytes every_byte() {
    Bytes bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::byte>(i));
    return bytes;
}

/// The columns' types on each database.
struct Types {
    explicit Types(Kind kind) {
        switch (kind) {
            case Kind::sqlite: break;
            case Kind::postgresql:
                unsigned64 = "numeric(20)";
                blob = "bytea";
                instant = "timestamptz";
                wall_clock = "timestamp";
                uuid = "uuid";
                json = "json";
                break;
            case Kind::mysql:
                unsigned64 = "bigint unsigned";
                real = "double";
                text = "longtext";
                blob = "longblob";
                instant = wall_clock = "datetime(6)";
                uuid = "uuid";
                json = "json";
                break;
        }
    }
    std::string unsigned64 = "integer";
    std::string real = "double precision";
    std::string text = "text";
    std::string blob = "blob";
    std::string instant = "timestamp";
    std::string wall_clock = "timestamp";
    std::string uuid = "text";
    std::string json = "text";
};

template <class T>
bool same(const T& a, const T& b) {
    if constexpr (std::is_floating_point_v<T>)
        return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
    else
        return a == b;
}

struct Everything {
    std::int64_t id = 0;
    bool flag = false;
    std::int8_t tiny = 0;
    std::int16_t small = 0;
    std::int32_t medium = 0;
    std::int64_t large = 0;
    std::uint8_t utiny = 0;
    std::uint16_t usmall = 0;
    std::uint32_t umedium = 0;
    std::uint64_t ularge = 0;
    double real = 0;
    std::string text;
    Bytes bytes;
    Color color = Color::red;
    year_month_day day{};
    Instant instant;
    WallClock wall_clock;
    std::string uuid;
    std::string json;
    std::optional<std::int64_t> maybe_number;
    std::optional<std::string> maybe_text;
    std::optional<Bytes> maybe_bytes;
    std::optional<Color> maybe_color;
    std::optional<year_month_day> maybe_day;
    std::optional<Instant> maybe_instant;
    bool operator==(const Everything&) const = default;
};
BOOST_DESCRIBE_STRUCT(Everything, (),
                      (id, flag, tiny, small, medium, large, utiny, usmall, umedium, ularge, real, text, bytes, color,
                       day, instant, wall_clock, uuid, json, maybe_number, maybe_text, maybe_bytes, maybe_color,
                       maybe_day, maybe_instant))

/// All members differ from row to row, and every second row has NULLs.
inline Everything everything(int i) {
    Everything e;
    e.id = i;
    e.flag = i % 3 == 0;
    e.tiny = static_cast<std::int8_t>(i);
    e.small = static_cast<std::int16_t>(-i);
    e.medium = i % 2 ? INT32_MIN + i : INT32_MAX - i;
    e.large = i % 2 ? INT64_MIN + i : INT64_MAX - i;
    e.utiny = static_cast<std::uint8_t>(i);
    e.usmall = static_cast<std::uint16_t>(UINT16_MAX - i);
    e.umedium = UINT32_MAX - static_cast<std::uint32_t>(i);
    e.ularge = static_cast<std::uint64_t>(INT64_MAX - i);
    e.real = i % 2 ? i / 3.0 : -1e300 / (i + 1);
    e.text = unicode + awkward + std::to_string(i);
    e.bytes = every_byte();
    e.bytes.resize(static_cast<std::size_t>(i % 257), std::byte{0});
    e.color = i % 2 ? Color::red : Color::blue;
    e.day = sys_days(1600y / January / 1) + days(i * 137);
    e.instant = Instant(sys_days(1900y / January / 1)) + microseconds(i * 123'456'789'123LL);
    e.wall_clock = WallClock(local_days(1900y / January / 1)) + microseconds(i * 3'987'654'321'987LL);
    e.uuid = uuid;
    e.uuid.back() = "0123456789abcdef"[i % 16];
    e.json = "{\"i\": " + std::to_string(i) + "}";
    if (i % 2) return e;
    e.maybe_number = e.large;
    e.maybe_text = i % 4 ? "" : e.text;
    e.maybe_bytes = i % 4 ? Bytes() : e.bytes;
    e.maybe_color = e.color;
    e.maybe_day = e.day;
    e.maybe_instant = e.instant;
    return e;
}

inline void create_everything(Connection& c, Kind kind) {
    const Types t(kind);
    c.execute(
        "CREATE TABLE everything (id bigint PRIMARY KEY, flag boolean, tiny smallint, small smallint, medium integer, "
        "large bigint, utiny smallint, usmall integer, umedium bigint, ularge bigint, \"real\" " +
        t.real + ", text " + t.text + ", bytes " + t.blob + ", color smallint, day date, instant " + t.instant +
        ", wall_clock " + t.wall_clock + ", uuid " + t.uuid + ", json " + t.json +
        ", maybe_number bigint, maybe_text " + t.text + ", maybe_bytes " + t.blob +
        ", maybe_color smallint, maybe_day date, maybe_instant " + t.instant + ")");
}

inline const std::string insert_everything =
    "INSERT INTO everything VALUES (:id, :flag, :tiny, :small, :medium, :large, :utiny, :usmall, :umedium, :ularge, "
    ":real, :text, :bytes, :color, :day, :instant, :wall_clock, :uuid, :json, :maybe_number, :maybe_text, "
    ":maybe_bytes, :maybe_color, :maybe_day, :maybe_instant)";

}  // namespace sociable::test
