#include "pool/statement_cache.hpp"

#include "dialect/session_effect.hpp"

#include <utility>

namespace sociable::pool {

StatementCache::Lease StatementCache::take(std::string_view text, const dialect::Dialect& dialect,
                                           dialect::Driver& driver) {
    const auto found = by_text_.find(text);
    if (found != by_text_.end() && !found->second->in_use) {
        add(hits_);
        statements_.splice(statements_.begin(), statements_, found->second);
        found->second->in_use = true;
        return Lease(&*found->second, GiveBack{this});
    }

    add(misses_);
    PreparedStatement fresh{std::string(text), dialect::parse_sql(text, dialect.sql_rules()), nullptr};
    fresh.changes_session = dialect::may_change_session(text);
    fresh.locks_tables = fresh.changes_session && dialect::may_lock_tables(text);
    fresh.statement = driver.prepare(fresh.sql.sql, fresh.sql.parameters.size());
    const bool keep = capacity_ > 0 && found == by_text_.end();
    if (keep) evict();
    statements_.push_front(std::move(fresh));
    Lease lease(&statements_.front(), GiveBack{this});
    if (keep) {
        by_text_.emplace(lease->text, statements_.begin());
        lease->kept = true;
    }
    return lease;
}

void StatementCache::give_back(PreparedStatement& statement) noexcept {
    if (statement.statement) statement.statement->finish();
    statement.bulk.reset();
    if (statement.kept)
        statement.in_use = false;
    else
        statements_.remove_if([&](const PreparedStatement& other) { return &other == &statement; });
}

void StatementCache::clear() noexcept {
    by_text_.clear();
    for (auto it = statements_.begin(); it != statements_.end();) {
        if (it->in_use) {
            it->bulk.reset();
            it->statement.reset();
            it->kept = false;
            ++it;
        } else {
            it = statements_.erase(it);
        }
    }
}

void StatementCache::evict() {
    for (auto it = statements_.end(); by_text_.size() >= capacity_ && it != statements_.begin();) {
        --it;
        if (it->in_use || !it->kept) continue;
        by_text_.erase(it->text);
        it = statements_.erase(it);
        add(evictions_);
    }
}

}  // namespace sociable::pool
