#include <sociable/pool/pool_status.hpp>

#include <iomanip>
#include <ostream>
#include <sstream>

namespace sociable {

namespace {

std::string text(Limit limit) { return limit.is_unlimited() ? "unlimited" : std::to_string(limit.count()); }

}  // namespace

std::string to_line(const PoolStatus& s) {
    return "Pool size: " + text(s.size) + "  Connections in pool: " + std::to_string(s.checked_in) +
           " Current Overflow: " + std::to_string(s.overflow) +
           " Current Checked out connections: " + std::to_string(s.checked_out);
}

std::string to_string(const PoolStatus& s) {
    std::ostringstream out;
    const auto row = [&out](const char* label, const auto& value, const char* note = "") {
        out << "  " << std::left << std::setw(16) << label << std::right << std::setw(12) << value;
        if (*note) out << "  " << note;
        out << '\n';
    };
    out << to_string(s.pool_class) << " of " << s.name << " (" << s.reason << ")\n";
    if (s.pool_class == PoolClass::queue) {
        row("size", text(s.size), "kept open");
        row("max overflow", text(s.max_overflow), "beyond them, at most");
    }
    row("checked in", s.checked_in, "idle now");
    row("checked out", s.checked_out, "in use now");
    row("opening", s.opening, "in the background");
    row("waiters", s.waiters, s.suspended ? "the pool is suspended" : "");
    row("checkouts", s.checkouts);
    row("hits", s.hits, "found an open connection");
    row("opened", s.opened);
    row("closed", s.closed);
    row("connect errors", s.connect_errors);
    row("invalidated", s.invalidated, "dead, or by wish");
    row("recycled", s.recycled, "too old or outdated");
    row("timeouts", s.timeouts);
    row("rollbacks", s.rollbacks, "of transactions left open");
    row("session resets", s.session_resets, "after a session was changed");
    row("leaks", s.leaks, "held for longer than pool_leak_threshold");
    return out.str();
}

std::ostream& operator<<(std::ostream& out, const PoolStatus& status) { return out << to_string(status); }

}  // namespace sociable
