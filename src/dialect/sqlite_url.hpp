#pragma once

#include <sociable/url/url.hpp>

#include <string>

namespace sociable::dialect {

/// True when the URL's database lives in memory and ends with its last connection.
bool sqlite_in_memory(const Url& url);
/// @throws ArgumentError for what means nothing to SQLite
void check_sqlite_url(const Url& url);
/// A URI of SQLite's, percent-encoded so that SOCI's own reading of the string finds nothing to split.
std::string sqlite_connect_string(const Url& url);

}  // namespace sociable::dialect
