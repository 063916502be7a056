// From a URL to structs: sociable in one page. Uses a database in memory, or the URL given as an argument.
#include <sociable/sociable.hpp>

#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

namespace db = sociable;

struct User {
    std::int64_t id;
    std::string name;
    std::optional<std::string> email;
};
BOOST_DESCRIBE_STRUCT(User, (), (id, name, email))

int main(int argc, char** argv) try {
    db::Engine engine = db::create_engine(argc > 1 ? argv[1] : "sqlite://");

    // Commits when the function returns, rolls back when it throws.
    engine.begin([](db::Connection& c) {
        c.execute("DROP TABLE IF EXISTS quickstart_users");
        c.execute(
            "CREATE TABLE quickstart_users (id bigint PRIMARY KEY, name varchar(80) NOT NULL, email varchar(80))");
    });

    {
        db::Session session(engine);
        session.execute("INSERT INTO quickstart_users (id, name, email) VALUES (:id, :name, :email)",
                        User{1, "Ada", "ada@example.org"});
        session.execute("INSERT INTO quickstart_users (id, name) VALUES (:id, :name)", {{"id", 2}, {"name", "Grace"}});
        session.commit();  // without it, both would be gone at the end of the block
    }

    db::Session session(engine);
    for (const User& user : session.execute("SELECT * FROM quickstart_users ORDER BY id").all<User>())
        std::cout << user.id << ' ' << user.name << " <" << user.email.value_or("no address") << ">\n";

    for (auto [id, name] :
         session.execute("SELECT id, name FROM quickstart_users ORDER BY id").rows<std::int64_t, std::string>())
        std::cout << id << " is " << name << '\n';

    const auto count = session.execute("SELECT count(*) FROM quickstart_users").scalar<int>();
    std::cout << count << " users\n";

    session.execute("DROP TABLE quickstart_users");
    session.commit();
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
