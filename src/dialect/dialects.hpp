#pragma once

#include "dialect/dialect.hpp"

namespace sociable::dialect {

// One line for each database that the library knows; dialects.cpp maps URL schemes to them.
std::unique_ptr<Dialect> make_sqlite_dialect(const SqliteOptions& options);
std::unique_ptr<Dialect> make_postgresql_dialect();
std::unique_ptr<Dialect> make_mysql_dialect();

void load_mysql_library() noexcept;

}  // namespace sociable::dialect
