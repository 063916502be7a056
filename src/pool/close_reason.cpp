#include <sociable/pool/close_reason.hpp>

namespace sociable {

std::string_view to_string(CloseReason reason) noexcept {
    switch (reason) {
        case CloseReason::invalidated: return "invalidated";
        case CloseReason::expired: return "expired";
        case CloseReason::outdated: return "outdated";
        case CloseReason::idle: return "idle";
        case CloseReason::not_kept: return "not kept";
        case CloseReason::failed_start: return "failed start";
        case CloseReason::failed_reset: return "failed reset";
        case CloseReason::detached: return "detached";
    }
    return "closed";
}

}  // namespace sociable
