#pragma once

#include <sociable/events/event_id.hpp>
#include <sociable/url/url.hpp>

#include <any>
#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <string_view>

namespace soci {
class session;
}

namespace sociable {

/// What users attach to a connection. It lives as long as the connection, over checkouts, and is empty on a new one.
using Info = std::map<std::string, std::any>;

/// The typed events of the library. A listener that throws makes the operation fail that it was called in, unless the
/// event says otherwise; no connection is lost by it.
///
/// A listener runs on the thread that does the work: DoConnect, FirstConnect and Connect with a QueuePool or StaticPool
/// on threads of the pool's, several at once, and otherwise, with pool_timeout zero, and when a connection in use
/// reconnects in place, on the caller's. What upkeep closes is closed on a thread of the pool's as well.
namespace event {

/// Base of the events of one pooled connection. What it refers to is valid during the event only.
class PoolEvent {
public:
    PoolEvent(std::string_view pool, std::uint64_t connection_id, soci::session& session, Info& info) noexcept
        : pool_(pool), connection_id_(connection_id), session_(&session), info_(&info) {}

    /// The engine's name.
    std::string_view pool() const noexcept { return pool_; }
    /// Counts the connections that this pool has opened.
    std::uint64_t connection_id() const noexcept { return connection_id_; }
    /// The open session, to be used with SOCI's own means. A transaction begun here is the listener's to end.
    soci::session& soci() const noexcept { return *session_; }
    Info& info() const noexcept { return *info_; }

private:
    std::string_view pool_;
    std::uint64_t connection_id_;
    soci::session* session_;
    Info* info_;
};

/// Before each connect. `url` may be changed for this one connect, which is how rotating credentials are fed in:
/// `e.url = e.url.with_password(token())`.
struct DoConnect {
    static constexpr Id id = Id::do_connect;
    std::string_view pool;
    Url url;
};

/// After the pool's very first connect, before any other thread gets a connection; again after a dispose(). When it
/// throws, the connection is closed, and the next connect counts as the first.
struct FirstConnect : PoolEvent {
    static constexpr Id id = Id::first_connect;
};

/// After each connect, once per connection: the place for session settings.
struct Connect : PoolEvent {
    static constexpr Id id = Id::connect;
};

/// Before a connection is handed out.
struct Checkout : PoolEvent {
    static constexpr Id id = Id::checkout;
};

/// When a connection comes back, before a transaction left open is ended. A listener that throws costs the connection;
/// the error is logged and the caller sees none.
struct Reset : PoolEvent {
    static constexpr Id id = Id::reset;
};

/// A connection has come back. `connected` is false when it was invalidated meanwhile; `soci()` is closed then.
struct Checkin : PoolEvent {
    static constexpr Id id = Id::checkin;
    bool connected = true;
};

/// A connection is about to be closed because it is dead or a user wished so. `error` is its cause, or null.
struct Invalidate : PoolEvent {
    static constexpr Id id = Id::invalidate;
    std::exception_ptr error{};
};

/// A connection will be closed when it comes back. `error` is its cause, or null.
struct SoftInvalidate : PoolEvent {
    static constexpr Id id = Id::soft_invalidate;
    std::exception_ptr error{};
};

/// A connection is about to be closed. What the listener throws is logged.
struct Close : PoolEvent {
    static constexpr Id id = Id::close;
};

/// A connection has left the pool and belongs to its holder.
struct Detach : PoolEvent {
    static constexpr Id id = Id::detach;
};

/// A detached connection is about to be closed. What the listener throws is logged.
struct CloseDetached : PoolEvent {
    static constexpr Id id = Id::close_detached;
};

}  // namespace event

}  // namespace sociable
