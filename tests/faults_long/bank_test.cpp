// Money is transferred while the server is killed again and again. The sum never changes, what was acknowledged is
// there exactly once, and nobody waits for longer than its timeout.
#include "support/load.hpp"
#include "support/own_server.hpp"
#include "support/threads.hpp"

#include <random>
#include <set>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int accounts = 100, initial = 1000, threads = 8, kills = 20;

/// What one thread knows of its transfers.
struct Ledger {
    std::vector<int> acknowledged;
    std::vector<int> unknown;
    std::atomic<int> count{0};
};

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

}  // namespace

TEST_CASE("bank: nothing is lost, doubled or made while the server is killed 20 times") {
    for (const Kind kind : servers) DOCTEST_SUBCASE(to_string(kind).c_str()) {
            OwnServer server(kind);
            EngineOptions options = Load::options();
            options.pool_size = 5;
            options.max_overflow = 1;
            Engine engine = create_engine(server.url(), options);
            open_accounts(engine);

            std::vector<Ledger> ledgers(threads);
            std::atomic<bool> stop{false};
            std::atomic<int> errors{0};
            std::atomic<std::int64_t> longest_wait{0};
            // The waits for connections, by the pool's own account of them: a checkout listener would see successes
            // only.
            const auto measured = [&](const auto& work) {
                const auto asked = Clock::now();
                const auto note = [&] {
                    const std::int64_t now = (Clock::now() - asked).count();
                    for (std::int64_t seen = longest_wait;
                         seen < now && !longest_wait.compare_exchange_weak(seen, now);) {
                    }
                };
                try {
                    work(note);
                } catch (...) {
                    note();
                    throw;
                }
            };
            std::vector<std::jthread> workers;
            const struct Stop {  // whatever is thrown
                std::atomic<bool>& stop;
                ~Stop() { stop = true; }
            } stop_at_end{stop};
            for (int t = 0; t < threads; ++t)
                workers.emplace_back([&, t] {
                    Ledger& mine = ledgers[static_cast<std::size_t>(t)];
                    std::minstd_rand random(static_cast<unsigned>(t) + 1);
                    for (int n = 0; !stop; ++n) {
                        const int id = n * threads + t;
                        const int source = static_cast<int>(random() % accounts);
                        const int target = (source + 1 + static_cast<int>(random() % (accounts - 1))) % accounts;
                        const int amount = static_cast<int>(random() % 10) + 1;
                        try {
                            engine.run_transaction([&](Connection& c) { transfer(c, id, source, target, amount); },
                                                   {.attempts = 3, .backoff = 5ms, .max_backoff = 50ms});
                            mine.acknowledged.push_back(id);
                            ++mine.count;
                        } catch (const CommitOutcomeUnknown&) {
                            mine.unknown.push_back(id);
                            ++errors;
                        } catch (const std::exception&) {
                            ++errors;
                            std::this_thread::sleep_for(2ms);
                        }
                        // How long a caller waits for a connection alone.
                        try {
                            measured([&](const auto& note) {
                                Connection c = engine.connect();
                                note();
                            });
                        } catch (const std::exception&) {
                        }
                    }
                });

            const auto all_served = [&] {
                std::vector<int> before;
                for (const Ledger& ledger : ledgers) before.push_back(ledger.count);
                wait_until([&] {
                    std::this_thread::sleep_for(1ms);
                    for (std::size_t i = 0; i < ledgers.size(); ++i)
                        if (ledgers[i].count < before[i] + 2) return false;
                    return true;
                });
            };
            all_served();
            Clock::duration slowest{};
            for (int i = 0; i < kills; ++i) {
                server.kill();
                server.launch();
                const auto back = Clock::now();
                all_served();
                slowest = std::max(slowest, Clock::now() - back);
            }
            stop = true;
            for (std::jthread& worker : workers) worker.join();

            std::set<int> booked;
            std::vector<int> balances(accounts, initial);
            const int rows = engine.begin([&](Connection& c) {
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
            for (const Ledger& ledger : ledgers) {
                acknowledged += ledger.acknowledged.size();
                unknown += ledger.unknown.size();
                for (const int id : ledger.acknowledged) missing += booked.count(id) == 0 ? 1U : 0U;
            }
            CHECK(missing == 0);
            CHECK(booked.size() >= acknowledged);
            CHECK(booked.size() <= acknowledged + unknown);
            Connection c = engine.connect();
            CHECK(c.execute("SELECT sum(balance) FROM accounts").scalar<int>() == accounts * initial);
            int differing = 0;
            for (auto [id, balance] : c.execute("SELECT id, balance FROM accounts").rows<int, int>())
                if (balances[static_cast<std::size_t>(id)] != balance) ++differing;
            CHECK(differing == 0);
            c.close();

            CHECK(slowest < 2s);
            FaultReport report;
            report.served = static_cast<int>(acknowledged);
            report.errors = {{"commit unknown", static_cast<int>(unknown)},
                             {"others", errors - static_cast<int>(unknown)}};
            report.longest_wait =
                std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(longest_wait.load()));
            report.recovery = std::chrono::duration_cast<std::chrono::milliseconds>(slowest);
            report.lost = lost_connections(engine);
            print_fault("bank: killed 20 times, " + std::to_string(acknowledged) + " transfers", to_string(kind),
                        report);
            CHECK(report.longest_wait <= Load::longest_allowed);
            CHECK(report.lost == 0);
        }
}
