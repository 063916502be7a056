#include "dialect/mysql_text_statement.hpp"

#include <charconv>
#include <utility>

namespace sociable::dialect {

namespace {

template <class Number>
Number parse(std::string_view text) {
    Number number{};
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

MysqlTextStatement::MysqlTextStatement(MysqlConnection& connection, std::string sql)
    : connection_(connection), sql_(std::move(sql)) {}

void MysqlTextStatement::execute(std::span<const ValueView> /*values*/, Delivery /*delivery*/) {
    finish();
    connection_.require_free();
    names_.clear();
    affected_rows_ = 0;
    last_insert_id_.reset();
    try {
        run();
    } catch (const DatabaseError&) {
        connection_.ask_for_transaction();
        throw;
    }
}

void MysqlTextStatement::run() {
    MYSQL* native = connection_.native();
    if (mysql_real_query(native, sql_.data(), static_cast<unsigned long>(sql_.size())) != 0) connection_.fail();
    result_.reset(mysql_store_result(native));
    if (result_) {
        for (const MYSQL_FIELD& field : std::span(mysql_fetch_fields(result_.get()), mysql_num_fields(result_.get())))
            names_.emplace_back(field.name, field.name_length);
    } else if (mysql_field_count(native) != 0) {
        connection_.fail();
    } else {
        affected_rows_ = static_cast<std::int64_t>(mysql_affected_rows(native));
        if (const auto id = mysql_insert_id(native); id != 0) last_insert_id_ = static_cast<std::int64_t>(id);
    }
    connection_.drop_results();
}

bool MysqlTextStatement::fetch() {
    row_ = result_ ? mysql_fetch_row(result_.get()) : nullptr;
    return row_ != nullptr;
}

ValueView MysqlTextStatement::cell(std::size_t column) {
    if (!row_[column]) return ValueView::null();
    const MYSQL_FIELD& field = *mysql_fetch_field_direct(result_.get(), static_cast<unsigned>(column));
    const std::string_view chars(row_[column], mysql_fetch_lengths(result_.get())[column]);
    switch (form_of(field)) {
        case MysqlForm::integer:
            return field.flags & UNSIGNED_FLAG ? ValueView::uint64(parse<std::uint64_t>(chars))
                                               : ValueView::int64(parse<std::int64_t>(chars));
        case MysqlForm::real: return ValueView::float64(parse<double>(chars));
        case MysqlForm::bits: return read_bits(chars);
        case MysqlForm::blob: return ValueView::blob(std::as_bytes(std::span(chars)));
        default: return ValueView::text(chars);
    }
}

void MysqlTextStatement::finish() noexcept {
    row_ = nullptr;
    result_.reset();
}

}  // namespace sociable::dialect
