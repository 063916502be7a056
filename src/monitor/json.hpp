#pragma once

#include "health/utf8.hpp"

#include <sociable/errors/holder.hpp>
#include <sociable/pool/limit.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <optional>
#include <string_view>

/// How the monitor writes what it tells: times in seconds, what is not known or has no limit as null.
namespace sociable::monitor {

namespace json = boost::json;

inline json::value text(std::string_view text) { return json::value(json::string(health::valid_utf8(text))); }

inline json::value seconds(std::chrono::duration<double> time) { return time.count(); }

template <class Duration>
json::value seconds(const std::optional<Duration>& time) {
    return time ? seconds(*time) : json::value();
}

template <class T>
json::value number(const std::optional<T>& number) {
    return number ? json::value(*number) : json::value();
}

inline json::value number(const Limit& limit) { return limit.is_unlimited() ? json::value() : limit.count(); }

inline json::object holder(const Holder& holder) {
    return {{"file", text(holder.place.file_name())},
            {"line", holder.place.line()},
            {"function", text(holder.place.function_name())},
            {"thread", holder.thread},
            {"held_seconds", seconds(holder.age)}};
}

}  // namespace sociable::monitor
