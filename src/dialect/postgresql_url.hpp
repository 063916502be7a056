#pragma once

#include <sociable/url/url.hpp>

#include <string>

namespace sociable::dialect {

/// @throws ArgumentError for a query key that libpq doesn't know or that repeats a part of the URL, and for what libpq
///         can't be told: NUL, a comma in a host
void check_postgresql_url(const Url& url);

/// libpq's URI, with everything but letters and digits percent-encoded. Until 4.1, SOCI reads it as `key=value` pairs
/// and puts it together again, which is harmless without spaces and quotes, and with one `=` at least.
std::string postgresql_connect_string(const Url& url);

/// The text without the URL's secrets.
std::string without_secrets(std::string text, const Url& url);

}  // namespace sociable::dialect
