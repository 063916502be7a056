#pragma once

#include "dialect/dialect.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sociable::pool {

/// A statement of one connection with the names of its parameters.
struct PreparedStatement {
    std::string text;  ///< as the user wrote it
    dialect::SqlText sql;
    /// Null once its connection has closed under it.
    std::unique_ptr<dialect::Statement> statement;
    std::shared_ptr<const std::vector<std::string>> columns{};  ///< of its last result
    std::unique_ptr<dialect::BulkInsert> bulk{};                ///< a faster way for many rows, for the time of one use
    bool changes_session = false;                               ///< perhaps, see dialect/session_effect.hpp
    bool locks_tables = false;                                  ///< perhaps
    bool kept = false;                                          ///< found again by its text
    bool in_use = true;
};

/// The prepared statements of one connection, by their text; the least recently used goes first. Gains: a select by
/// primary key on SQLite takes a fifth of the time, one on PostgreSQL half. One thread at a time, but for the counts.
class StatementCache {
public:
    struct GiveBack {
        StatementCache* cache = nullptr;
        void operator()(PreparedStatement* statement) const noexcept { cache->give_back(*statement); }
    };
    /// A statement in use. The cache outlives it; the connection need not.
    using Lease = std::unique_ptr<PreparedStatement, GiveBack>;

    explicit StatementCache(std::size_t capacity) : capacity_(capacity) {}

    /// The kept statement, unless a result is still being read from it; else one prepared now.
    Lease take(std::string_view text, const dialect::Dialect& dialect, dialect::Driver& driver);
    /// Destroys every statement, in use or not. Needed before the connection closes, and before a reset that drops
    /// prepared statements.
    void clear() noexcept;

    std::size_t size() const noexcept { return by_text_.size(); }

    // Counted over all connections of the slot. Any thread may read them.
    std::uint64_t hits() const noexcept { return hits_.load(std::memory_order_relaxed); }
    std::uint64_t misses() const noexcept { return misses_.load(std::memory_order_relaxed); }
    std::uint64_t evictions() const noexcept { return evictions_.load(std::memory_order_relaxed); }

private:
    using Statements = std::list<PreparedStatement>;
    using Count = std::atomic<std::uint64_t>;

    /// No read-modify-write: only the slot's owner counts, and an owner sees what the one before it has written, since
    /// the pool hands slots over with a lock, or release and acquire.
    static void add(Count& count) noexcept {
        count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    void give_back(PreparedStatement& statement) noexcept;
    void evict();

    std::size_t capacity_;
    Statements statements_;  ///< most recently used first
    std::unordered_map<std::string_view, Statements::iterator> by_text_;
    Count hits_{0};
    Count misses_{0};
    Count evictions_{0};
};

}  // namespace sociable::pool
