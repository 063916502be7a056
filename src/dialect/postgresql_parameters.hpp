#pragma once

#include <sociable/types/value_view.hpp>

#include <libpq-fe.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace sociable::dialect {

/// Appends a value as PostgreSQL reads it: any but NULL, texts, which are as they are, and bytes.
void append_postgresql_text(std::string& text, const ValueView& value);

/// The values of one execution as libpq takes them. Meant to be assigned again and again, to reuse its memory.
class PostgresqlParameters {
public:
    /// Bytes are referred to, everything else is copied. @throws DataError for text with a NUL
    void assign(std::span<const ValueView> values);

    int size() const noexcept { return static_cast<int>(values_.size()); }
    /// 0 where the server is to infer the type from the statement.
    const std::vector<Oid>& types() const noexcept { return types_; }
    const char* const* values() const noexcept { return values_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }

    /// Whether a statement prepared for `types` means the same with these values.
    bool fit(const std::vector<Oid>& types) const noexcept;

    /// What was sent in text format, for redaction; valid until the next assign().
    std::vector<ValueView> texts() const;

private:
    void append(const ValueView& value);

    std::string text_;  ///< the values in text format, each ended by NUL
    std::vector<std::size_t> offsets_;
    std::vector<Oid> types_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

}  // namespace sociable::dialect
