#pragma once

#include <sociable/types/value_view.hpp>

#include <mysql.h>

#include <cstdint>
#include <span>
#include <vector>

namespace sociable::dialect {

/// The values of one execution in the form that the binary protocol sends. Text and bytes are referred to, not copied.
class MysqlParameters {
public:
    /// @throws DataError for a value that MariaDB can't hold
    void set(std::span<const ValueView> values);
    MYSQL_BIND* binds() noexcept { return binds_.data(); }

private:
    union Cell {
        signed char tiny;
        std::int32_t integer;
        std::int64_t big;
        double real;
        MYSQL_TIME time;
    };
    static void set(MYSQL_BIND& bind, Cell& cell, const ValueView& value);

    std::vector<MYSQL_BIND> binds_;
    std::vector<Cell> cells_;
};

}  // namespace sociable::dialect
