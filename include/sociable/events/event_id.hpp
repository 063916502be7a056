#pragma once

#include <cstddef>

namespace sociable::event {

/// One for each event struct, which names it as its `id`.
enum class Id : unsigned char {
    // of a pool (pool/events.hpp)
    do_connect,
    first_connect,
    connect,
    checkout,
    reset,
    checkin,
    invalidate,
    soft_invalidate,
    close,
    detach,
    close_detached,
    // of a connection or its engine (engine/events.hpp)
    before_execute,
    after_execute,
    begin,
    commit,
    rollback,
    savepoint,
    rollback_savepoint,
    release_savepoint,
    handle_error,
    engine_disposed,
    // of a session (session/events.hpp)
    after_begin,
    before_commit,
    after_commit,
    after_rollback
};

inline constexpr std::size_t id_count = static_cast<std::size_t>(Id::after_rollback) + 1;

}  // namespace sociable::event
