#pragma once

#include "dialect/dialect.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sociable::pool {

/// A statement of one connection with the names of its parameters.
struct PreparedStatement {
    std::string text;  ///< as the user wrote it
    dialect::SqlText sql;
    std::unique_ptr<dialect::Statement> statement;
    bool in_use = false;
};

/// The prepared statements of one connection, by their text; the least recently used goes first. Gains: a select by
/// primary key on SQLite takes a fifth of the time, one on PostgreSQL half. One thread at a time.
class StatementCache {
public:
    /// Gives the statement back to its cache when it goes; one that isn't kept is destroyed.
    struct GiveBack {
        StatementCache* cache = nullptr;
        void operator()(PreparedStatement* statement) const noexcept;
    };
    using Lease = std::unique_ptr<PreparedStatement, GiveBack>;

    explicit StatementCache(std::size_t capacity) : capacity_(capacity) {}

    /// The kept statement, unless a result is still being read from it; else one prepared now. The lease must go before
    /// the connection closes.
    Lease take(std::string_view text, const dialect::Dialect& dialect, dialect::Driver& driver);
    /// Destroys what is kept. Needed before the connection closes, and before a reset that drops prepared statements.
    void clear() noexcept;

    std::size_t size() const noexcept { return kept_.size(); }

private:
    using Kept = std::list<PreparedStatement>;

    void evict();

    std::size_t capacity_;
    Kept kept_;  ///< most recently used first
    std::unordered_map<std::string_view, Kept::iterator> by_text_;
};

}  // namespace sociable::pool
