#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace sociable {

class Transaction;

namespace detail {
class ConnectionState;

/// Runs `f(owner)` in the transaction and commits it, or rolls it back when `f` throws. Returns what `f` returns.
template <class Owner, class F>
auto run_in(Transaction transaction, Owner& owner, F&& f);
}  // namespace detail

/// A transaction or a savepoint of a connection, as a scope: what has not been committed when it goes is rolled back.
/// Its destructor never throws and never commits.
///
/// Thread safety: used by the thread that uses the connection. It may outlive the connection, whose end rolls back.
class [[nodiscard]] Transaction {
public:
    Transaction(std::shared_ptr<detail::ConnectionState> connection, std::uint64_t id) noexcept;
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    /// Commits the transaction, or releases the savepoint. @throws InvalidRequestError when it has ended,
    /// ResourceClosedError when it was moved from, PendingRollbackError when it has failed, DatabaseError
    void commit();
    /// Rolls back the transaction, or to the savepoint. Harmless when it has ended.
    void rollback();
    /// Neither committed nor rolled back yet.
    bool is_active() const noexcept;

private:
    template <class Owner, class F>
    friend auto detail::run_in(Transaction transaction, Owner& owner, F&& f);
    /// commit() at the end of a function's scope. The function may have ended the transaction itself, but must not have
    /// begun another. @throws InvalidRequestError
    void commit_scope();

    std::shared_ptr<detail::ConnectionState> connection_;
    std::uint64_t id_;
};

namespace detail {

template <class Owner, class F>
auto run_in(Transaction transaction, Owner& owner, F&& f) {
    if constexpr (std::is_void_v<std::invoke_result_t<F, Owner&>>) {
        std::invoke(std::forward<F>(f), owner);
        transaction.commit_scope();
    } else {
        auto result = std::invoke(std::forward<F>(f), owner);
        transaction.commit_scope();
        return result;
    }
}

}  // namespace detail

}  // namespace sociable
