// Engine, session and struct mapping of ours.
#include <sociable/sociable.hpp>

struct User {
    std::int64_t id;
    std::string name;
    std::optional<std::string> email;
};
BOOST_DESCRIBE_STRUCT(User, (), (id, name, email))

std::vector<User> rename(sociable::Engine& engine, const User& user) {
    sociable::Session session(engine);
    session.execute("UPDATE users SET name = :name WHERE id = :id", user);
    auto users = session.execute("SELECT id, name, email FROM users").all<User>();
    session.commit();
    return users;
}

int main() {
    sociable::Engine engine = sociable::create_engine("sqlite://", {.pool_pre_ping = true});
    return static_cast<int>(rename(engine, {1, "ada", {}}).size());
}
