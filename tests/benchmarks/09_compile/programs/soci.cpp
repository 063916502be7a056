// The same on bare SOCI: a pool, a session, a transaction, and a struct by a type_conversion.
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

struct User {
    std::int64_t id;
    std::string name;
    std::optional<std::string> email;
};

namespace soci {
template <>
struct type_conversion<User> {
    using base_type = values;
    static void from_base(const values& v, indicator, User& user) {
        user.id = v.get<long long>("id");
        user.name = v.get<std::string>("name");
        user.email = v.get_indicator("email") == i_null ? std::nullopt : std::optional(v.get<std::string>("email"));
    }
    static void to_base(const User& user, values& v, indicator& ind) {
        v.set("id", static_cast<long long>(user.id));
        v.set("name", user.name);
        v.set("email", user.email.value_or(""), user.email ? i_ok : i_null);
        ind = i_ok;
    }
};
}  // namespace soci

std::vector<User> rename(soci::connection_pool& pool, const User& user) {
    soci::session session(pool);
    soci::transaction transaction(session);
    session << "UPDATE users SET name = :name WHERE id = :id", soci::use(user);
    soci::rowset<User> rows = (session.prepare << "SELECT id, name, email FROM users");
    std::vector<User> users(rows.begin(), rows.end());
    transaction.commit();
    return users;
}

int main() {
    soci::connection_pool pool(5);
    for (std::size_t i = 0; i < 5; ++i) pool.at(i).open(soci::sqlite3, ":memory:");
    return static_cast<int>(rename(pool, {1, "ada", {}}).size());
}
