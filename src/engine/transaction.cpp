#include <sociable/engine/transaction.hpp>

#include "engine/connection_state.hpp"
#include "log/log.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace sociable {

Transaction::Transaction(std::shared_ptr<detail::ConnectionState> connection, std::uint64_t id) noexcept
    : connection_(std::move(connection)), id_(id) {}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)), id_(other.id_) {}

Transaction::~Transaction() {
    if (!connection_) return;
    try {
        connection_->rollback(id_);
    } catch (const std::exception& e) {  // an error that is on its way to the user must not be hidden by this one
        log::engine().warn("the rollback at the end of a transaction's scope failed: {}", e.what());
    } catch (...) {
        log::engine().warn("the rollback at the end of a transaction's scope failed");
    }
}

void Transaction::commit() {
    if (!connection_) throw ResourceClosedError("this transaction has been moved from");
    connection_->commit(id_);
}

void Transaction::commit_scope() { connection_->commit_scope(id_); }

void Transaction::rollback() {
    if (connection_) connection_->rollback(id_);
}

bool Transaction::is_active() const noexcept { return connection_ && connection_->is_active(id_); }

}  // namespace sociable
