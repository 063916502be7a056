#include "dialect/sqlite_statement.hpp"

#include "dialect/choices.hpp"
#include "dialect/sqlite_bind.hpp"
#include "dialect/sqlite_errors.hpp"

#include <sociable/errors/error.hpp>

#include <sqlite3.h>

#include <utility>

namespace sociable::dialect {

namespace {

void expect_parameters(std::size_t expected, std::size_t given) {
    if (expected != given)
        throw ArgumentError("the statement has " + std::to_string(expected) + " parameters, but " +
                            std::to_string(given) + " were given");
}

// While it lives, the connection's last rowid is 0, so that an insert shows. Afterwards it is what it was, unless there
// was an insert. A statement that asks for the last rowid itself must see it, so that nothing is done for it.
class LastRowid {
public:
    LastRowid(::sqlite3* db, bool needed) : db_(db), before_(sqlite3_last_insert_rowid(db)), needed_(needed) {
        if (!needed_) sqlite3_set_last_insert_rowid(db_, 0);
    }
    LastRowid(const LastRowid&) = delete;
    LastRowid& operator=(const LastRowid&) = delete;
    ~LastRowid() {
        if (!needed_ && now() == 0) sqlite3_set_last_insert_rowid(db_, before_);
    }

    std::optional<std::int64_t> of_insert(std::int64_t affected_rows) const {
        const bool inserted = needed_ ? affected_rows > 0 : now() != 0;
        return inserted ? std::optional<std::int64_t>(now()) : std::nullopt;
    }

private:
    std::int64_t now() const { return sqlite3_last_insert_rowid(db_); }

    ::sqlite3* db_;
    std::int64_t before_;
    bool needed_;
};

}  // namespace

SqliteStatement::SqliteStatement(::sqlite3* db, const std::string& sql, std::size_t parameters)
    : db_(db),
      handle_(prepare_sqlite(db, sql, true)),
      reads_only_(sqlite3_stmt_readonly(handle_.get()) != 0),
      asks_last_id_(lower_case(sql).find("last_insert_rowid") != std::string::npos) {
    expect_parameters(static_cast<std::size_t>(sqlite3_bind_parameter_count(handle_.get())), parameters);
}

void SqliteStatement::execute(std::span<const ValueView> values, Delivery /*delivery*/) {
    finish();
    affected_rows_ = 0;
    last_insert_id_.reset();
    try {
        bind(values);
        if (!reads_only_)
            write();
        else if (step())
            position_ = Position::before_row;
        read_columns();
    } catch (...) {
        finish();
        throw;
    }
}

bool SqliteStatement::fetch() {
    if (position_ == Position::done) return false;
    if (position_ == Position::before_row) {
        position_ = Position::on_row;
        return true;
    }
    bool found = false;
    if (reads_only_) {
        found = step();
    } else {
        rows_.pop_front();
        found = !rows_.empty();
    }
    if (!found) finish();
    return found;
}

ValueView SqliteStatement::cell(std::size_t column) {
    return reads_only_ ? sqlite_column(handle_.get(), static_cast<int>(column)) : rows_.front()[column];
}

void SqliteStatement::finish() noexcept {
    reset();
    if (!rows_.empty()) rows_.clear();  // only of what writes, and dear also when there are none
    if (!texts_.empty()) texts_.clear();
    position_ = Position::done;
}

void SqliteStatement::reset() noexcept {
    if (!std::exchange(used_, false)) return;
    sqlite3_reset(handle_.get());  // tells the error of the last step once more
    sqlite3_clear_bindings(handle_.get());
}

void SqliteStatement::bind(std::span<const ValueView> values) {
    expect_parameters(static_cast<std::size_t>(sqlite3_bind_parameter_count(handle_.get())), values.size());
    used_ = true;
    // What only reads is stepped after execute() has returned, when the values may be gone.
    int parameter = 0;
    for (const ValueView& value : values) bind_sqlite(handle_.get(), ++parameter, value, reads_only_);
}

void SqliteStatement::write() {
    const LastRowid last_rowid(db_, asks_last_id_);
    const auto changes_before = sqlite3_total_changes64(db_);
    while (step()) keep_row();
    reset();
    // sqlite3_changes tells of the last statement that counted changes, which a CREATE TABLE doesn't.
    if (sqlite3_total_changes64(db_) != changes_before) affected_rows_ = sqlite3_changes64(db_);
    last_insert_id_ = last_rowid.of_insert(affected_rows_);
    if (!rows_.empty()) position_ = Position::before_row;
}

// Moves to the next row. False at the end.
bool SqliteStatement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    auto error = sqlite_error(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_));
    finish();
    raise(std::move(error));
}

void SqliteStatement::keep_row() {
    std::vector<ValueView> row;
    const int count = sqlite3_column_count(handle_.get());
    row.reserve(static_cast<std::size_t>(count));
    for (int column = 0; column < count; ++column) {
        ValueView value = sqlite_column(handle_.get(), column);
        if (value.kind() == ValueView::Kind::text)
            value = ValueView::text(texts_.emplace_back(value.as_text()));
        else if (value.kind() == ValueView::Kind::blob)
            value = ValueView::blob(std::as_bytes(std::span(texts_.emplace_back(value.as_text()))));
        row.push_back(value);
    }
    rows_.push_back(std::move(row));
}

// The names change only when SQLite has prepared the statement again, after a change of the schema.
void SqliteStatement::read_columns() {
    const int preparations = sqlite3_stmt_status(handle_.get(), SQLITE_STMTSTATUS_REPREPARE, 0);
    if (preparations == preparations_) return;
    preparations_ = preparations;
    columns_.clear();
    const int count = sqlite3_column_count(handle_.get());
    for (int column = 0; column < count; ++column) {
        const char* name = sqlite3_column_name(handle_.get(), column);
        columns_.emplace_back(name ? name : "");
    }
}

}  // namespace sociable::dialect
