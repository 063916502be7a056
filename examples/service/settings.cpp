#include "settings.hpp"

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace {

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

template <class Number>
void read(const char* name, Number lowest, Number& number) {
    const std::string_view text = variable(name);
    if (text.empty()) return;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < lowest)
        throw std::runtime_error(std::string(name) + " must be a number from " + std::to_string(lowest) + " up");
}

}  // namespace

Settings settings_from_environment() {
    Settings settings;
    if (const auto address = variable("SERVICE_ADDRESS"); !address.empty()) settings.address = address;
    read<std::uint16_t>("SERVICE_PORT", 0, settings.port);
    read("SERVICE_THREADS", 1, settings.threads);
    read<std::uint16_t>("MONITOR_PORT", 0, settings.monitor_port);
    settings.monitor_token = variable("MONITOR_TOKEN");
    return settings;
}
