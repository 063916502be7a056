#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

namespace sociable {

/// One SQL value: what is bound to a parameter, or what a column of a row holds. Text and bytes are referred to, not
/// copied: a view of a parameter lives as long as the variable behind it, a view of a column until the next row.
class ValueView {
public:
    enum class Kind : unsigned char {
        null,
        boolean,
        int32,  ///< an integer of at most 32 bits; kept apart so that PostgreSQL binds `integer`, not `bigint`
        int64,
        uint64,  ///< an integer over INT64_MAX
        float64,
        text,
        blob,
        date,            ///< days since 1970-01-01
        timestamp,       ///< microseconds since 1970-01-01 00:00:00 UTC
        local_timestamp  ///< microseconds since 1970-01-01 00:00:00 of no particular time zone
    };

    constexpr ValueView() noexcept = default;
    static constexpr ValueView null() noexcept { return {}; }
    /// A NULL where a value of `kind` might be: PostgreSQL wants to know the type of a parameter.
    static constexpr ValueView null(Kind kind) noexcept { return {Kind::null, static_cast<std::int64_t>(kind)}; }
    static constexpr ValueView boolean(bool v) noexcept { return {Kind::boolean, v ? 1 : 0}; }
    static constexpr ValueView int32(std::int32_t v) noexcept { return {Kind::int32, v}; }
    static constexpr ValueView int64(std::int64_t v) noexcept { return {Kind::int64, v}; }
    /// Becomes an int64 where it fits one.
    static constexpr ValueView uint64(std::uint64_t v) noexcept {
        return {v > static_cast<std::uint64_t>(INT64_MAX) ? Kind::uint64 : Kind::int64, static_cast<std::int64_t>(v)};
    }
    static constexpr ValueView float64(double v) noexcept {
        ValueView view;
        view.kind_ = Kind::float64;
        view.real_ = v;
        return view;
    }
    static constexpr ValueView text(std::string_view v) noexcept { return {Kind::text, v.data(), v.size()}; }
    static ValueView blob(std::span<const std::byte> v) noexcept {
        return {Kind::blob, reinterpret_cast<const char*>(v.data()), v.size()};
    }
    static constexpr ValueView date(std::int64_t days) noexcept { return {Kind::date, days}; }
    static constexpr ValueView timestamp(std::int64_t micros) noexcept { return {Kind::timestamp, micros}; }
    static constexpr ValueView local_timestamp(std::int64_t micros) noexcept { return {Kind::local_timestamp, micros}; }

    constexpr Kind kind() const noexcept { return kind_; }
    constexpr bool is_null() const noexcept { return kind_ == Kind::null; }
    /// Of a NULL: what it stands in for, or null when that isn't known.
    constexpr Kind null_of() const noexcept { return static_cast<Kind>(integer_); }

    /// The payload. Each is meaningful for its kinds only; `Codec` (types/codec.hpp) converts with checks.
    constexpr bool as_boolean() const noexcept { return integer_ != 0; }
    constexpr std::int64_t as_int64() const noexcept { return integer_; }  ///< int32, int64, date, both timestamps
    constexpr std::uint64_t as_uint64() const noexcept { return static_cast<std::uint64_t>(integer_); }
    constexpr double as_float64() const noexcept { return real_; }
    constexpr std::string_view as_text() const noexcept { return {chars_, size_}; }  ///< text and blob
    std::span<const std::byte> as_bytes() const noexcept { return {reinterpret_cast<const std::byte*>(chars_), size_}; }

private:
    constexpr ValueView(Kind kind, std::int64_t v) noexcept : kind_(kind), integer_(v) {}
    constexpr ValueView(Kind kind, const char* data, std::size_t size) noexcept
        : kind_(kind), size_(size), chars_(data) {}

    Kind kind_ = Kind::null;
    std::size_t size_ = 0;
    union {
        std::int64_t integer_ = 0;
        double real_;
        const char* chars_;
    };
};

/// "null", "integer", "text", ...: how error messages call a kind.
std::string_view to_string(ValueView::Kind kind) noexcept;

/// The value for people to read: NULL, true, 42, 0.1, the text itself, <3 bytes>, 2024-02-29,
/// 2024-02-29 13:14:15.000000Z. A number has the fewest characters that tell it from every other.
/// @throws DataError for a date out of std::chrono's range
std::string to_string(const ValueView& value);
std::ostream& operator<<(std::ostream& out, const ValueView& value);

}  // namespace sociable
