// What every consumer builds: a round trip through the library, on a database in memory.

#include <sociable/sociable.hpp>
#include <sociable/version.hpp>

#include <cstdint>
#include <iostream>

static_assert(SOCIABLE_VERSION ==
              SOCIABLE_VERSION_MAJOR * 10000 + SOCIABLE_VERSION_MINOR * 100 + SOCIABLE_VERSION_PATCH);

int main() {
    auto engine = sociable::create_engine("sqlite://");
    const auto answer = engine.begin([](sociable::Connection& connection) {
        connection.execute("CREATE TABLE answers (value INTEGER)");
        connection.execute("INSERT INTO answers (value) VALUES (:value)", {{"value", 42}});
        return connection.execute("SELECT value FROM answers").scalar<std::int64_t>();
    });
    std::cout << "read back: " << answer << '\n';
    return answer == 42 ? 0 : 1;
}
