#include "log/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <mutex>

namespace sociable::log {

namespace {

std::shared_ptr<spdlog::logger> find_or_make(const char* name) {
    if (auto found = spdlog::get(name)) return found;
    try {
        return spdlog::stderr_color_mt(name);
    } catch (const spdlog::spdlog_ex&) {  // someone registered the name since
        return spdlog::get(name);
    }
}

}  // namespace

// Never destroyed: engines with static storage duration log while they end.
spdlog::logger& engine() {
    static auto* logger = new std::shared_ptr<spdlog::logger>(find_or_make("sociable.engine"));
    return **logger;
}

spdlog::logger& pool() {
    static auto* logger = new std::shared_ptr<spdlog::logger>(find_or_make("sociable.pool"));
    return **logger;
}

spdlog::logger& monitor() {
    static auto* logger = new std::shared_ptr<spdlog::logger>(find_or_make("sociable.monitor"));
    return **logger;
}

}  // namespace sociable::log
