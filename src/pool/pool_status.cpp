#include <sociable/pool/pool_status.hpp>

#include <iomanip>
#include <ostream>
#include <sstream>
#include <string_view>

namespace sociable {

namespace {

/// "850 ns", "12.5 us", "3 ms", "1.25 s": three digits.
std::string text(std::chrono::nanoseconds time) {
    const double ns = static_cast<double>(time.count());
    std::ostringstream out;
    out << std::setprecision(3);
    if (ns < 1e3)
        out << ns << " ns";
    else if (ns < 1e6)
        out << ns / 1e3 << " us";
    else if (ns < 1e9)
        out << ns / 1e6 << " ms";
    else
        out << std::setprecision(ns < 1e12 ? 3 : 9) << ns / 1e9 << " s";
    return out.str();
}

/// What was measured, in the last minute and since the start.
std::string times_table(const PoolStatus& s) {
    std::ostringstream out;
    const auto row = [&out](std::string_view phase, std::string_view period, const TimeSummary& t) {
        if (t.count == 0) return;
        out << "  " << std::left << std::setw(8) << phase << std::setw(12) << period << std::right << std::setw(10)
            << t.count;
        for (const auto time : {t.mean, t.p50, t.p95, t.p99, t.longest}) out << std::setw(10) << text(time);
        out << '\n';
    };
    const auto rows = [&row](std::string_view phase, const PoolStatus::Times& times) {
        row(phase, "last minute", times.last_minute);
        row(phase, "since start", times.since_start);
    };
    rows("wait", s.wait);
    rows("connect", s.connect);
    rows("use", s.use);
    rows("ping", s.ping);
    rows("reset", s.reset);
    if (out.str().empty()) return {};
    std::ostringstream head;
    head << "  " << std::left << std::setw(20) << "times" << std::right << std::setw(10) << "count";
    for (const char* name : {"mean", "p50", "p95", "p99", "longest"}) head << std::setw(10) << name;
    return head.str() + '\n' + out.str();
}

double share(std::uint64_t hits, std::uint64_t all) {
    return all == 0 ? 1 : static_cast<double>(hits) / static_cast<double>(all);
}

std::string text(Limit limit) { return limit.is_unlimited() ? "unlimited" : std::to_string(limit.count()); }

}  // namespace

std::string to_line(const PoolStatus& s) {
    return "Pool size: " + text(s.size) + "  Connections in pool: " + std::to_string(s.checked_in) +
           " Current Overflow: " + std::to_string(s.overflow) +
           " Current Checked out connections: " + std::to_string(s.checked_out);
}

double PoolStatus::hit_ratio() const noexcept { return share(hits, checkouts); }

double PoolStatus::statement_hit_ratio() const noexcept {
    return share(statement_hits, statement_hits + statement_misses);
}

std::string to_string(const PoolStatus& s) {
    std::ostringstream out;
    const auto row = [&out](std::string_view label, const auto& value, std::string_view note = {}) {
        out << "  " << std::left << std::setw(16) << label << std::right << std::setw(12) << value;
        if (!note.empty()) out << "  " << note;
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
    row("oldest wait", text(s.oldest_wait));
    row("checkouts", s.checkouts);
    row("hits", s.hits, "found an open connection");
    row("failed", s.failed, "checkouts that ended with an error");
    row("timeouts", s.timeouts, "of them");
    row("opened", s.opened);
    row("closed", s.closed);
    for (std::size_t i = 0; i < close_reason_count; ++i)
        if (s.closed_by_reason[i] != 0)
            row("- " + std::string(to_string(static_cast<CloseReason>(i))), s.closed_by_reason[i], "of them");
    row("connect errors", s.connect_errors);
    row("recycled", s.recycled, "too old or outdated");
    row("rollbacks", s.rollbacks, "of transactions left open");
    row("session resets", s.session_resets, "after a session was changed");
    row("leaks", s.leaks, "held for longer than pool_leak_threshold");
    row("socket checks", s.socket_checks);
    row("dead sockets", s.dead_sockets, "of them");
    row("pings", s.pings, "round trips");
    row("failed pings", s.failed_pings, "of them");
    row("statement hits", s.statement_hits, "found in a connection's cache");
    row("statement misses", s.statement_misses, "not found there");
    row("evictions", s.statement_evictions, "of statements, from full caches");
    out << times_table(s);
    return out.str();
}

std::ostream& operator<<(std::ostream& out, const PoolStatus& status) { return out << to_string(status); }

}  // namespace sociable
