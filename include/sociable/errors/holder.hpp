#pragma once

#include <sociable/errors/source_location.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace sociable {

/// Who holds a connection.
struct Holder {
    SourceLocation place;             ///< where it was taken
    std::uint64_t thread = 0;         ///< that took it: the system's number, as `top -H` and debuggers show it
    std::chrono::milliseconds age{};  ///< since it was taken
    std::uint64_t connection_id = 0;  ///< 0 while it is being opened
};

/// "orders.cpp:12 (place_order)"
std::string to_string(const SourceLocation& place);
/// "orders.cpp:12 (place_order), thread 4711, for 2300 ms"
std::string to_string(const Holder& holder);

}  // namespace sociable
