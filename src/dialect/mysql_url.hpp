#pragma once

#include <sociable/url/url.hpp>

#include <string>

namespace sociable::dialect {

/// @throws ArgumentError when a part of the URL means nothing to MariaDB, or would reach it as something else
void check_mysql_url(const Url& url);

/// The URL as SOCI's MySQL backend wants it: `key='value'` with backslashes before quotes and backslashes.
/// @throws ArgumentError as check_mysql_url()
std::string mysql_connect_string(const Url& url);

/// What errors in connecting name: "db.example:3306/shop", "localhost/shop" for the unix socket.
std::string mysql_place(const Url& url);

}  // namespace sociable::dialect
