// Acceptance list, "Events".
#include "support/database.hpp"
#include "support/scripted.hpp"
#include "support/threads.hpp"

using namespace sociable;
using namespace sociable::test;

namespace {

using Names = std::vector<std::string>;

/// Records the names of the events of an engine, in their order.
class Recorder {
public:
    explicit Recorder(Engine& engine) {
        add<event::DoConnect>(engine, "do_connect");
        add<event::FirstConnect>(engine, "first_connect");
        add<event::Connect>(engine, "connect");
        add<event::Checkout>(engine, "checkout");
        add<event::BeforeExecute>(engine, "before_execute");
        add<event::AfterExecute>(engine, "after_execute");
        add<event::Begin>(engine, "begin");
        add<event::Commit>(engine, "commit");
        add<event::Rollback>(engine, "rollback");
        add<event::Savepoint>(engine, "savepoint");
        add<event::RollbackSavepoint>(engine, "rollback_savepoint");
        add<event::ReleaseSavepoint>(engine, "release_savepoint");
        add<event::Reset>(engine, "reset");
        add<event::Checkin>(engine, "checkin");
        add<event::Invalidate>(engine, "invalidate");
        add<event::SoftInvalidate>(engine, "soft_invalidate");
        add<event::Close>(engine, "close");
        add<event::Detach>(engine, "detach");
        add<event::CloseDetached>(engine, "close_detached");
        add<event::EngineDisposed>(engine, "engine_disposed");
        add<event::HandleError>(engine, "handle_error");
        add<event::AfterBegin>(engine, "after_begin");
        add<event::BeforeCommit>(engine, "before_commit");
        add<event::AfterCommit>(engine, "after_commit");
        add<event::AfterRollback>(engine, "after_rollback");
    }

    /// What was recorded since the last call.
    Names take() { return std::exchange(names_, {}); }

private:
    template <class E>
    void add(Engine& engine, const char* name) {
        subscriptions_.push_back(engine.listen<E>([this, name](const E&) { names_.push_back(name); }));
    }

    Names names_;
    std::vector<Subscription> subscriptions_;
};

}  // namespace

TEST_CASE("In this order, first use of an engine with one committed statement") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine();
        Recorder events(engine);
        {
            Connection c = engine.connect();
            c.execute("SELECT 1");
            c.commit();
        }
        CHECK(events.take() == Names{"do_connect", "first_connect", "connect", "checkout", "before_execute", "begin",
                                     "after_execute", "commit", "reset", "checkin"});
        engine.connect();  // no work
        CHECK(events.take() == Names{"checkout", "reset", "checkin"});
        engine.connect().execute("SELECT 1");
        CHECK(events.take() ==
              Names{"checkout", "before_execute", "begin", "after_execute", "rollback", "reset", "checkin"});
        engine.begin([](Connection& c) { c.begin_nested([](Connection& n) { n.execute("SELECT 1"); }); });
        CHECK(events.take() == Names{"checkout", "begin", "savepoint", "before_execute", "after_execute",
                                     "release_savepoint", "commit", "reset", "checkin"});
    });
}

TEST_CASE("A session's events") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    engine.connect();
    Recorder events(engine);
    Session session(engine);
    session.execute("SELECT");
    session.commit();
    CHECK(events.take() == Names{"checkout", "after_begin", "before_execute", "begin", "after_execute", "before_commit",
                                 "commit", "reset", "checkin", "after_commit"});
    session.execute("SELECT");
    session.rollback();
    CHECK(events.take() == Names{"checkout", "after_begin", "before_execute", "begin", "after_execute", "rollback",
                                 "reset", "checkin", "after_rollback"});
}

TEST_CASE(
    "close fires on dispose for idle connections and not on return; detach at detach; close_detached when the "
    "detached one is closed") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    engine.connect();
    Recorder events(engine);
    engine.connect();
    CHECK(events.take() == Names{"checkout", "reset", "checkin"});
    engine.dispose();
    CHECK(events.take() == Names{"close", "engine_disposed"});
    Connection c = engine.connect();
    events.take();
    c.detach();
    CHECK(events.take() == Names{"detach"});
    c.close();
    CHECK(events.take() == Names{"reset", "close_detached"});
}

TEST_CASE("first_connect once per pool, and again once per pool recreated by dispose. Listeners carry over") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    int first = 0, checkouts = 0;
    engine.listen<event::FirstConnect>([&](const event::FirstConnect&) { ++first; }).release();
    engine.pool().listen<event::Checkout>([&](const event::Checkout&) { ++checkouts; }).release();
    { Connection a = engine.connect(), b = engine.connect(); }
    CHECK(first == 1);
    engine.dispose();
    { Connection a = engine.connect(), b = engine.connect(); }
    CHECK(first == 2);
    CHECK(checkouts == 4);
}

TEST_CASE("invalidate and soft_invalidate carry the error, or none") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    std::vector<std::string> errors;
    const auto note = [&](const std::exception_ptr& error) {
        if (!error) return errors.push_back("none");
        try {
            std::rethrow_exception(error);
        } catch (const std::runtime_error& e) {
            errors.push_back(e.what());
        }
    };
    engine.listen<event::Invalidate>([&](const event::Invalidate& e) { note(e.error); }).release();
    engine.listen<event::SoftInvalidate>([&](const event::SoftInvalidate& e) { note(e.error); }).release();
    engine.connect().invalidate();
    engine.connect().invalidate(std::make_exception_ptr(std::runtime_error("tired")));
    engine.connect().soft_invalidate();
    engine.connect().soft_invalidate(std::make_exception_ptr(std::runtime_error("old")));
    CHECK(errors == Names{"none", "tired", "none", "old"});
}

TEST_CASE(
    "A connect or checkin listener that throws (any type) fails that operation and loses no slot; a later checkout "
    "works and runs all") {
    const auto script = std::make_shared<Script>();
    Engine engine =
        scripted_engine(script, {.pool_size = 1, .max_overflow = 0, .pool_timeout = std::chrono::milliseconds(0)});
    const auto works = [&] {
        Recorder events(engine);
        engine.connect().execute("SELECT");
        const Names names = events.take();
        CHECK(std::find(names.begin(), names.end(), "checkout") != names.end());
        CHECK(engine.pool().status().checked_out == 0);
        CHECK(script->open() == engine.pool().status().checked_in);
    };
    engine.listen<event::DoConnect>([](const event::DoConnect&) { throw 1; }, {.once = true}).release();
    CHECK_THROWS_AS(engine.connect(), int);
    engine.listen<event::FirstConnect>([](const event::FirstConnect&) { throw 2L; }, {.once = true}).release();
    CHECK_THROWS_AS(engine.connect(), long);
    CHECK(script->open() == 0);
    engine.listen<event::Connect>([](const event::Connect&) { throw "text"; }, {.once = true}).release();
    CHECK_THROWS_AS(engine.connect(), const char*);
    CHECK(script->open() == 0);
    works();
    engine.listen<event::Checkout>([](const event::Checkout&) { throw std::string("x"); }, {.once = true}).release();
    CHECK_THROWS_AS(engine.connect(), std::string);
    works();
    engine.listen<event::Checkin>([](const event::Checkin&) { throw 3; }, {.once = true}).release();
    CHECK_THROWS_AS(engine.connect().close(), int);
    works();
    engine.listen<event::Checkin>([](const event::Checkin&) { throw 3; }, {.once = true}).release();
    { Connection c = engine.connect(); }  // a destructor throws nothing
    works();
    for (int i = 0; i < 3; ++i) {
        engine.listen<event::Invalidate>([](const event::Invalidate&) { throw 4; }, {.once = true}).release();
        Connection c = engine.connect();
        CHECK_THROWS_AS(c.invalidate(), int);
        CHECK(c.invalidated());
    }
    works();
    engine.listen<event::Close>([](const event::Close&) { throw 5; }, {.once = true}).release();
    engine.dispose();
    works();
    engine.listen<event::Begin>([](const event::Begin&) { throw 6; }, {.once = true}).release();
    CHECK_THROWS_AS(engine.begin([](Connection& c) { c.execute("INSERT"); }), int);
    engine.listen<event::Commit>([](const event::Commit&) { throw 7; }, {.once = true}).release();
    CHECK_THROWS_AS(engine.begin([](Connection& c) { c.execute("INSERT"); }), int);
    works();
    CHECK(engine.pool().status().rollbacks == 0);  // each transaction was ended by its connection
}

TEST_CASE("engine_disposed once per dispose") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    int disposed = 0;
    engine.listen<event::EngineDisposed>([&](const event::EngineDisposed&) { ++disposed; }).release();
    engine.dispose();
    engine.dispose(std::chrono::milliseconds(1));
    CHECK(disposed == 2);
}

TEST_CASE("handle_error may replace the exception, handlers chain, and it runs for connect errors too") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    script->on_execute = [](const std::string&) { throw_syntax_error(); };
    std::string seen;
    const Subscription first =
        engine.listen<event::HandleError>([](event::HandleError& e) { e.replace(std::logic_error("first")); });
    const Subscription second = engine.listen<event::HandleError>([&](event::HandleError& e) {
        try {
            std::rethrow_exception(e.exception);
        } catch (const std::logic_error& chained) {
            seen = chained.what();
            CHECK(e.info.kind == (e.connection ? ErrorKind::programming : ErrorKind::operational));
            e.replace(std::domain_error("second"));
        }
    });
    Connection c = engine.connect();
    CHECK_THROWS_AS(c.execute("SELECT"), std::domain_error);
    CHECK(seen == "first");
    CHECK_FALSE(c.invalidated());
    script->on_connect = [] { throw_disconnect(); };
    seen.clear();
    CHECK_THROWS_AS(engine.connect(), std::domain_error);
    CHECK(seen == "first");
}

TEST_CASE("do_connect may edit the arguments of that one connect, which is how rotating credentials are fed in") {
    on_each(all_kinds, [](Database& database) {
        // The engine's own URL leads nowhere.
        const Url wrong = database.kind() == Kind::sqlite ? database.url().with_database("/nowhere/at/all.db")
                                                          : database.url().with_port(std::uint16_t{1});
        Engine engine = create_engine(wrong, {.pool_class = PoolClass::queue});
        CHECK_THROWS_AS(engine.connect(), OperationalError);
        const Subscription right =
            engine.listen<event::DoConnect>([&](event::DoConnect& e) { e.url = database.url(); });
        CHECK(engine.connect().execute("SELECT 1").scalar<int>() == 1);
        CHECK(engine.url() == wrong);
    });
}

TEST_CASE("An exception from a hook that is not a database error passes through unwrapped") {
    struct Special {
        int number;
    };
    Engine engine = scripted_engine(std::make_shared<Script>());
    engine.listen<event::BeforeExecute>([](const event::BeforeExecute&) { throw Special{42}; }).release();
    try {
        engine.connect().execute("SELECT");
        FAIL("no exception");
    } catch (const Special& s) {
        CHECK(s.number == 42);
    }
}

TEST_CASE("once runs once and is then gone. Subscribing or unsubscribing inside the running event is allowed") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    int once = 0, added = 0, removed = 0;
    engine.listen<event::Checkout>([&](const event::Checkout&) { ++once; }, {.once = true}).release();
    Subscription late, goes;
    engine
        .listen<event::Checkout>(
            [&](const event::Checkout&) {
                goes.reset();
                late = engine.listen<event::Checkout>([&](const event::Checkout&) { ++added; });
            },
            {.once = true})
        .release();
    goes = engine.listen<event::Checkout>([&](const event::Checkout&) { ++removed; });
    engine.connect();
    CHECK(removed == 0);
    CHECK(added == 0);  // the round had begun
    engine.connect();
    CHECK(added == 1);
    CHECK(once == 1);
}

TEST_CASE("A listener added to the engine after a connection was taken still sees that connection's next statement") {
    Engine engine = scripted_engine(std::make_shared<Script>());
    Connection c = engine.connect();
    c.execute("SELECT");
    Recorder events(engine);
    c.execute("SELECT");
    CHECK(events.take() == Names{"before_execute", "after_execute"});
}

TEST_CASE(
    "Pool-wide, engine-wide and process-wide listeners all fire, process-wide first, each in order of subscription") {
    Engine engine = scripted_engine(std::make_shared<Script>(), {.name = "this one"});
    Names order;
    const auto note = [&](const char* name) {
        return [&order, name](const event::Checkout& e) {
            if (e.pool() == "this one") order.push_back(name);
        };
    };
    const Subscription p = engine.pool().listen<event::Checkout>(note("pool"));
    const Subscription e1 = engine.listen<event::Checkout>(note("engine 1"));
    const Subscription w1 = listen<event::Checkout>(note("process 1"));
    const Subscription e2 = engine.listen<event::Checkout>(note("engine 2"));
    const Subscription w2 = listen<event::Checkout>(note("process 2"));
    engine.connect();
    CHECK(order == Names{"process 1", "process 2", "engine 1", "engine 2", "pool"});
}

TEST_CASE("before_execute may change the statement, after_execute tells what was run and how long") {
    const auto script = std::make_shared<Script>();
    Engine engine = scripted_engine(script);
    engine.listen<event::BeforeExecute>([](event::BeforeExecute& e) { e.statement += " /* traced */"; }).release();
    std::string ran;
    std::int64_t rows = -1;
    std::chrono::nanoseconds duration{-1};
    engine
        .listen<event::AfterExecute>([&](const event::AfterExecute& e) {
            ran = e.statement;
            rows = e.affected_rows;
            duration = e.duration;
        })
        .release();
    engine.begin([](Connection& c) { c.execute("INSERT"); });
    CHECK(ran == "INSERT /* traced */");
    CHECK(rows == 1);
    CHECK(duration.count() > 0);
    CHECK(script->sql() == Names{"BEGIN", "INSERT /* traced */", "COMMIT"});
}

TEST_CASE("A listener works on the connection that its event is about") {
    on_each(all_kinds, [](Database& database) {
        Engine engine = database.engine({.pool_size = 1});
        engine.listen<event::Connect>([](event::Connect& e) { e.info()["born"] = true; }).release();
        engine.listen<event::Begin>([](event::Begin& e) { e.connection.info()["begun"] = true; }).release();
        int inside = 0;
        engine
            .listen<event::Begin>([&](event::Begin& e) { inside += e.connection.execute("SELECT 1").scalar<int>(); },
                                  {.once = true})
            .release();
        Connection c = engine.connect();
        CHECK(c.execute("SELECT 2").scalar<int>() == 2);
        CHECK(inside == 1);
        CHECK(c.info().size() == 2);
        CHECK_FALSE(c.closed());
    });
}
