#include "dialect/bulk_insert.hpp"
#include "dialect/mysql_statement.hpp"

#include <algorithm>
#include <array>

namespace sociable::dialect {

namespace {

using Kind = ValueView::Kind;

// No more of them make it faster, and when one of them is bad, all are tried one by one.
constexpr std::size_t rows_at_once = 4096;

// ER_UNSUPPORTED_PS and ER_BINLOG_NON_SUPPORTED_BULK: the server takes no arrays for this statement, or as it is set.
constexpr std::array no_arrays{1295, 4033};

// Of what is sent besides the bytes of texts, at most.
constexpr std::size_t size_of_value = 14;

std::size_t size_of(std::span<const ValueView> row) {
    std::size_t size = 0;
    for (const ValueView& value : row) {
        const bool has_text = value.kind() == Kind::text || value.kind() == Kind::blob;
        size += size_of_value + (has_text ? value.as_text().size() : 0);
    }
    return size;
}

/// Whether the row has the types, which it tells where they aren't known yet. NULL has any.
bool has_types(std::span<const ValueView> row, std::vector<Kind>& types) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const Kind kind = row[i].kind();
        if (kind == Kind::null || kind == types[i]) continue;
        if (types[i] != Kind::null) return false;
        types[i] = kind;
    }
    return true;
}

bool can_be_held(std::span<const ValueView> row) {
    try {
        for (const ValueView& value : row) MysqlParameters::check(value);
        return true;
    } catch (const DatabaseError&) {
        return false;
    }
}

/// A statement's array of rows, from which the client library asks for one after the other.
class BoundRows {
public:
    BoundRows(MYSQL_STMT* statement, std::span<const ValueView> values, std::size_t rows) noexcept
        : statement_(statement), values_(values), width_(values.size() / rows), cells_(width_) {
        set(static_cast<unsigned>(rows), this, reinterpret_cast<const void*>(&BoundRows::bind_row));
    }
    BoundRows(const BoundRows&) = delete;
    BoundRows& operator=(const BoundRows&) = delete;
    ~BoundRows() { set(0, nullptr, nullptr); }

private:
    static my_bool bind_row(void* rows, MYSQL_BIND* binds, unsigned row) {
        static_cast<BoundRows*>(rows)->bind(binds, row);
        return 0;
    }

    void bind(MYSQL_BIND* binds, std::size_t row) noexcept {
        static char is_null = STMT_INDICATOR_NULL;
        static char is_value = STMT_INDICATOR_NONE;
        for (std::size_t i = 0; i < width_; ++i) {
            const ValueView& value = values_[row * width_ + i];
            binds[i].u.indicator = value.is_null() ? &is_null : &is_value;
            if (!value.is_null()) MysqlParameters::set(binds[i], cells_[i], value);
        }
    }

    void set(unsigned rows, void* data, const void* callback) noexcept {
        mysql_stmt_attr_set(statement_, STMT_ATTR_ARRAY_SIZE, &rows);
        mysql_stmt_attr_set(statement_, STMT_ATTR_CB_USER_DATA, data);
        mysql_stmt_attr_set(statement_, STMT_ATTR_CB_PARAM, callback);
    }

    MYSQL_STMT* statement_;
    std::span<const ValueView> values_;
    std::size_t width_;
    std::vector<MysqlParameters::Cell> cells_;
};

}  // namespace

std::size_t MysqlStatement::batch_rows() const { return takes_arrays_ ? rows_at_once : 1; }

// Outside of a transaction each row commits by itself, which those of an array would do together.
void MysqlStatement::execute_many(std::span<const ValueView> values, std::size_t rows, Batch& batch) {
    const std::size_t width = mysql_stmt_param_count(native_.get());
    if (rows < 2 || !takes_arrays_ || !connection_.in_transaction() || values.size() != rows * width)
        return Statement::execute_many(values, rows, batch);
    for (std::size_t done = 0; done < rows;) {
        if (!takes_arrays_) return execute_singly(values.subspan(done * width), rows - done, done, batch);
        const std::size_t count = rows_alike(values.subspan(done * width), rows - done);
        const auto part = values.subspan(done * width, count * width);
        if (count == 1 || !execute_array(part, count, batch)) execute_singly(part, count, done, batch);
        done += count;
    }
}

/// How many rows, from the front, can be sent as one array: of the same types, and together no larger than a packet.
std::size_t MysqlStatement::rows_alike(std::span<const ValueView> values, std::size_t rows) {
    const std::size_t width = values.size() / rows;
    const std::size_t limit = connection_.packet_size();
    types_.assign(width, Kind::null);
    std::size_t size = 0;
    std::size_t count = 0;
    for (; count < std::min(rows, rows_at_once); ++count) {
        const auto row = values.subspan(count * width, width);
        size += size_of(row);
        if (size > limit || !can_be_held(row) || !has_types(row, types_)) break;
    }
    return std::max<std::size_t>(count, 1);
}

/// The server doesn't tell which row of an array was wrong. The savepoint makes that none has been done, so that they
/// can be executed one by one, which tells. False when that is to be done.
bool MysqlStatement::execute_array(std::span<const ValueView> values, std::size_t rows, Batch& batch) {
    const std::string savepoint = "sociable_array";
    connection_.run("SAVEPOINT " + savepoint);
    try {
        run_array(values, rows);
        batch.affected_rows += affected_rows_;
    } catch (const DatabaseError& error) {
        if (std::find(no_arrays.begin(), no_arrays.end(), error.native_code()) != no_arrays.end())
            takes_arrays_ = false;
        else if (!may_be_of_row(error.info()) || !connection_.in_transaction())
            throw;
        if (!connection_.roll_back_to(savepoint)) throw;
        connection_.run("RELEASE SAVEPOINT " + savepoint);
        return false;
    }
    connection_.run("RELEASE SAVEPOINT " + savepoint);
    return true;
}

void MysqlStatement::run_array(std::span<const ValueView> values, std::size_t rows) {
    finish();
    connection_.require_free();
    affected_rows_ = 0;
    last_insert_id_.reset();
    MYSQL_STMT* statement = native_.get();
    parameters_.set_types(types_);
    if (mysql_stmt_bind_param(statement, parameters_.binds()) != 0) connection_.fail(statement);
    const BoundRows bound(statement, values, rows);
    native_->field_count = 0;
    if (mysql_stmt_execute(statement) != 0) connection_.fail(statement);
    read_outcome();
    connection_.drop_results();
    connection_.refuse_changed_values();
}

void MysqlStatement::execute_singly(std::span<const ValueView> values, std::size_t rows, std::size_t first,
                                    Batch& batch) {
    Batch part{.read = batch.read};
    try {
        Statement::execute_many(values, rows, part);
    } catch (...) {
        if (part.failed_row) batch.failed_row = first + *part.failed_row;
        throw;
    }
    batch.affected_rows += part.affected_rows;
}

}  // namespace sociable::dialect
