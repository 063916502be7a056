#include <sociable/events/event_hub.hpp>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace sociable {

namespace detail {

struct Listener {
    std::function<void(void*)> call;
    bool once;
    std::weak_ptr<Topic> topic;
    /// Cleared by whoever takes the listener out, so that a round that goes on with the list before skips it.
    std::atomic<bool> active{true};

    Listener(std::function<void(void*)> f, bool o, std::weak_ptr<Topic> t)
        : call(std::move(f)), once(o), topic(std::move(t)) {}
};

using List = std::vector<std::shared_ptr<Listener>>;

/// Copied on write: a running round keeps the list it began with, and no lock is held while listeners are called.
struct Topic::Listeners {
    std::mutex mutex;
    std::shared_ptr<const List> list = std::make_shared<List>();
};

Topic::Topic() : listeners(std::make_unique<Listeners>()) {}
Topic::~Topic() = default;

namespace {

/// Lets `change_list` change a copy of the list.
template <class F>
void change(Topic& topic, F change_list) {
    std::shared_ptr<const List> before;  // ends without the lock: so may what listeners have captured
    const std::lock_guard lock(topic.listeners->mutex);
    auto next = std::make_shared<List>(*topic.listeners->list);
    change_list(*next);
    topic.count.store(static_cast<int>(next->size()), std::memory_order_relaxed);
    before = std::exchange(topic.listeners->list, std::move(next));
}

/// Without memory the listeners stay in the list.
template <class F>
void try_change(Topic& topic, F change_list) noexcept {
    try {
        change(topic, change_list);
    } catch (...) {
    }
}

void remove(const Listener& listener) noexcept {  // which is inactive, and may stay
    const auto topic = listener.topic.lock();
    const auto is_it = [&](const auto& other) { return other.get() == &listener; };
    if (topic) try_change(*topic, [&](List& list) { std::erase_if(list, is_it); });
}

void clear(Topic& topic) noexcept {
    try_change(topic, [](List& list) { list.clear(); });
}

std::shared_ptr<const List> current(const Topic& topic) {
    const std::lock_guard lock(topic.listeners->mutex);
    return topic.listeners->list;
}

}  // namespace

}  // namespace detail

EventHub::EventHub(const EventHub* parent) : parent_(parent) {
    for (auto& topic : topics_) topic = std::make_shared<detail::Topic>();
}

/// What listeners have captured may listen and fire here when it ends: while every topic is there.
EventHub::~EventHub() {
    for (const auto& topic : topics_) detail::clear(*topic);
}

Subscription EventHub::add(event::Id id, std::function<void(void*)> listener, ListenOptions options) {
    const auto& topic = topics_[static_cast<std::size_t>(id)];
    auto entry = std::make_shared<detail::Listener>(std::move(listener), options.once, topic);
    Subscription subscription(entry);
    detail::change(*topic, [&](detail::List& list) { list.push_back(std::move(entry)); });
    return subscription;
}

void EventHub::fire(event::Id id, void* e) const {
    if (parent_ && parent_->has_listeners(id)) parent_->fire(id, e);
    const detail::Topic& all = topic(id);
    if (all.count.load(std::memory_order_relaxed) == 0) return;
    const auto list = detail::current(all);  // from here on a listener may destroy this hub's owner
    for (const auto& listener : *list) {
        if (listener->once) {
            if (!listener->active.exchange(false)) continue;
            detail::remove(*listener);
        } else if (!listener->active.load()) {
            continue;
        }
        listener->call(e);
    }
}

EventHub& process_events() {
    static auto* hub = new EventHub;  // never destroyed: engines with static storage duration fire while they end
    return *hub;
}

Subscription::Subscription(std::weak_ptr<detail::Listener> listener) noexcept : listener_(std::move(listener)) {}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
    if (this != &other) {
        reset();
        listener_ = std::move(other.listener_);
    }
    return *this;
}

Subscription::~Subscription() { reset(); }

void Subscription::reset() noexcept {
    const auto listener = listener_.lock();
    release();
    if (listener && listener->active.exchange(false)) detail::remove(*listener);
}

void Subscription::release() noexcept { listener_.reset(); }

}  // namespace sociable
