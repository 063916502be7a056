#pragma once

#include <doctest/doctest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sociable::test {

inline constexpr const char* engine_logger = "sociable.engine";
inline constexpr const char* pool_logger = "sociable.pool";
inline constexpr const char* monitor_logger = "sociable.monitor";

/// What a logger writes while this lives, taken in the way that users are told: by name, with a sink of one's own.
/// Other threads may log meanwhile, but not while it begins and ends.
class Redirected {
public:
    explicit Redirected(const char* name, spdlog::level::level_enum level = spdlog::level::trace)
        : logger_(spdlog::get(name)) {
        REQUIRE(logger_);
        sinks_ = logger_->sinks();
        level_ = logger_->level();
        logger_->sinks() = {kept_};
        logger_->set_pattern("%l %v");
        logger_->set_level(level);
    }
    Redirected(const Redirected&) = delete;
    Redirected& operator=(const Redirected&) = delete;
    ~Redirected() {
        logger_->sinks() = sinks_;
        logger_->set_level(level_);
    }

    std::vector<std::string> lines() const { return kept_->lines(); }
    std::string text() const {
        std::string all;
        for (const std::string& line : lines()) all += line + '\n';
        return all;
    }

private:
    class Sink final : public spdlog::sinks::base_sink<std::mutex> {
    public:
        std::vector<std::string> lines() {
            const std::lock_guard lock(mutex_);
            return lines_;
        }

    private:
        void sink_it_(const spdlog::details::log_msg& message) override {
            spdlog::memory_buf_t text;
            formatter_->format(message, text);
            std::string line(text.data(), text.size());
            while (!line.empty() && line.back() == '\n') line.pop_back();
            lines_.push_back(std::move(line));
        }
        void flush_() override {}

        std::vector<std::string> lines_;
    };

    std::shared_ptr<Sink> kept_ = std::make_shared<Sink>();
    std::shared_ptr<spdlog::logger> logger_;
    std::vector<spdlog::sink_ptr> sinks_;
    spdlog::level::level_enum level_{};
};

}  // namespace sociable::test
