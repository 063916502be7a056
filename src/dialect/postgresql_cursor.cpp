#include "dialect/postgresql_cursor.hpp"

#include "dialect/choices.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace sociable::dialect {

namespace {

constexpr std::size_t batch_bytes = 256 * 1024;
constexpr int first_batch = 64;
/// Rows that follow may be larger than those seen.
constexpr int most_growth = 4;

constexpr std::array<std::string_view, 4> beginnings{"select", "values", "table", "with"};
/// FOR UPDATE and the like lock rows as they are fetched.
constexpr std::array<std::string_view, 6> unfit{"into", "for", "insert", "update", "delete", "merge"};

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

/// The end of the quoted text, name or comment that begins at `at`; `at` itself when none does. parse_sql() has made
/// sure that each has an end.
std::size_t end_of_quoted(std::string_view sql, std::size_t at) {
    const auto behind = [&](std::string_view end, std::size_t from) {
        const std::size_t found = sql.find(end, from);
        return found == std::string_view::npos ? sql.size() : found + end.size();
    };
    const std::string_view rest = sql.substr(at);
    if (rest.starts_with('\'') || rest.starts_with('"')) return behind(rest.substr(0, 1), at + 1);
    if (rest.starts_with("--")) return behind("\n", at);
    if (!rest.starts_with("/*")) return at;
    std::size_t end = at + 2;
    for (int depth = 1; depth > 0 && end < sql.size();) {
        const std::string_view mark = sql.substr(end, 2);
        depth += mark == "/*" ? 1 : mark == "*/" ? -1 : 0;
        end += mark == "/*" || mark == "*/" ? 2 : 1;
    }
    return end;
}

}  // namespace

bool is_for_cursor(std::string_view text) {
    const std::string sql = lower_case(text);
    if (sql.find('\\') != std::string::npos) return false;  // which may hide the end of a quote
    bool first = true;
    for (std::size_t at = 0; at < sql.size();) {
        const char c = sql[at];
        if (const std::size_t end = end_of_quoted(sql, at); end != at) {
            at = end;
        } else if (is_word(c)) {
            const std::size_t begin = at;
            while (at < sql.size() && (is_word(sql[at]) || sql[at] == '$')) ++at;
            const std::string_view word = std::string_view(sql).substr(begin, at - begin);
            if (first && std::ranges::find(beginnings, word) == beginnings.end()) return false;
            if (std::ranges::find(unfit, word) != unfit.end()) return false;
            first = false;
        } else if (c == '$' && at + 1 < sql.size() && !(sql[at + 1] >= '0' && sql[at + 1] <= '9')) {
            return false;  // a text in dollar quotes
        } else {
            ++at;
        }
    }
    return !first;
}

void PostgresqlCursor::open(const std::string& sql, const PostgresqlParameters& parameters, std::size_t batch) {
    std::string name = link_.new_name();
    const std::string declaration = "DECLARE " + name + " NO SCROLL CURSOR FOR " + sql;
    link_.check_sent(PQsendQueryParams(link_.native(), declaration.c_str(), parameters.size(),
                                       parameters.types().data(), parameters.values(), parameters.lengths(),
                                       parameters.formats(), 0));
    link_.receive();
    name_ = std::move(name);
    adapts_ = batch == 0;
    batch_ = adapts_ ? first_batch
                     : static_cast<int>(std::min<std::size_t>(batch, std::numeric_limits<std::int32_t>::max()));
}

PostgresqlResult PostgresqlCursor::fetch(bool binary) {
    try {
        const std::string sql = "FETCH FORWARD " + std::to_string(batch_) + " FROM " + name_;
        link_.check_sent(PQsendQueryParams(link_.native(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, binary));
        PostgresqlResult rows = link_.receive();
        if (PQntuples(rows.get()) < batch_)
            close();
        else if (adapts_)
            adapt_batch(rows.get());
        return rows;
    } catch (...) {
        name_.clear();
        throw;
    }
}

void PostgresqlCursor::adapt_batch(const PGresult* rows) {
    const std::size_t row_bytes = std::max<std::size_t>(PQresultMemorySize(rows) / static_cast<std::size_t>(batch_), 1);
    batch_ = std::clamp(static_cast<int>(batch_bytes / row_bytes), 1, batch_ * most_growth);
}

void PostgresqlCursor::close() noexcept {
    try {
        const std::string name = std::exchange(name_, {});
        if (!name.empty() && link_.transaction_state() == TransactionState::active) link_.run("CLOSE " + name);
    } catch (const std::exception&) {
        // It goes with the transaction at the latest.
    }
}

}  // namespace sociable::dialect
