#include "session/session_state.hpp"

#include "engine/connection_state.hpp"
#include "log/log.hpp"

#include <sociable/session/events.hpp>
#include <sociable/session/session.hpp>

#include <spdlog/spdlog.h>

namespace sociable::detail {

SessionState::SessionState(Engine engine, SessionOptions options, SourceLocation place)
    : engine_(std::move(engine)), shared_(engine_->state_), options_(std::move(options)), place_(place) {
    engine_ = engine_->with(options_.connect);
}

SessionState::SessionState(Connection& outer, SessionOptions options)
    : outer_(&outer), shared_(outer.state()->engine()), options_(std::move(options)), place_() {}

template <class E>
void SessionState::fire() {
    if (!shared_->hub.has_listeners<E>()) return;
    ++listening_;
    try {
        if constexpr (requires(E & e) { e.connection; }) {
            connection_of().state()->fire<E>();  // which refuses that its transaction is ended under the session
        } else {
            E e;
            shared_->hub.fire(e);
        }
    } catch (...) {
        --listening_;
        throw;
    }
    --listening_;
}

void SessionState::refuse_listeners(const char* call) const {
    if (listening_ != 0)
        throw InvalidRequestError(std::string("a listener can't ") + call +
                                  " the session that it is told about; throw to make the operation fail");
}

void SessionState::require_open() const {
    if (closed_) throw ResourceClosedError("this session is closed");
}

void SessionState::begin(const TransactionOptions& options) {
    require_open();
    if (in_transaction())
        throw InvalidRequestError(
            "a transaction has begun in this session already, by begin() or by its first statement; end it first, or "
            "use begin_nested()");
    begun_ = true;
    transaction_options_ = options;
    ++transaction_;
}

Connection& SessionState::connection() {
    require_open();
    if (part_ != Part::none) return connection_of();
    if (!begun_) begin({});
    if (outer_) {
        join(*outer_);
    } else {
        Connection connection = engine_->connect(place_);
        connection.state()->begin(transaction_options_);
        own_.emplace(std::move(connection));
        part_ = Part::whole;
    }
    fire<event::AfterBegin>();
    return connection_of();
}

Connection& SessionState::connection_of() { return own_ ? *own_ : *outer_; }

void SessionState::join(Connection& outer) {
    using Mode = JoinTransactionMode;
    Mode mode = options_.join_transaction_mode;
    if (mode == Mode::conditional_savepoint)
        mode = outer.in_nested_transaction() ? Mode::create_savepoint : Mode::rollback_only;
    if (!outer.in_transaction()) {
        outer.state()->begin(transaction_options_);
        part_ = Part::whole;
    } else if (mode == Mode::create_savepoint) {
        savepoint_.emplace(outer.begin_nested());
        part_ = Part::savepoint;
    } else {
        part_ = mode == Mode::rollback_only ? Part::rollback_only : Part::outer;
    }
}

void SessionState::commit() {
    require_open();
    refuse_listeners("commit");
    if (part_ != Part::none) {
        fire<event::BeforeCommit>();
        switch (part_) {
            case Part::none:
            case Part::rollback_only: break;
            case Part::whole:
            case Part::outer: connection_of().commit(); break;
            case Part::savepoint: savepoint_->commit(); break;
        }
    }
    const bool worked = part_ != Part::none;
    std::optional<Connection> returned = std::exchange(own_, std::nullopt);
    end();
    if (returned) returned->close();
    if (worked) fire<event::AfterCommit>();
}

void SessionState::rollback() {
    require_open();
    refuse_listeners("roll back");
    const bool worked = part_ != Part::none;
    std::optional<Connection> returned = std::exchange(own_, std::nullopt);
    const Part part = part_;
    std::optional<Transaction> savepoint;
    if (savepoint_) savepoint.emplace(std::move(*savepoint_));
    end();
    if (part == Part::savepoint)
        savepoint->rollback();
    else if (part != Part::none)
        (returned ? *returned : *outer_).rollback();
    if (returned) returned->close();
    if (worked) fire<event::AfterRollback>();
}

void SessionState::end() noexcept {
    savepoint_.reset();
    own_.reset();
    part_ = Part::none;
    begun_ = false;
}

void SessionState::invalidate() {
    require_open();
    refuse_listeners("invalidate");
    if (part_ == Part::none) return end();
    connection_of().invalidate();
    rollback();
}

void SessionState::close() {
    if (closed_) return;
    refuse_listeners("close");
    if (part_ == Part::rollback_only || part_ == Part::outer) end();  // an outer transaction is its owner's to end
    try {
        rollback();
    } catch (...) {
        closed_ = true;
        throw;
    }
    closed_ = true;
}

void SessionState::give_up_failed_begin() noexcept {
    if (!own_ || own_->closed() || !own_->state()->begin_failed()) return;
    end();
}

SessionUse::SessionUse(std::shared_ptr<SessionState> state) : state_(std::move(state)), outermost_(false) {
    std::thread::id nobody{};
    const auto me = std::this_thread::get_id();
    if (state_->user_.compare_exchange_strong(nobody, me, std::memory_order_acquire))
        outermost_ = true;
    else if (nobody != me)
        throw InvalidRequestError(
            "this session is being used by another thread; a session belongs to one thread at a time");
}

SessionUse::~SessionUse() {
    if (outermost_) state_->user_.store({}, std::memory_order_release);
}

Connection& SessionUse::connection() { return state_->connection(); }

void SessionUse::failed() noexcept { state_->give_up_failed_begin(); }

}  // namespace sociable::detail
