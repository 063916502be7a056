#include "dialect/sqlite_native.hpp"

#include "dialect/sqlite_errors.hpp"

// SOCI 4.0 includes <sqlite3.h> inside a namespace of its own, so this file must not include it outside of one.
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <memory>
#include <utility>

namespace sociable::dialect {

namespace {

struct CloseHandle {
    void operator()(sqlite_api::sqlite3* db) const noexcept { sqlite_api::sqlite3_close(db); }
};

using Handle = std::unique_ptr<sqlite_api::sqlite3, CloseHandle>;

}  // namespace

void open_sqlite(soci::session& session, const std::string& connect_string) {
    try {
        // The factory object, not its name: parameters made from a name share a count that races between threads.
        session.open(soci::sqlite3, connect_string);
    } catch (const soci::sqlite3_soci_error& e) {
        raise(sqlite_error(e.result(), e.get_error_message()));
    } catch (const soci::soci_error& e) {
        raise(sqlite_error(0, e.get_error_message()));  // SOCI's own, which has no code
    }
}

// SOCI can't be asked for it.
void drop_mutex(soci::session& session, const std::string& connect_string) {
    using namespace sqlite_api;
    const std::string uri = connect_string.substr(connect_string.find('=') + 1);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    ::sqlite_api::sqlite3* db = nullptr;
    const int code = sqlite3_open_v2(uri.c_str(), &db, flags, nullptr);
    Handle without(db);
    if (code != SQLITE_OK) raise(sqlite_error(code, db ? sqlite3_errmsg(db) : sqlite3_errstr(code)));
    auto& backend = *static_cast<soci::sqlite3_session_backend*>(session.get_backend());
    const Handle with(std::exchange(backend.conn_, without.release()));
}

::sqlite3* sqlite_handle(soci::session& session) noexcept {
    // SOCI's library hides what dynamic_cast would need.
    soci::details::session_backend* backend = session.get_backend();
    if (!backend || backend->get_backend_name() != "sqlite3") return nullptr;
    return reinterpret_cast<::sqlite3*>(static_cast<soci::sqlite3_session_backend*>(backend)->conn_);
}

}  // namespace sociable::dialect
