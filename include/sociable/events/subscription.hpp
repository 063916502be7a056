#pragma once

#include <memory>

namespace sociable {

namespace detail {
struct Listener;
}  // namespace detail

/// A listener's place in the list. It is taken out when the subscription is destroyed or reset; release() leaves it in
/// for good. It may outlive what it listens to, and may be ended inside the running event.
///
/// Thread safety: as a std::unique_ptr. When the listener is being called by another thread while its subscription
/// ends, that call goes on to its end.
class [[nodiscard]] Subscription {
public:
    Subscription() noexcept = default;
    Subscription(Subscription&& other) noexcept = default;
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription();

    /// Unsubscribes now.
    void reset() noexcept;
    /// Keeps the listener for as long as the engine, pool or process lives.
    void release() noexcept;

private:
    friend class EventHub;
    explicit Subscription(std::weak_ptr<detail::Listener> listener) noexcept;

    std::weak_ptr<detail::Listener> listener_;
};

}  // namespace sociable
