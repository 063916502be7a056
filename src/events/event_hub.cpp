#include <sociable/events/event_hub.hpp>

#include <algorithm>
#include <mutex>
#include <vector>

namespace sociable {

namespace detail {

struct Listener {
    std::function<void(void*)> call;
    bool once;
    /// Cleared by whoever takes the listener out, so that a round that copied the list before skips it.
    std::atomic<bool> active{true};

    Listener(std::function<void(void*)> f, bool o) : call(std::move(f)), once(o) {}
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

void replace(Topic& topic, std::shared_ptr<const List> list) {
    topic.count.store(static_cast<int>(list->size()), std::memory_order_relaxed);
    topic.listeners->list = std::move(list);
}

void append(Topic& topic, std::shared_ptr<Listener> listener) {
    const std::lock_guard lock(topic.listeners->mutex);
    auto next = std::make_shared<List>(*topic.listeners->list);
    next->push_back(std::move(listener));
    replace(topic, std::move(next));
}

/// Without memory the listener stays in the list, inactive.
void remove(Topic& topic, const Listener& listener) noexcept {
    try {
        const std::lock_guard lock(topic.listeners->mutex);
        auto next = std::make_shared<List>(*topic.listeners->list);
        std::erase_if(*next, [&](const auto& other) { return other.get() == &listener; });
        replace(topic, std::move(next));
    } catch (...) {
    }
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

EventHub::~EventHub() = default;

Subscription EventHub::add(event::Id id, std::function<void(void*)> listener, ListenOptions options) {
    const auto& topic = topics_[static_cast<std::size_t>(id)];
    auto entry = std::make_shared<detail::Listener>(std::move(listener), options.once);
    Subscription subscription(topic, entry);
    detail::append(*topic, std::move(entry));
    return subscription;
}

void EventHub::fire(event::Id id, void* e) const {
    if (parent_) parent_->fire(id, e);
    const auto& topic = topics_[static_cast<std::size_t>(id)];
    if (topic->count.load(std::memory_order_relaxed) == 0) return;
    const std::shared_ptr<detail::Topic> alive = topic;  // a listener may destroy the hub's owner
    const auto list = detail::current(*alive);
    for (const auto& listener : *list) {
        if (listener->once) {
            if (!listener->active.exchange(false)) continue;
            detail::remove(*alive, *listener);
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

Subscription::Subscription(std::weak_ptr<detail::Topic> topic, std::weak_ptr<detail::Listener> listener) noexcept
    : topic_(std::move(topic)), listener_(std::move(listener)) {}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
    if (this != &other) {
        reset();
        topic_ = std::move(other.topic_);
        listener_ = std::move(other.listener_);
    }
    return *this;
}

Subscription::~Subscription() { reset(); }

void Subscription::reset() noexcept {
    const auto topic = topic_.lock();
    const auto listener = listener_.lock();
    release();
    if (topic && listener && listener->active.exchange(false)) detail::remove(*topic, *listener);
}

void Subscription::release() noexcept {
    topic_.reset();
    listener_.reset();
}

}  // namespace sociable
