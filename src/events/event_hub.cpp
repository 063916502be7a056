#include <sociable/events/event_hub.hpp>

#include <algorithm>
#include <mutex>
#include <thread>
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

/// Never changed: another takes its place. Ends with its last user, of which the topic is the first.
struct List {
    std::vector<std::shared_ptr<Listener>> listeners;
    mutable std::atomic<int> users{1};

    void leave() const noexcept {
        if (users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }
};

/// Who fires keeps the list it begins with, and no lock is held while listeners are called.
///
/// Nor is one taken for that: who fires counts itself in as entering, reads which list there is, and counts itself as
/// its user; who puts another list there waits afterwards until nobody is entering, for a few instructions, before it
/// leaves the old one. Both in sequentially consistent order: whoever was not seen entering reads the new list. Gains
/// a third of what an event costs.
struct Topic::Listeners {
    std::mutex mutex;  ///< of those who change the list
    std::atomic<int> entering{0};
    std::atomic<const List*> list{new List};

    ~Listeners() { list.load()->leave(); }

    const List& enter() noexcept {
        entering.fetch_add(1);
        const List& now = *list.load();
        now.users.fetch_add(1, std::memory_order_relaxed);
        entering.fetch_sub(1);
        return now;
    }
};

Topic::Topic() : listeners(std::make_unique<Listeners>()) {}
Topic::~Topic() = default;

namespace {

/// Calls what was listening when it began, also when the topic ends meanwhile.
class Round {
public:
    explicit Round(const Topic& topic) noexcept : list_(topic.listeners->enter()) {}
    ~Round() { list_.leave(); }
    Round(const Round&) = delete;
    Round& operator=(const Round&) = delete;

    auto begin() const noexcept { return list_.listeners.begin(); }
    auto end() const noexcept { return list_.listeners.end(); }

private:
    const List& list_;
};

/// Lets `change` change a copy of the listeners.
template <class F>
void change(Topic& topic, F change) {
    Topic::Listeners& all = *topic.listeners;
    const List* before = nullptr;
    {
        const std::lock_guard lock(all.mutex);
        auto next = std::make_unique<List>();
        next->listeners = all.list.load()->listeners;
        change(next->listeners);
        topic.count.store(static_cast<int>(next->listeners.size()), std::memory_order_relaxed);
        before = all.list.exchange(next.release());
        while (all.entering.load() != 0) std::this_thread::yield();
    }
    before->leave();  // without the lock: what listeners have captured may end with it
}

/// Without memory the listener stays in the list, inactive.
void remove(const Listener& listener) noexcept {
    const auto topic = listener.topic.lock();
    if (!topic) return;
    try {
        change(*topic, [&](auto& listeners) {
            std::erase_if(listeners, [&](const auto& other) { return other.get() == &listener; });
        });
    } catch (...) {
    }
}

}  // namespace

}  // namespace detail

EventHub::EventHub(const EventHub* parent) : parent_(parent) {
    for (auto& topic : topics_) topic = std::make_shared<detail::Topic>();
}

EventHub::~EventHub() = default;

Subscription EventHub::add(event::Id id, std::function<void(void*)> listener, ListenOptions options) {
    const auto& topic = topics_[static_cast<std::size_t>(id)];
    auto entry = std::make_shared<detail::Listener>(std::move(listener), options.once, topic);
    Subscription subscription(entry);
    detail::change(*topic, [&](auto& listeners) { listeners.push_back(std::move(entry)); });
    return subscription;
}

void EventHub::fire(event::Id id, void* e) const {
    if (parent_ && parent_->has_listeners(id)) parent_->fire(id, e);
    const detail::Topic& all = topic(id);
    if (all.count.load(std::memory_order_relaxed) == 0) return;
    for (const auto& listener : detail::Round(all)) {  // from here on a listener may destroy this hub's owner
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
