// Row 4 on a SQLite file with WAL; request.hpp says who does what.
#include "../raw/sqlite.hpp"
#include "request.hpp"

int main() {
    const char* directory = std::getenv("SOCIABLE_BENCHMARK_FILES");
    const std::string file = std::string(directory ? directory : "/tmp") + "/requests.db";
    bench::compare_requests("SQLite file", "sqlite:///" + file, [file](std::int32_t id) {
        raw::Sqlite db(file);
        sqlite3_stmt* select = db.prepare("SELECT id, name FROM users WHERE id = ?");
        sqlite3_bind_int(select, 1, id);
        db.check(sqlite3_step(select));
        bench::keep(bench::User{sqlite3_column_int64(select, 0), raw::text(select, 1)});
        sqlite3_finalize(select);
    });
}
