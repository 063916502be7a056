// Money is transferred while everything goes wrong. The sum never changes, what was acknowledged is there exactly once,
// and nobody waits for longer than its timeout.
#include "support/callers.hpp"
#include "support/load.hpp"
#include "support/own_server.hpp"
#include "support/tcp_proxy.hpp"
#include "support/threads.hpp"

#include <random>
#include <set>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int accounts = 100, initial = 1000, threads = 8, kills = 20;

void open_accounts(Engine& engine) {
    const std::string table = engine.dialect_name() == "mysql" ? " ENGINE=InnoDB" : "";
    engine.begin([&](Connection& c) {
        c.execute("CREATE TABLE accounts (id integer PRIMARY KEY, balance integer NOT NULL)" + table);
        c.execute(
            "CREATE TABLE transfers (id integer PRIMARY KEY, source integer NOT NULL, target integer NOT NULL, "
            "amount integer NOT NULL)" +
            table);
    });
    engine.begin([&](Connection& c) {
        for (int id = 0; id < accounts; ++id)
            c.execute("INSERT INTO accounts VALUES (:id, :balance)", {{"id", id}, {"balance", initial}});
    });
}

void transfer(Connection& c, int id, int source, int target, int amount) {
    c.execute("UPDATE accounts SET balance = balance - :amount WHERE id = :id", {{"amount", amount}, {"id", source}});
    c.execute("UPDATE accounts SET balance = balance + :amount WHERE id = :id", {{"amount", amount}, {"id", target}});
    c.execute("INSERT INTO transfers VALUES (:id, :source, :target, :amount)",
              {{"id", id}, {"source", source}, {"target", target}, {"amount", amount}});
}

/// Eight threads that transfer money for as long as it lives.
class Bank {
public:
    explicit Bank(Engine engine) : engine_(std::move(engine)), ledgers_(threads) {
        open_accounts(engine_);
        for (int t = 0; t < threads; ++t) workers_.emplace_back([this, t] { work(t); });
        wait_until_all_served();
    }
    Bank(const Bank&) = delete;
    Bank& operator=(const Bank&) = delete;
    ~Bank() { stop(); }

    /// Until each thread has done a transfer that it began after now.
    void wait_until_all_served() {
        std::vector<int> before;
        for (const Ledger& ledger : ledgers_) before.push_back(ledger.count);
        wait_until([&] {
            std::this_thread::sleep_for(1ms);
            for (std::size_t i = 0; i < ledgers_.size(); ++i)
                if (ledgers_[i].count < before[i] + 2) return false;
            return true;
        });
    }

    /// The fault that began after the last call is over: waits until all are served, and prints what it did. The
    /// callers of both sides of the end count.
    void recover(const std::string& fault, const std::string& database) {
        const auto over = Clock::now();
        wait_until_all_served();
        FaultReport report;
        report.recovery = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - over);
        report.longest_wait =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(longest_wait_.exchange(0)));
        {
            const std::lock_guard lock(mutex_);
            report.errors.swap(errors_);
        }
        for (const auto& [kind, count] : report.errors) all_.errors[kind] += count;
        all_.longest_wait = std::max(all_.longest_wait, report.longest_wait);
        all_.recovery = std::max(all_.recovery, report.recovery);
        CAPTURE(fault);
        CHECK(report.longest_wait <= Load::longest_allowed);
        CHECK(report.recovery < longest_recovery);
        if (!fault.empty()) print_fault("bank: " + fault, database, report);
    }

    /// Ends the transfers, and compares what the threads know with what the database has.
    void audit(const std::string& fault, const std::string& database) {
        stop();
        recover_figures();
        std::set<int> booked;
        std::vector<int> balances(accounts, initial);
        const int rows = engine_.begin([&](Connection& c) {
            int count = 0;
            for (auto [id, source, target, amount] :
                 c.execute("SELECT id, source, target, amount FROM transfers").rows<int, int, int, int>()) {
                booked.insert(id);
                balances[static_cast<std::size_t>(source)] -= amount;
                balances[static_cast<std::size_t>(target)] += amount;
                ++count;
            }
            return count;
        });
        CHECK(static_cast<int>(booked.size()) == rows);
        std::size_t acknowledged = 0, unknown = 0, missing = 0;
        for (const Ledger& ledger : ledgers_) {
            acknowledged += ledger.acknowledged.size();
            unknown += ledger.unknown.size();
            for (const int id : ledger.acknowledged) missing += booked.count(id) == 0 ? 1U : 0U;
        }
        CHECK(missing == 0);
        CHECK(booked.size() >= acknowledged);
        CHECK(booked.size() <= acknowledged + unknown);
        Connection c = engine_.connect();
        CHECK(c.execute("SELECT sum(balance) FROM accounts").scalar<int>() == accounts * initial);
        int differing = 0;
        for (auto [id, balance] : c.execute("SELECT id, balance FROM accounts").rows<int, int>())
            if (balances[static_cast<std::size_t>(id)] != balance) ++differing;
        CHECK(differing == 0);
        c.close();

        all_.served = static_cast<int>(acknowledged);
        all_.lost = lost_connections(engine_);
        print_fault("bank: " + fault + ", " + std::to_string(acknowledged) + " transfers", database, all_);
        CHECK(all_.lost == 0);
    }

private:
    /// What one thread knows of its transfers.
    struct Ledger {
        std::vector<int> acknowledged;
        std::vector<int> unknown;
        std::atomic<int> count{0};
    };

    void work(int t) {
        Ledger& mine = ledgers_[static_cast<std::size_t>(t)];
        std::minstd_rand random(static_cast<unsigned>(t) + 1);
        for (int n = 0; !stop_; ++n) {
            const int id = n * threads + t;
            const int source = static_cast<int>(random() % accounts);
            const int target = (source + 1 + static_cast<int>(random() % (accounts - 1))) % accounts;
            const int amount = static_cast<int>(random() % 10) + 1;
            try {
                engine_.run_transaction([&](Connection& c) { transfer(c, id, source, target, amount); },
                                        {.attempts = 3, .backoff = 5ms, .max_backoff = 50ms});
                mine.acknowledged.push_back(id);
                ++mine.count;
            } catch (const std::exception& e) {
                if (dynamic_cast<const CommitOutcomeUnknown*>(&e)) mine.unknown.push_back(id);
                {
                    const std::lock_guard lock(mutex_);
                    ++errors_[kind_of(e)];
                }
                std::this_thread::sleep_for(2ms);
            }
            measure_wait();
        }
    }

    /// How long a caller waits for a connection alone, whether one comes or not.
    void measure_wait() {
        const auto asked = Clock::now();
        std::optional<Connection> connection;
        try {
            connection = engine_.connect();
        } catch (const std::exception&) {
        }
        const std::int64_t waited = (Clock::now() - asked).count();
        for (std::int64_t seen = longest_wait_; seen < waited && !longest_wait_.compare_exchange_weak(seen, waited);) {
        }
    }

    void stop() {
        stop_ = true;
        for (std::thread& worker : workers_)
            if (worker.joinable()) worker.join();
    }

    /// Those since the last recovery.
    void recover_figures() {
        for (const auto& [kind, count] : errors_) all_.errors[kind] += count;
        all_.longest_wait = std::max<std::chrono::milliseconds>(
            all_.longest_wait,
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(longest_wait_.load())));
        CHECK(all_.longest_wait <= Load::longest_allowed);
    }

    Engine engine_;
    std::vector<Ledger> ledgers_;
    std::atomic<bool> stop_{false};
    std::atomic<std::int64_t> longest_wait_{0};
    std::mutex mutex_;
    std::map<std::string, int> errors_;
    FaultReport all_;
    std::vector<std::thread> workers_;
};

EngineOptions bank_options() {
    EngineOptions options = Load::options();
    options.pool_size = 5;
    options.max_overflow = 1;
    return options;
}

/// Ends all sessions of others at once.
void terminate_others(const Url& url) {
    Engine admin = create_engine(url, {.pool_class = PoolClass::null, .isolation_level = IsolationLevel::autocommit});
    Connection c = admin.connect();
    if (admin.dialect_name() == "postgresql") {
        c.execute(
             "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND "
             "pid <> pg_backend_pid()")
            .all();
        return;
    }
    std::vector<std::string> ids;
    for (const std::string& id : c.execute("SELECT cast(id AS char) FROM information_schema.processlist WHERE id <> "
                                           "connection_id() AND command <> 'Daemon' AND user <> 'system user'")
                                     .rows<std::string>())
        ids.push_back(id);
    for (const std::string& id : ids) {
        try {
            c.execute("KILL " + id);
        } catch (const DatabaseError&) {  // it has ended meanwhile
        }
    }
}

/// Takes every place that the server has.
std::vector<Connection> crowd(const Url& url) {
    Engine others = create_engine(url, {.pool_class = PoolClass::null});
    std::vector<Connection> taken;
    while (true) {
        try {
            taken.push_back(others.connect());
        } catch (const OperationalError& e) {
            CHECK(e.is_retryable());
            return taken;
        }
    }
}

/// The primary dies, and a standby that has every acknowledged commit takes its place and its name.
std::unique_ptr<OwnServer> fail_over(OwnServer& primary, TcpProxy& name, Bank& bank) {
    auto standby = std::unique_ptr<OwnServer>(new OwnServer(OwnServer::standby_of(primary)));
    Engine admin = create_engine(primary.url(), {.isolation_level = IsolationLevel::autocommit});
    {
        Connection c = admin.connect();
        c.execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
        c.execute("SELECT pg_reload_conf()").all();
        wait_until([&] {
            return c.execute("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'").scalar<int>() == 1;
        });
    }
    bank.wait_until_all_served();  // what was acknowledged before has arrived with these
    name.set_target(standby->url().port().value());
    primary.kill();
    name.close_all();
    Engine there = create_engine(standby->url(), {.isolation_level = IsolationLevel::autocommit});
    there.connect().execute("SELECT pg_promote(true, 30)").all();
    return standby;
}

}  // namespace

TEST_CASE("bank: nothing is lost, doubled or made while the server is killed 20 times") {
    for (const Kind kind : servers) DOCTEST_SUBCASE(to_string(kind).c_str()) {
            OwnServer server(kind);
            Bank bank(create_engine(server.url(), bank_options()));
            for (int i = 0; i < kills; ++i) {
                server.kill();
                server.launch();
                bank.recover({}, {});
            }
            bank.audit("killed 20 times", to_string(kind));
        }
}

TEST_CASE("bank: nothing is lost, doubled or made under all the other faults, one after the other") {
    for (const Kind kind : servers) DOCTEST_SUBCASE(to_string(kind).c_str()) {
            OwnServer server(kind, {"max_connections=30"});
            TcpProxy proxy(server.url().port().value());
            EngineOptions options = bank_options();
            options.pool_require_primary = kind == Kind::postgresql;
            const Engine engine =
                create_engine(server.url().with_port(static_cast<std::uint16_t>(proxy.port())), options);
            Bank bank(engine);
            std::uint64_t met = 0;
            // Callers need not see an error, as run_transaction does what it can; the pool must have met the fault.
            const auto recover = [&](const std::string& fault, bool harms = true) {
                bank.recover(fault, to_string(kind));
                const PoolStatus s = engine.pool().status();
                const std::uint64_t now = s.invalidated + s.connect_errors + s.timeouts;
                CAPTURE(fault);
                if (harms) CHECK(now > met);
                met = now;
            };

            server.freeze();
            std::this_thread::sleep_for(3s);
            server.thaw();
            recover("SIGSTOP for 3 s");

            server.kill();
            std::this_thread::sleep_for(5s);
            server.launch();
            recover("SIGKILL, launched after 5 s");

            for (int i = 0; i < 5; ++i) {
                terminate_others(server.url());
                bank.wait_until_all_served();
            }
            recover("every backend terminated, 5 times");

            {
                // The bank is kept out until others have all the places.
                proxy.refuse();
                proxy.close_all();
                const std::vector<Connection> taken = crowd(server.url());
                proxy.accept();
                const auto refused = engine.pool().status().connect_errors;
                wait_until([&] { return engine.pool().status().connect_errors > refused; });
                std::this_thread::sleep_for(1s);
            }
            recover("too many clients for 1 s");

            for (int i = 0; i < 10; ++i) {
                proxy.close_all();
                bank.wait_until_all_served();
            }
            recover("closed in the middle of data, 10 times");

            proxy.cut_at = "COMMIT";
            for (const TcpProxy::Cut cut : {TcpProxy::Cut::before, TcpProxy::Cut::after}) {
                proxy.cut = cut;
                std::this_thread::sleep_for(500ms);
            }
            proxy.cut = TcpProxy::Cut::off;
            recover("cut around COMMIT for 1 s");

            for (const int bytes : {0, 20, 100, 300, 500, 1000, 2000, 5000}) {
                proxy.cut_after = bytes;
                proxy.close_all();
                std::this_thread::sleep_for(100ms);
            }
            proxy.cut_after = -1;
            proxy.close_all();
            recover("cut after 0 to 5000 bytes");

            proxy.delay = 50ms;
            std::this_thread::sleep_for(1s);
            proxy.delay = 0ms;
            recover("every piece delayed by 50 ms", false);

            proxy.trickle = true;
            std::this_thread::sleep_for(1500ms);
            proxy.trickle = false;
            recover("one byte at a time for 1.5 s", false);

            proxy.black_hole = true;
            std::this_thread::sleep_for(4s);
            proxy.black_hole = false;
            recover("black hole for 4 s");

            proxy.corrupt = true;
            std::this_thread::sleep_for(1s);
            proxy.corrupt = false;
            proxy.close_all();  // some wait for bytes that a corrupted length has promised
            recover("corrupted answers for 1 s");

            std::unique_ptr<OwnServer> standby;
            if (kind == Kind::postgresql) {
                standby = fail_over(server, proxy, bank);
                recover("standby promoted");
            }
            bank.audit("all faults", to_string(kind));
        }
}
