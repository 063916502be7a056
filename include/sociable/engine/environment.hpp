#pragma once

#include <sociable/engine/engine.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sociable {

/// What environment variables say: a URL and the options that were set.
struct EnvironmentSettings {
    std::string url;
    EngineOptions options;
};

/// Reads an environment variable; nothing when it is not set. Replaceable, for tests and for other sources.
using EnvironmentReader = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads `<prefix>_URL` and the options `<prefix>_POOL_SIZE`, `<prefix>_MAX_OVERFLOW`, ... (`.env.example` lists all).
/// For the default prefix DB, the variables may as well begin with DATABASE. A variable that is empty counts as not
/// set. Durations are in seconds, with a fraction if need be; switches are true/false, yes/no, on/off or 1/0.
/// @throws ArgumentError that names the variable: no URL, both spellings set to different values, or a value that can't
///         be read
EnvironmentSettings read_environment(std::string_view prefix = "DB");
EnvironmentSettings read_environment(std::string_view prefix, const EnvironmentReader& read);

/// create_engine with what read_environment() says.
Engine engine_from_env(std::string_view prefix = "DB");

}  // namespace sociable
