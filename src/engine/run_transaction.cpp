#include <sociable/engine/engine.hpp>

#include "engine/engine_state.hpp"
#include "log/log.hpp"
#include "pool/backoff.hpp"

#include <spdlog/spdlog.h>

#include <thread>

namespace sociable {

namespace {

void check(const RetryOptions& retry) {
    const auto refuse = [](const char* field, const std::string& value, const char* valid) {
        throw ArgumentError(std::string("run_transaction: ") + field + " is " + value + "; valid are " + valid);
    };
    if (retry.attempts < 1) refuse("attempts", std::to_string(retry.attempts), "1 and more");
    if (retry.backoff.count() < 0) refuse("backoff", std::to_string(retry.backoff.count()) + " ms", "0 ms and more");
    if (retry.max_backoff < retry.backoff)
        refuse("max_backoff", std::to_string(retry.max_backoff.count()) + " ms", "backoff and more");
}

}  // namespace

void Engine::run_repeatedly(const std::function<void(Connection&)>& f, const RetryOptions& retry,
                            const TransactionOptions& options, SourceLocation place) {
    check(retry);
    const auto level = options_.isolation_level ? options_.isolation_level : state_->options.isolation_level;
    if (level == IsolationLevel::autocommit)
        throw InvalidRequestError("run_transaction: AUTOCOMMIT has no transaction that could be run again");
    pool::Backoff backoff(retry.backoff, retry.max_backoff);
    for (int attempt = 1;; ++attempt) {
        bool committed = false;
        try {
            Connection connection = connect(place);
            connection.begin(f, options);
            committed = true;
            connection.close();  // a listener of the return may throw as a database does
            return;
        } catch (const CommitOutcomeUnknown&) {
            throw;
        } catch (const DatabaseError& e) {
            if (committed || attempt == retry.attempts || !(e.is_retryable() || e.is_disconnect())) throw;
            log::engine().debug("{}: attempt {} of a transaction failed and is repeated: {}", name(), attempt,
                                e.message());
        }
        // Without a connection, so that whoever is in the way can use it.
        std::this_thread::sleep_for(backoff.next());
    }
}

}  // namespace sociable
