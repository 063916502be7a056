#include "pool/checkout.hpp"

#include "log/log.hpp"
#include "pool/pool_core.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace sociable::pool {

void Checkout::end() noexcept {
    try {
        close();
    } catch (const std::exception& e) {
        log::pool().error("a checkin listener threw: {}", e.what());
    } catch (...) {
        log::pool().error("a checkin listener threw");
    }
}

void Checkout::close() {
    Slot* slot = std::exchange(slot_, nullptr);
    const auto pool = std::exchange(pool_, nullptr);
    if (slot) pool->give_back(*slot);
}

void Checkout::invalidate(std::exception_ptr error) {
    if (slot_->connected()) pool_->lifecycle().invalidate(*slot_, std::move(error));
}

void Checkout::reconnect() { pool_->reopen(*slot_); }

void Checkout::soft_invalidate(std::exception_ptr error) {
    if (slot_->connected()) pool_->soft_invalidate(*slot_, std::move(error));
}

void Checkout::detach() { pool_->detach(*slot_); }

}  // namespace sociable::pool
