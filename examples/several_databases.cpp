// The same code on several databases at once: an engine each, and nothing shared between them.
//
//     several_databases [URL...]
#include <sociable/sociable.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace db = sociable;

int main(int argc, char** argv) try {
    std::vector<std::string> urls(argv + 1, argv + argc);
    if (urls.empty()) urls = {"sqlite://", "sqlite:///several_databases.db"};

    std::vector<db::Engine> engines;
    for (const std::string& url : urls) engines.push_back(db::create_engine(url));

    for (db::Engine& engine : engines) {
        engine.begin([](db::Connection& c) {
            c.execute("DROP TABLE IF EXISTS notes");
            c.execute("CREATE TABLE notes (id integer PRIMARY KEY, text varchar(40))");
            c.execute_many("INSERT INTO notes (id, text) VALUES (:id, :text)",
                           {{{"id", 1}, {"text", "first"}}, {{"id", 2}, {"text", "second"}}});
        });
    }

    // The errors have the same classes everywhere.
    for (db::Engine& engine : engines) {
        try {
            engine.begin([](db::Connection& c) {
                c.execute("INSERT INTO notes (id, text) VALUES (:id, :text)", {{"id", 1}, {"text", "again"}});
            });
        } catch (const db::UniqueViolation& e) {
            std::cout << engine.dialect_name() << " says: " << e.message() << '\n';
        }
        engine.begin([](db::Connection& c) { c.execute("DROP TABLE notes"); });
    }
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
