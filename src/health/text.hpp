#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sociable::health {

/// Numbers as people read them, with three digits: "17", "0.25", "1200".
std::string text(double number);
/// "850 ns", "12.5 ms", "2.5 s", "4 min", "8 h".
std::string text(std::chrono::duration<double> time);
/// "7.5 %"
std::string percent(double share);
/// "4 KiB", "1.5 GiB"
std::string bytes(std::int64_t count);
/// "1 connection", "2 connections"
std::string count_of(std::int64_t count, std::string_view what);

}  // namespace sociable::health
