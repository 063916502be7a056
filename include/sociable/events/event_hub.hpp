#pragma once

#include <sociable/events/event_id.hpp>
#include <sociable/events/subscription.hpp>

#include <array>
#include <atomic>
#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace sociable {

/// How a listener is called.
struct ListenOptions {
    /// Runs once and is then gone.
    bool once = false;
};

/// One of the structs in sociable::event.
template <class E>
concept Event = requires {
    { E::id } -> std::convertible_to<event::Id>;
};

namespace detail {

struct Topic {
    struct Listeners;
    Topic();
    ~Topic();

    /// Only ever a hint for "nobody listens", so that relaxed order is enough: who needs a listener to be seen has
    /// ordered its subscription before the event by other means.
    std::atomic<int> count{0};
    std::unique_ptr<Listeners> listeners;
};

}  // namespace detail

/// The listeners of an engine, of a pool, or of the whole process. A hub with a parent fires the parent's listeners
/// first, each hub's in the order of subscription.
///
/// Thread safety: every member may be called by several threads at once, also from inside a listener. An event that
/// nobody listens to costs one atomic load for each hub.
class EventHub {
public:
    /// The parent outlives this hub.
    explicit EventHub(const EventHub* parent = nullptr);
    EventHub(const EventHub&) = delete;
    EventHub& operator=(const EventHub&) = delete;
    ~EventHub();

    /// `listener` is called with an E&, or a const E&.
    template <class E, class F>
    Subscription listen(F&& listener, ListenOptions options = {}) {
        constexpr bool fits = std::is_invocable_v<F&, E&>;
        static_assert(Event<E>, "sociable: this is no event; they are the structs in the namespace sociable::event");
        static_assert(
            !Event<E> || fits,
            "sociable: a listener is called with its event, e.g. [](const sociable::event::Checkout& e) {...}");
        if constexpr (Event<E> && fits)  // or the compiler adds what it can't call
            return add(
                E::id, [f = std::forward<F>(listener)](void* e) mutable { static_cast<void>(f(*static_cast<E*>(e))); },
                options);
        else
            std::terminate();
    }

    template <class E>
    bool has_listeners() const noexcept {
        return has_listeners(E::id);
    }

    /// Calls every listener with `e`. A listener that throws ends the round; the exception passes on.
    template <class E>
    void fire(E& e) const {
        fire(E::id, &e);
    }

private:
    bool has_listeners(event::Id id) const noexcept {
        for (const EventHub* hub = this; hub; hub = hub->parent_)
            if (hub->topic(id).count.load(std::memory_order_relaxed) != 0) return true;
        return false;
    }
    const detail::Topic& topic(event::Id id) const noexcept { return *topics_[static_cast<std::size_t>(id)]; }
    Subscription add(event::Id id, std::function<void(void*)> listener, ListenOptions options);
    void fire(event::Id id, void* e) const;

    const EventHub* parent_;
    std::array<std::shared_ptr<detail::Topic>, event::id_count> topics_;
};

/// The listeners to every engine of the process. They run before an engine's own.
EventHub& process_events();

/// Listens to every engine of the process.
template <class E, class F>
Subscription listen(F&& listener, ListenOptions options = {}) {
    return process_events().listen<E>(std::forward<F>(listener), options);
}

}  // namespace sociable
