#pragma once

#include <memory>

#include <spdlog/fwd.h>

namespace sociable::log {

/// The loggers `sociable.engine` (SQL), `sociable.pool` (the lives of connections) and `sociable.monitor`. A logger of
/// that name that the user registered with spdlog before its first use here is taken; otherwise one that writes to
/// standard error is made and registered, so that users can find it by name and redirect it.
spdlog::logger& engine();
spdlog::logger& pool();
spdlog::logger& monitor();

}  // namespace sociable::log
