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
    /// Of values that are set later, one row after the other. NULL stands for a type that isn't known.
    void set_types(std::span<const ValueView::Kind> types);
    MYSQL_BIND* binds() noexcept { return binds_.data(); }

    union Cell {
        signed char tiny;
        std::int32_t integer;
        std::int64_t big;
        double real;
        MYSQL_TIME time;
    };
    /// @throws DataError for a value that MariaDB can't hold
    static void check(const ValueView& value);
    static void set(MYSQL_BIND& bind, Cell& cell, const ValueView& value);

private:
    std::vector<MYSQL_BIND> binds_;
    std::vector<Cell> cells_;
};

}  // namespace sociable::dialect
