#pragma once

#include "support/database.hpp"

#include <string>

namespace sociable::test {

/// 1 to `last` as the column i, with the column `expression`.
inline std::string series(Kind kind, int last, const std::string& expression) {
    const std::string n = std::to_string(last);
    switch (kind) {
        case Kind::sqlite:
            return "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < " + n + ") SELECT i, " +
                   expression + " FROM s";
        case Kind::postgresql: return "SELECT i, " + expression + " FROM generate_series(1, " + n + ") AS s(i)";
        case Kind::mysql: return "SELECT i, " + expression + " FROM (SELECT seq AS i FROM seq_1_to_" + n + ") AS s";
    }
    return {};
}

}  // namespace sociable::test
