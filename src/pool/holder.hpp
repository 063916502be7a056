#pragma once

#include <sociable/errors/source_location.hpp>

#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace sociable::pool {

/// Who holds the only connection of a pool, for the error of who asks for a second one. Thread-safe.
class Holder {
public:
    struct Place {
        std::thread::id thread;
        SourceLocation location;
    };

    void set(SourceLocation location) {
        const std::lock_guard lock(mutex_);
        place_ = {std::this_thread::get_id(), location};
    }
    void clear() noexcept {
        const std::lock_guard lock(mutex_);
        place_.reset();
    }
    std::optional<Place> get() const {
        const std::lock_guard lock(mutex_);
        return place_;
    }

private:
    mutable std::mutex mutex_;
    std::optional<Place> place_;
};

/// "file.cpp:12 (function)"
std::string to_string(const SourceLocation& location);

}  // namespace sociable::pool
