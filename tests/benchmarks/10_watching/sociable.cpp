// Row 10: what it costs to be watched, on a primary-key select in a transaction of its own on SQLite in memory: the
// shortest work that the library has, in which what is added shows most.
//   unwatched   nobody listens, and pool_record_times is off
//   plain       nobody listens: the default options
//   listened    one listener for each event there is; seven of them are fired by this work
#include "../users.hpp"

namespace db = sociable;

namespace {

db::Engine make_engine(const db::EngineOptions& options) {
    db::Engine engine = db::create_engine("sqlite://", options);
    bench::make_users(engine);
    return engine;
}

std::uint64_t events = 0;

template <class... E>
void listen(db::Engine& engine) {
    (engine.listen<E>([](const E&) { ++events; }).release(), ...);
}

void listen_to_everything(db::Engine& engine) {
    using namespace db::event;
    listen<DoConnect, FirstConnect, Connect, Checkout, Reset, Checkin, Invalidate, SoftInvalidate, Close, Detach,
           CloseDetached>(engine);
    listen<BeforeExecute, AfterExecute, Begin, Commit, Rollback, Savepoint, RollbackSavepoint, ReleaseSavepoint,
           HandleError, EngineDisposed>(engine);
    listen<AfterBegin, BeforeCommit, AfterCommit, AfterRollback>(engine);
}

}  // namespace

int main() {
    db::Engine unwatched = make_engine({.pool_record_times = false});
    db::Engine plain = make_engine({});
    db::Engine listened = make_engine({});
    listen_to_everything(listened);
    bench::in_turn(10, "select",
                   {bench::contestant("unwatched", bench::select_users(unwatched)),
                    bench::contestant("plain", bench::select_users(plain)),
                    bench::contestant("listened", bench::select_users(listened))});
}
