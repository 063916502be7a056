// A service's settings come from its environment; .env.example lists them all.
#include <sociable/sociable.hpp>

#include <cstdlib>
#include <iostream>

namespace db = sociable;

int main() {
    // What a deployment would set; a value that is set already stays.
    setenv("DATABASE_URL", "sqlite:///settings_from_environment.db", 0);
    setenv("DB_POOL_CLASS", "QueuePool", 0);
    setenv("DB_POOL_SIZE", "3", 0);
    setenv("DB_MAX_OVERFLOW", "2", 0);

    try {
        db::Engine engine = db::engine_from_env();
        engine.begin([](db::Connection& c) { c.execute("SELECT 1"); });
        std::cout << engine << '\n' << db::to_line(engine.pool().status()) << '\n';
    } catch (const db::ArgumentError& e) {
        std::cerr << e.what() << '\n';  // names the variable, and what would be valid
        return EXIT_FAILURE;
    }
}
