#include "pool/statement_cache.hpp"

#include <utility>

namespace sociable::pool {

void StatementCache::GiveBack::operator()(PreparedStatement* statement) const noexcept {
    statement->statement->finish();
    if (cache)
        statement->in_use = false;
    else
        delete statement;
}

StatementCache::Lease StatementCache::take(std::string_view text, const dialect::Dialect& dialect,
                                           dialect::Driver& driver) {
    const auto found = by_text_.find(text);
    if (found != by_text_.end() && !found->second->in_use) {
        kept_.splice(kept_.begin(), kept_, found->second);
        found->second->in_use = true;
        return Lease(&*found->second, GiveBack{this});
    }

    PreparedStatement fresh{std::string(text), dialect::parse_sql(text, dialect.sql_rules()), nullptr, true};
    fresh.statement = driver.prepare(fresh.sql.sql, fresh.sql.parameters.size());
    if (capacity_ == 0 || found != by_text_.end())
        return Lease(new PreparedStatement(std::move(fresh)), GiveBack{});

    evict();
    kept_.push_front(std::move(fresh));
    try {
        by_text_.emplace(kept_.front().text, kept_.begin());
    } catch (...) {
        kept_.pop_front();
        throw;
    }
    return Lease(&kept_.front(), GiveBack{this});
}

void StatementCache::clear() noexcept {
    by_text_.clear();
    kept_.clear();
}

void StatementCache::evict() {
    for (auto it = kept_.end(); kept_.size() >= capacity_ && it != kept_.begin();) {
        --it;
        if (it->in_use) continue;
        by_text_.erase(it->text);
        it = kept_.erase(it);
    }
}

}  // namespace sociable::pool
