#include "engine/result_state.hpp"

#include "engine/connection_state.hpp"

#include <sociable/errors/error.hpp>

#include <cstring>
#include <utility>

namespace sociable::detail {

namespace {

/// Rows may outlive the statement. Kept with it, since two allocations are a tenth of a short select on SQLite.
std::shared_ptr<const std::vector<std::string>> columns_of(pool::PreparedStatement& statement) {
    const std::vector<std::string>& now = statement.statement->columns();
    if (!statement.columns || *statement.columns != now)
        statement.columns = std::make_shared<const std::vector<std::string>>(now);
    return statement.columns;
}

}  // namespace

ResultState::ResultState(ConnectionState& connection, pool::StatementCache::Lease statement, bool streaming)
    : connection_(&connection),
      statement_(std::move(statement)),
      streaming_(streaming),
      made_in_(connection.last_id()),
      columns_(columns_of(*statement_)),
      affected_rows_(statement_->statement->affected_rows()),
      last_insert_id_(statement_->statement->last_insert_id()) {
    if (columns_->empty())
        let_go();  // it may outlive the connection, which ends only the result that it knows of
    else if (statement_->statement->shares_connection())
        connection_->open_cursors.push_back(this);
    else
        connection_->live_result = this;
}

ResultState::ResultState(std::shared_ptr<const std::vector<std::string>> columns, std::vector<Row> rows,
                         std::int64_t affected_rows) noexcept
    : connection_(nullptr),
      streaming_(false),
      made_in_(0),
      columns_(std::move(columns)),
      affected_rows_(affected_rows),
      loaded_(std::move(rows)) {}

ResultState::~ResultState() { finish(); }

bool ResultState::next() {
    if (statement_) connection_->leave_closed_session();  // which may end this result
    if (ended_)
        throw ResourceClosedError(std::string(ended_) +
                                  " before all of the result's rows were read; read them first, by all() for example");
    current_.reset();
    if (next_loaded_ != loaded_.size()) {
        current_ = std::exchange(loaded_[next_loaded_++], Row());  // moving copies, and what was read must go
        ++row_number_;
        return true;
    }
    if (!statement_) return false;
    connection_->require_open();
    if (!statement_->statement) {  // its connection has closed under it
        end("the connection was lost");
        return next();
    }
    if (connection_->live_result != this) connection_->require_free(statement_->text);
    bool more = false;
    try {
        more = statement_->statement->fetch();
    } catch (const DatabaseError& error) {
        const std::string sql = statement_->text;
        ConnectionState& connection = *connection_;
        let_go();
        connection.raise_error(error, sql, {});
    }
    if (more)
        ++row_number_;
    else
        let_go();
    return more;
}

ValueView ResultState::cell(std::size_t column) {
    return current_ ? (*current_)[column] : statement_->statement->cell(column);
}

Row ResultState::row() { return current_ ? *current_ : copy_row(); }

Row ResultState::copy_row(dialect::Statement& statement, std::shared_ptr<const std::vector<std::string>> columns) {
    auto cells = std::make_shared<Row::Cells>();
    const std::size_t width = columns->size();
    cells->values.reserve(width);
    std::size_t text_size = 0;
    const auto has_text = [](const ValueView& v) {
        return v.kind() == ValueView::Kind::text || v.kind() == ValueView::Kind::blob;
    };
    for (std::size_t i = 0; i < width; ++i) {
        cells->values.push_back(statement.cell(i));
        if (has_text(cells->values.back())) text_size += cells->values.back().as_text().size();
    }
    cells->text = std::make_unique<char[]>(text_size);
    char* to = cells->text.get();
    for (ValueView& value : cells->values) {
        if (!has_text(value)) continue;
        const std::string_view from = value.as_text();
        if (!from.empty()) std::memcpy(to, from.data(), from.size());
        if (value.kind() == ValueView::Kind::text)
            value = ValueView::text({to, from.size()});
        else
            value = ValueView::blob({reinterpret_cast<const std::byte*>(to), from.size()});
        to += from.size();
    }
    Row row;
    row.columns_ = std::move(columns);
    row.cells_ = std::move(cells);
    return row;
}

void ResultState::detach() {
    try {
        while (statement_ && statement_->statement->fetch()) loaded_.push_back(copy_row());
    } catch (...) {
        end("reading on failed");
        throw;
    }
    let_go();
}

void ResultState::finish() noexcept {
    std::vector<Row>().swap(loaded_);
    next_loaded_ = 0;
    let_go();
}

void ResultState::end(const char* why) noexcept {
    if (!ended_ && (statement_ || next_loaded_ != loaded_.size())) ended_ = why;
    current_.reset();
    finish();
}

void ResultState::let_go() noexcept {
    if (connection_ && connection_->is_of_parent()) static_cast<void>(statement_.release());
    if (connection_) connection_->notice_closed_session();
    statement_.reset();
    if (connection_ && connection_->live_result == this)
        connection_->live_result = nullptr;
    else if (connection_)
        std::erase(connection_->open_cursors, this);
    connection_ = nullptr;
}

}  // namespace sociable::detail
