#pragma once

#include <sociable/engine/engine.hpp>
#include <sociable/errors/source_location.hpp>
#include <sociable/session/session_options.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace sociable::detail {

/// What a Session is made of. Its address is fixed while the Session moves.
class SessionState {
public:
    SessionState(Engine engine, SessionOptions options, SourceLocation place);
    SessionState(Connection& outer, SessionOptions options);

    void begin(const TransactionOptions& options);
    /// The connection of the transaction, which begins if none has.
    Connection& connection();
    void give_up_failed_begin() noexcept;
    void commit();
    void rollback();
    void invalidate();
    void close();
    bool in_transaction() const noexcept { return begun_ || part_ != Part::none; }
    bool closed() const noexcept { return closed_; }
    void require_open() const;

    /// Counts the transactions.
    std::uint64_t transaction() const noexcept { return transaction_; }

private:
    friend class SessionUse;
    /// What the session's commit and rollback act on.
    enum class Part {
        none,
        whole,         ///< a transaction that the session began
        savepoint,     ///< one in an outer transaction
        outer,         ///< an outer transaction
        rollback_only  ///< an outer transaction, which is not the session's to commit
    };

    Connection& connection_of();
    void join(Connection& outer);
    void end() noexcept;
    void refuse_listeners(const char* call) const;
    template <class E>
    void fire();

    std::optional<Engine> engine_;
    Connection* const outer_ = nullptr;
    const std::shared_ptr<EngineState> shared_;
    const SessionOptions options_;
    const SourceLocation place_;

    std::optional<Connection> own_;
    std::optional<Transaction> savepoint_;
    Part part_ = Part::none;
    bool begun_ = false;  ///< by begin(); no connection is taken before it is needed
    TransactionOptions transaction_options_;
    std::uint64_t transaction_ = 0;
    bool closed_ = false;
    int listening_ = 0;                    ///< events that listeners are being told of
    std::atomic<std::thread::id> user_{};  ///< the thread that is inside, if one is
};

}  // namespace sociable::detail
