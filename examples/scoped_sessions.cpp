// One session per thread without passing it around, as request handlers like it, and one per key of your own.
#include <sociable/sociable.hpp>

#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace db = sociable;

namespace {

// Somewhere deep in the program: no session among the arguments.
void add_visit(db::ScopedSession& current, int visitor) {
    current->execute("INSERT INTO visits (visitor) VALUES (:visitor)", {{"visitor", visitor}});
}

}  // namespace

int main() {
    db::Engine engine = db::create_engine("sqlite:///scoped_sessions.db", {.pool_class = db::PoolClass::queue});
    engine.begin([](db::Connection& c) {
        c.execute("DROP TABLE IF EXISTS visits");
        c.execute("CREATE TABLE visits (visitor integer)");
    });

    db::SessionMaker make_session(engine);
    db::ScopedSession current(make_session);

    std::vector<std::thread> requests;
    for (int visitor = 0; visitor < 4; ++visitor)
        requests.emplace_back([&current, visitor] {
            add_visit(current, visitor);
            current->commit();
            current.remove();
        });
    for (std::thread& request : requests) request.join();

    // Keyed by a request's number instead of the thread.
    thread_local std::string request_id;
    db::ScopedSession by_request(make_session, [] { return request_id; });
    request_id = "request-7";
    add_visit(by_request, 7);
    by_request->rollback();
    by_request.remove();

    std::cout << make_session.begin([](db::Session& s) {
        return s.execute("SELECT count(*) FROM visits").scalar<int>();
    }) << " visits\n";
}
