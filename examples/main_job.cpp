// The main job: an engine from a URL, pool events, sessions that commit and roll back from several threads, rows as
// structs. It ends with the events seen and the pool's status.
//
//     main_job [URL]
#include <sociable/sociable.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <future>
#include <iomanip>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace db = sociable;

namespace {

struct Account {
    std::int64_t id;
    std::string owner;
    std::int64_t cents;
    std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(Account, (), (id, owner, cents, note))

/// Counts what happens to the pool's connections.
class EventCounts {
public:
    explicit EventCounts(db::Engine& engine) {
        count<db::event::Connect>(engine, "connect", "a connection was opened");
        count<db::event::Checkout>(engine, "checkout", "one was handed out");
        count<db::event::Begin>(engine, "begin", "a transaction began");
        count<db::event::Commit>(engine, "commit", "... and was committed");
        count<db::event::Rollback>(engine, "rollback", "... or rolled back");
        count<db::event::Reset>(engine, "reset", "a connection came back and was cleaned");
        count<db::event::Checkin>(engine, "checkin", "it was in the pool again");
        count<db::event::Close>(engine, "close", "a connection was closed");
    }

    void print() const {
        std::cout << "Events\n";
        for (const Row& row : rows_)
            std::cout << "  " << std::left << std::setw(16) << row.name << std::right << std::setw(12) << row.count
                      << "  " << row.meaning << '\n';
    }

private:
    struct Row {
        const char* name = "";
        const char* meaning = "";
        std::atomic<int> count{0};
    };

    template <class Event>
    void count(db::Engine& engine, const char* name, const char* meaning) {
        Row& row = rows_[subscriptions_.size()];
        row.name = name;
        row.meaning = meaning;
        subscriptions_.push_back(engine.listen<Event>([&row](const Event&) { ++row.count; }));
    }

    std::array<Row, 8> rows_;
    std::vector<db::Subscription> subscriptions_;
};

constexpr int threads = 4;
constexpr int transfers = 25;

void set_up(const db::SessionMaker& make_session) {
    make_session.begin([](db::Session& s) {
        s.execute("DROP TABLE IF EXISTS accounts");
        s.execute(
            "CREATE TABLE accounts (id bigint PRIMARY KEY, owner varchar(40) NOT NULL, cents bigint NOT NULL, "
            "note varchar(80))");
        s.execute_many("INSERT INTO accounts (id, owner, cents, note) VALUES (:id, :owner, :cents, :note)",
                       std::vector<Account>{{1, "Ada", 10'000, "pays"}, {2, "Grace", 10'000, {}}});
    });
}

void transfer(db::Session& session, int from, int to, int cents) {
    const char* sql = "UPDATE accounts SET cents = cents + :cents WHERE id = :id";
    session.execute(sql, {{"cents", -cents}, {"id", from}});
    session.execute(sql, {{"cents", cents}, {"id", to}});
}

/// The second half is missing: the exception leaves the scope, and the first half is rolled back.
void fail_halfway(const db::SessionMaker& make_session) {
    try {
        make_session.begin([](db::Session& s) {
            s.execute("UPDATE accounts SET cents = 0 WHERE id = :id", {{"id", 1}});
            throw std::runtime_error("the power went out");
        });
    } catch (const std::runtime_error& e) {
        std::cout << "One session failed on purpose (" << e.what() << "); its work was rolled back.\n\n";
    }
}

}  // namespace

int main(int argc, char** argv) try {
    const db::Url url(argc > 1 ? argv[1] : "sqlite:///main_job.db");
    // Files get no pool by default; this one is to show one.
    db::Engine engine = db::create_engine(url, {.pool_size = 2, .max_overflow = 1, .pool_class = db::PoolClass::queue});
    std::cout << "Working on " << engine << "\n\n";

    EventCounts events(engine);
    const db::SessionMaker make_session(engine);
    set_up(make_session);

    std::vector<std::future<void>> workers;
    for (int i = 0; i < threads; ++i)
        workers.push_back(std::async(std::launch::async, [&make_session] {
            for (int j = 0; j < transfers; ++j) make_session.begin([](db::Session& s) { transfer(s, 1, 2, 10); });
        }));
    for (std::future<void>& worker : workers) worker.get();  // throws what the thread has thrown
    fail_halfway(make_session);

    std::cout << "Accounts after " << threads * transfers << " transfers by " << threads << " threads\n";
    make_session.begin([](db::Session& s) {
        for (const Account& a : s.execute("SELECT * FROM accounts ORDER BY id").all<Account>())
            std::cout << "  " << std::left << std::setw(16) << a.owner << std::right << std::setw(9) << a.cents / 100
                      << '.' << std::setfill('0') << std::setw(2) << a.cents % 100 << std::setfill(' ') << "  "
                      << a.note.value_or("") << '\n';
    });
    make_session.begin([](db::Session& s) { s.execute("DROP TABLE accounts"); });

    std::cout << '\n';
    events.print();
    std::cout << '\n' << engine.pool().status();
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
