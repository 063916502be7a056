#pragma once

#include "../raw/postgresql.hpp"
#include "../users.hpp"

#include <cstdint>
#include <string>

namespace bench {

/// A request by libpq alone: connect, one select without a transaction, close.
inline void request_by_libpq(const std::string& url, std::int32_t id) {
    const raw::Postgresql db(url);
    const std::string text = std::to_string(id);
    const char* const values[] = {text.c_str()};
    const auto result = db.check(PQexecParams(db.get(), "SELECT id, name FROM users WHERE id = $1::integer", 1, nullptr,
                                              values, nullptr, nullptr, 0));
    keep(User{raw::number<std::int64_t>(result, 0, 0), raw::text(result, 0, 1)});
}

}  // namespace bench
