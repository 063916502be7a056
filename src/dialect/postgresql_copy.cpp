#include "dialect/postgresql_copy.hpp"

#include "dialect/postgresql_errors.hpp"
#include "dialect/postgresql_parameters.hpp"
#include "dialect/postgresql_statement.hpp"
#include "dialect/postgresql_types.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <utility>

namespace sociable::dialect {

namespace {

using Kind = ValueView::Kind;

constexpr std::size_t chunk_size = 64 * 1024;

// COPY goes by rules, and takes values for GENERATED ALWAYS AS IDENTITY, without a word; and it reads the text of an
// interval that has fields or a precision by them, which a parameter's is not.
constexpr const char* select_types =
    "SELECT a.attname, a.atttypid::pg_catalog.int8 FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind IN ('r', 'p') AND NOT c.relhasrules "
    "AND NOT pg_catalog.row_security_active(c.oid) AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity <> 'a' "
    "AND NOT (a.atttypid = 'pg_catalog.interval'::pg_catalog.regtype AND a.atttypmod <> -1)";

bool is_integer(Oid type) {
    using namespace postgresql_type;
    return type == int2 || type == int4 || type == int8 || type == numeric;
}

/// Whether the column makes the same of the value's text as of the parameter that would be bound. Texts and times are
/// bound without a type, and so read by the column's type in both cases.
bool reads_alike(const ValueView& value, Oid type) {
    switch (value.kind()) {
        case Kind::null:
        case Kind::text:
        case Kind::date:
        case Kind::timestamp:
        case Kind::local_timestamp: return true;
        case Kind::boolean: return type == postgresql_type::boolean;
        case Kind::int32:
        case Kind::int64:
        case Kind::uint64: return is_integer(type);
        case Kind::float64: return type == postgresql_type::float8;
        case Kind::blob: return type == postgresql_type::bytea;
    }
    return false;
}

/// As find_first_of("\\\t\n\r"), which calls a function for each character: a quarter of what a row takes.
std::size_t plain_size(std::string_view text) noexcept {
    const auto is_special = [](char c) {
        return c == '\\' || (static_cast<unsigned char>(c) <= '\r' && (c == '\t' || c == '\n' || c == '\r'));
    };
    return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_special) - text.begin());
}

void append_escaped(std::string& text, std::string_view value) {
    refuse_nul(value, "text");
    for (;;) {
        const std::size_t plain = plain_size(value);
        text += value.substr(0, plain);
        if (plain == value.size()) return;
        switch (value[plain]) {
            case '\t': text += "\\t"; break;
            case '\n': text += "\\n"; break;
            case '\r': text += "\\r"; break;
            default: text += "\\\\"; break;
        }
        value.remove_prefix(plain + 1);
    }
}

void append_hex(std::string& text, std::string_view bytes) {
    constexpr const char* digits = "0123456789abcdef";
    text += "\\\\x";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
}

void append_value(std::string& text, const ValueView& value) {
    switch (value.kind()) {
        case Kind::null: text += "\\N"; break;
        case Kind::text: append_escaped(text, value.as_text()); break;
        case Kind::blob: append_hex(text, value.as_text()); break;
        default: append_postgresql_text(text, value); break;
    }
}

}  // namespace

bool has_ascii_bytes(PGconn* connection) noexcept {
    const char* name = PQparameterStatus(connection, "client_encoding");
    const std::string_view encoding = name ? name : "";
    return encoding == "UTF8" || encoding == "SQL_ASCII" || encoding.starts_with("LATIN");
}

PostgresqlCopy::PostgresqlCopy(Driver& driver, PostgresqlLink& link, InsertTarget target)
    : driver_(driver), link_(link), target_(std::move(target)) {}

std::size_t PostgresqlCopy::insert(std::span<const ValueView> values, std::size_t rows, Batch& batch) {
    if (types_ && types_->empty()) return 0;
    bool taken = true;
    std::int64_t inserted = 0;
    const bool done = insert_or_undo(driver_, [&] {
        if (!types_) read_types();
        taken = takes(values);
        if (taken) inserted = copy(values);
    });
    if (!done) types_.emplace();  // INSERT for the rest as well: it may be the table that COPY can't do
    batch.affected_rows += inserted;
    return done && taken ? rows : 0;
}

void PostgresqlCopy::read_types() {
    PostgresqlStatement statement(link_, select_types, 1);
    statement.execute(std::array{ValueView::text(target_.table)}, false);
    std::vector<std::pair<std::string, Oid>> known;
    while (statement.fetch())
        known.emplace_back(statement.cell(0).as_text(), static_cast<Oid>(statement.cell(1).as_int64()));
    types_.emplace();
    for (const std::string& column : target_.columns) {
        const auto found = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == column; });
        if (found == known.end()) return types_->clear();
        types_->push_back(found->second);
    }
}

bool PostgresqlCopy::takes(std::span<const ValueView> values) const {
    const std::size_t width = types_->size();
    if (width == 0) return false;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!reads_alike(values[i], (*types_)[i % width])) return false;
    return true;
}

/// Returns how many rows were inserted, of which triggers may have left some out.
std::int64_t PostgresqlCopy::copy(std::span<const ValueView> values) {
    link_.begin_copy("COPY " + target_.table + " (" + target_.columns_sql + ") FROM STDIN");
    try {
        append_rows(values);
    } catch (...) {
        try {
            end("a value can't be sent");
        } catch (const DatabaseError&) {
            // The server only repeats that.
        }
        throw;
    }
    return std::strtoll(PQcmdTuples(end(nullptr).get()), nullptr, 10);
}

void PostgresqlCopy::append_rows(std::span<const ValueView> values) {
    const std::size_t width = target_.columns.size();
    text_.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
        append_value(text_, values[i]);
        const bool ends_row = (i + 1) % width == 0;
        text_ += ends_row ? '\n' : '\t';
        if (ends_row && text_.size() >= chunk_size) put();
    }
    put();
}

void PostgresqlCopy::put() {
    for (std::string_view rest = text_; !rest.empty();) {
        const std::string_view part = rest.substr(0, INT_MAX);
        if (PQputCopyData(link_.native(), part.data(), static_cast<int>(part.size())) != 1)
            raise(postgresql_error(link_.native(), nullptr));
        rest.remove_prefix(part.size());
    }
    text_.clear();
}

PostgresqlResult PostgresqlCopy::end(const char* error) {
    PQputCopyEnd(link_.native(), error);  // what goes wrong here, the result tells
    return link_.receive();
}

}  // namespace sociable::dialect
