#pragma once

#include <sociable/types/value_view.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <ratio>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sociable {

/// Binary data.
using Bytes = std::vector<std::byte>;

/// How a C++ type is bound to a parameter and read from a column. Specialise it for a type of yours with
/// `static ValueView encode(const T&)`, which may refer to its argument, and `static T decode(const ValueView&)`. With
/// a `static ValueView null()` as well, an empty std::optional of it is a NULL of that type to PostgreSQL.
///
/// Built in: bool, all integers to 64 bits, float, double, std::string, std::string_view and const char* (parameters
/// only), Bytes, std::span<const std::byte> (parameters only), enums (by their underlying integer), std::chrono
/// year_month_day, sys_days, local_days, sys_time and local_time of an integral unit (finer ones than microseconds are
/// cut to the microsecond), and std::optional of each; std::nullopt and nullptr are NULL (parameters only). A value
/// that the type can't hold is a DataError. A std::string takes numbers too, in digits that lose nothing. Characters
/// (char, char8_t, wchar_t, ...), long double and time points in floating point have none on purpose.
template <class T>
struct Codec;

/// A type that can be bound to a parameter.
template <class T>
concept Encodable = requires(const T& v) {
    { Codec<std::remove_cvref_t<T>>::encode(v) } -> std::same_as<ValueView>;
};

/// A type that can be read from a column.
template <class T>
concept Decodable = requires(const ValueView& v) {
    { Codec<T>::decode(v) } -> std::same_as<T>;
};

namespace detail {

/// The one readable error for a type that can't be read from a column; what needs its Codec then belongs into
/// `if constexpr (Decodable<T>)`, or the compiler adds pages about that. It never returns, so that nothing is said
/// about values that are missing behind it.
template <class T>
[[noreturn]] void require_decodable() noexcept {
    static_assert(Decodable<T>, "sociable: no Codec for this type: specialise sociable::Codec<T>");
    std::terminate();
}

/// The same for a type that is to be bound to a parameter, and Encodable.
template <class T>
[[noreturn]] void require_encodable() noexcept {
    static_assert(Encodable<T>, "sociable: no Codec for this type: specialise sociable::Codec<T>");
    std::terminate();
}

template <class T, class... Others>
inline constexpr bool is_any_of = (std::is_same_v<T, Others> || ...);

/// An integer by intent: neither a character, of which it is unclear whether a number or a text is meant, nor bool.
template <class T>
concept Integer = std::integral<T> && sizeof(T) <= sizeof(std::int64_t) &&
                  !is_any_of<std::remove_cv_t<T>, bool, char, wchar_t, char8_t, char16_t, char32_t>;

/// A std::chrono::duration that counts whole units, each a multiple or a fraction of a microsecond.
template <class T>
concept TimeUnit = Integer<typename T::rep> && requires {
    requires std::ratio_divide<typename T::period, std::micro>::num == 1 ||
        std::ratio_divide<typename T::period, std::micro>::den == 1;
};

// Each throws a DataError that names both types, e.g. "a text can't be read as an integer".
bool decode_bool(const ValueView& v);
std::int64_t decode_int(const ValueView& v, std::int64_t min, std::int64_t max);
std::uint64_t decode_uint(const ValueView& v, std::uint64_t max);
double decode_double(const ValueView& v);
float decode_float(const ValueView& v);
std::string decode_string(const ValueView& v);
Bytes decode_bytes(const ValueView& v);
std::chrono::sys_days decode_date(const ValueView& v);
/// Of an instant: a zone offset in the text is honoured, none means UTC.
std::chrono::sys_time<std::chrono::microseconds> decode_timestamp(const ValueView& v);
/// Of a wall clock: a zone offset in the text is an error.
std::chrono::local_time<std::chrono::microseconds> decode_local_timestamp(const ValueView& v);
ValueView encode_date(const std::chrono::year_month_day& v);  // an impossible date is a DataError

/// Throws a DataError: the value was NULL, and what was `wanted` ("an integer") is not a std::optional.
[[noreturn]] void throw_null(std::string_view wanted = "a value");
/// Throws a DataError: the time does not fit microseconds in 64 bits, or these do not fit the coarser or narrower T.
[[noreturn]] void throw_time_range();

}  // namespace detail

template <>
struct Codec<bool> {
    static ValueView encode(bool v) noexcept { return ValueView::boolean(v); }
    static ValueView null() noexcept { return ValueView::null(ValueView::Kind::boolean); }
    static bool decode(const ValueView& v) { return detail::decode_bool(v); }
};

template <detail::Integer T>
    requires std::is_signed_v<T>
struct Codec<T> {
    static ValueView encode(T v) noexcept {
        if constexpr (sizeof(T) <= 4)
            return ValueView::int32(v);
        else
            return ValueView::int64(v);
    }
    static ValueView null() noexcept { return ValueView::null(encode(0).kind()); }
    static T decode(const ValueView& v) {
        using limits = std::numeric_limits<T>;
        // The usual case, inline: a call for each value of a large result takes six times the instructions.
        const bool is_integer = v.kind() == ValueView::Kind::int64;
        if (is_integer && v.as_int64() >= limits::min() && v.as_int64() <= limits::max())
            return static_cast<T>(v.as_int64());
        return static_cast<T>(detail::decode_int(v, limits::min(), limits::max()));
    }
};

template <detail::Integer T>
    requires std::is_unsigned_v<T>
struct Codec<T> {
    static ValueView encode(T v) noexcept {
        if constexpr (sizeof(T) <= 2)
            return ValueView::int32(v);
        else
            return ValueView::uint64(v);
    }
    static ValueView null() noexcept { return ValueView::null(encode(0).kind()); }
    static T decode(const ValueView& v) {
        return static_cast<T>(detail::decode_uint(v, std::numeric_limits<T>::max()));
    }
};

template <>
struct Codec<double> {
    static ValueView encode(double v) noexcept { return ValueView::float64(v); }
    static ValueView null() noexcept { return ValueView::null(ValueView::Kind::float64); }
    static double decode(const ValueView& v) {
        return v.kind() == ValueView::Kind::float64 ? v.as_float64() : detail::decode_double(v);
    }
};

template <>
struct Codec<float> {
    static ValueView encode(float v) noexcept { return ValueView::float64(v); }
    static ValueView null() noexcept { return ValueView::null(ValueView::Kind::float64); }
    static float decode(const ValueView& v) { return detail::decode_float(v); }
};

template <>
struct Codec<std::string> {
    static ValueView encode(const std::string& v) noexcept { return ValueView::text(v); }
    static std::string decode(const ValueView& v) { return detail::decode_string(v); }
};

template <>
struct Codec<std::string_view> {
    static ValueView encode(std::string_view v) noexcept { return ValueView::text(v); }
};

template <>
struct Codec<const char*> {
    static ValueView encode(const char* v) noexcept { return v ? ValueView::text(v) : ValueView::null(); }
};

template <>
struct Codec<char*> : Codec<const char*> {};

template <std::size_t N>
struct Codec<char[N]> : Codec<const char*> {};

template <>
struct Codec<std::nullopt_t> {
    static ValueView encode(std::nullopt_t) noexcept { return ValueView::null(); }
};

template <>
struct Codec<std::nullptr_t> {
    static ValueView encode(std::nullptr_t) noexcept { return ValueView::null(); }
};

template <>
struct Codec<Bytes> {
    static ValueView encode(const Bytes& v) noexcept { return ValueView::blob(v); }
    static ValueView null() noexcept { return ValueView::null(ValueView::Kind::blob); }
    static Bytes decode(const ValueView& v) { return detail::decode_bytes(v); }
};

template <std::size_t N>
struct Codec<std::span<const std::byte, N>> {
    static ValueView encode(std::span<const std::byte> v) noexcept { return ValueView::blob(v); }
    static ValueView null() noexcept { return ValueView::null(ValueView::Kind::blob); }
};

template <class T>
    requires std::is_enum_v<T> && Decodable<std::underlying_type_t<T>>
struct Codec<T> {
    using Underlying = std::underlying_type_t<T>;
    static ValueView encode(T v) noexcept { return Codec<Underlying>::encode(static_cast<Underlying>(v)); }
    static ValueView null() noexcept { return Codec<Underlying>::null(); }
    static T decode(const ValueView& v) { return static_cast<T>(Codec<Underlying>::decode(v)); }
};

template <>
struct Codec<std::chrono::year_month_day> {
    static ValueView encode(const std::chrono::year_month_day& v) { return detail::encode_date(v); }
    static std::chrono::year_month_day decode(const ValueView& v) { return detail::decode_date(v); }
};

namespace detail {

/// Cuts to microseconds, towards the past; a coarser time that overflows microseconds is a DataError.
template <TimeUnit Duration>
std::int64_t to_micros(Duration d) {
    using std::chrono::microseconds;
    using Wide = std::chrono::duration<std::int64_t, typename Duration::period>;
    if (!std::in_range<std::int64_t>(d.count())) throw_time_range();
    const Wide wide(static_cast<std::int64_t>(d.count()));
    if constexpr (std::ratio_greater_v<typename Duration::period, std::micro>) {
        constexpr auto min = std::chrono::duration_cast<Wide>(microseconds::min());
        constexpr auto max = std::chrono::duration_cast<Wide>(microseconds::max());
        if (wide < min || wide > max) throw_time_range();
        return std::chrono::duration_cast<microseconds>(wide).count();
    } else {
        return std::chrono::floor<microseconds>(wide).count();
    }
}

/// Exactly; a DataError where Duration is too coarse or too narrow.
template <TimeUnit Duration>
Duration from_micros(std::chrono::microseconds us) {
    using std::chrono::microseconds;
    using Wide = std::chrono::duration<std::int64_t, typename Duration::period>;
    if constexpr (std::ratio_less_v<typename Duration::period, std::micro>) {
        constexpr auto min = std::chrono::duration_cast<microseconds>(Wide::min());
        constexpr auto max = std::chrono::duration_cast<microseconds>(Wide::max());
        if (us < min || us > max) throw_time_range();
    }
    const auto wide = std::chrono::duration_cast<Wide>(us);
    if (std::chrono::duration_cast<microseconds>(wide) != us) throw_time_range();
    if (!std::in_range<typename Duration::rep>(wide.count())) throw_time_range();
    return Duration(static_cast<typename Duration::rep>(wide.count()));
}

}  // namespace detail

template <detail::TimeUnit Duration>
struct Codec<std::chrono::sys_time<Duration>> {
    static ValueView encode(const std::chrono::sys_time<Duration>& v) {
        if constexpr (std::is_same_v<Duration, std::chrono::days>)
            return ValueView::date(v.time_since_epoch().count());
        else
            return ValueView::timestamp(detail::to_micros(v.time_since_epoch()));
    }
    static std::chrono::sys_time<Duration> decode(const ValueView& v) {
        if constexpr (std::is_same_v<Duration, std::chrono::days>)
            return detail::decode_date(v);
        else
            return std::chrono::sys_time<Duration>(
                detail::from_micros<Duration>(detail::decode_timestamp(v).time_since_epoch()));
    }
};

template <detail::TimeUnit Duration>
struct Codec<std::chrono::local_time<Duration>> {
    static ValueView encode(const std::chrono::local_time<Duration>& v) {
        if constexpr (std::is_same_v<Duration, std::chrono::days>)
            return ValueView::date(v.time_since_epoch().count());
        else
            return ValueView::local_timestamp(detail::to_micros(v.time_since_epoch()));
    }
    static std::chrono::local_time<Duration> decode(const ValueView& v) {
        if constexpr (std::is_same_v<Duration, std::chrono::days>)
            return std::chrono::local_days(detail::decode_date(v).time_since_epoch());
        else
            return std::chrono::local_time<Duration>(
                detail::from_micros<Duration>(detail::decode_local_timestamp(v).time_since_epoch()));
    }
};

template <class T>
struct Codec<std::optional<T>> {
    static ValueView encode(const std::optional<T>& v) requires Encodable<T> {
        if (v) return Codec<T>::encode(*v);
        if constexpr (requires { Codec<T>::null(); })
            return Codec<T>::null();
        else
            return ValueView::null();
    }
    static std::optional<T> decode(const ValueView& v) requires Decodable<T> {
        if (v.is_null()) return std::nullopt;
        return Codec<T>::decode(v);
    }
};

namespace detail {

/// Every use of a Codec goes through these two, so that a type without one gives a single error.
template <class T>
ValueView encode(const T& v) {
    if constexpr (Encodable<T>)
        return Codec<std::remove_cvref_t<T>>::encode(v);
    else
        require_encodable<T>();
}

template <class T>
T decode(const ValueView& v) {
    if constexpr (Decodable<T>)
        return Codec<T>::decode(v);
    else
        require_decodable<T>();
}

}  // namespace detail

}  // namespace sociable
