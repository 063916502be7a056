#pragma once

#include "dialect/mysql_columns.hpp"
#include "dialect/mysql_connection.hpp"
#include "dialect/statement.hpp"

#include <memory>

namespace sociable::dialect {

/// A statement that MariaDB does not prepare, like PREPARE itself or LOAD DATA, sent as text. It takes no values, and
/// all its rows are received at once.
class MysqlTextStatement : public Statement {
public:
    MysqlTextStatement(MysqlConnection& connection, std::string sql);

    void execute(std::span<const ValueView> values, Delivery delivery) override;
    const std::vector<std::string>& columns() const override { return names_; }
    bool fetch() override;
    ValueView cell(std::size_t column) override;
    void finish() noexcept override;

    std::int64_t affected_rows() const override { return affected_rows_; }
    std::optional<std::int64_t> last_insert_id() const override { return last_insert_id_; }
    bool reads_only() const override { return false; }

private:
    struct Freer {
        void operator()(MYSQL_RES* result) const noexcept { mysql_free_result(result); }
    };

    void run();

    MysqlConnection& connection_;
    std::string sql_;
    std::unique_ptr<MYSQL_RES, Freer> result_;
    std::vector<std::string> names_;
    MYSQL_ROW row_ = nullptr;
    std::int64_t affected_rows_ = 0;
    std::optional<std::int64_t> last_insert_id_{};
};

}  // namespace sociable::dialect
