#include "support/scripted.hpp"

#include "dialect/dialect.hpp"

#include <utility>

namespace sociable::test {

namespace {

using dialect::TransactionState;

class ScriptedStatement final : public dialect::Statement {
public:
    ScriptedStatement(Script& script, TransactionState& state, std::string sql)
        : script_(script), state_(state), sql_(std::move(sql)) {
        if (sql_.starts_with("SELECT")) columns_ = {"value"};
    }

    void execute(std::span<const ValueView>, dialect::Delivery) override {
        try {
            script_.on_execute(sql_);
        } catch (const DatabaseError& e) {
            if (e.is_disconnect())
                state_ = TransactionState::lost;
            else if (script_.errors_fail_transaction && state_ == TransactionState::active)
                state_ = TransactionState::failed;
            throw;
        }
        script_.record(sql_);
        rows_ = columns_.empty() ? 0 : 1;
    }
    const std::vector<std::string>& columns() const override { return columns_; }
    bool fetch() override { return rows_-- > 0; }
    ValueView cell(std::size_t) override { return ValueView::int64(1); }
    void finish() noexcept override { rows_ = 0; }
    std::int64_t affected_rows() const override { return columns_.empty() ? 1 : 0; }
    std::optional<std::int64_t> last_insert_id() const override { return std::nullopt; }
    bool reads_only() const override { return !columns_.empty(); }

private:
    Script& script_;
    TransactionState& state_;
    std::string sql_;
    std::vector<std::string> columns_;
    int rows_ = 0;
};

class ScriptedDriver final : public dialect::Driver {
public:
    explicit ScriptedDriver(std::shared_ptr<Script> script)
        : script_(std::move(script)), number_(++script_->connects) {}
    ~ScriptedDriver() override { ++script_->closes; }

    void begin(const TransactionOptions&, bool) override { change("BEGIN", TransactionState::active); }
    void commit() override { change("COMMIT", TransactionState::idle); }
    void rollback() override { change("ROLLBACK", TransactionState::idle); }
    TransactionState transaction_state() noexcept override { return state_; }
    void run(const std::string& sql) override { change(sql, state_); }
    std::unique_ptr<dialect::Statement> prepare(std::string sql, std::size_t) override {
        return std::make_unique<ScriptedStatement>(*script_, state_, std::move(sql));
    }
    bool looks_alive() noexcept override { return script_->looks_alive; }
    bool is_replica() noexcept override { return number_ <= script_->replicas; }
    void limit_answers(std::optional<std::chrono::milliseconds> limit) noexcept override {
        script_->limits_answers = limit.has_value();
    }
    void ping(std::chrono::milliseconds) override {
        script_->on_ping();
        ++script_->pings;
    }
    void reset_session() override { change("RESET", state_); }
    void set(const std::string& name, const std::string& value) override {
        change("SET " + name + "=" + value, state_);
    }
    void restore(const std::string& name) override { change("RESTORE " + name, state_); }

private:
    void change(const std::string& sql, TransactionState next) {
        try {
            script_->on_run(sql);
        } catch (const DatabaseError& e) {
            if (e.is_disconnect()) state_ = TransactionState::lost;
            throw;
        }
        script_->record(sql);
        state_ = next;
    }

    std::shared_ptr<Script> script_;
    const int number_;
    TransactionState state_ = TransactionState::idle;
};

class ScriptedDialect final : public dialect::Dialect {
public:
    explicit ScriptedDialect(std::shared_ptr<Script> script) : script_(std::move(script)) {}

    std::string_view name() const noexcept override { return "scripted"; }
    dialect::Locality locality(const Url&) const override { return dialect::Locality::server; }
    void check(const Url&) const override {}
    void check(IsolationLevel) const override {}
    std::string connect_string(const Url&) const override { return {}; }
    using Dialect::connect;
    std::unique_ptr<dialect::Driver> connect(soci::session& session, const Url&, Use) const override {
        script_->on_connect();
        return attach(session);
    }
    std::unique_ptr<dialect::Driver> attach(soci::session&) const override {
        return std::make_unique<ScriptedDriver>(script_);
    }
    const dialect::SqlRules& sql_rules() const noexcept override {
        static constexpr dialect::SqlRules rules{};
        return rules;
    }
    std::string quote_identifier(std::string_view name) const override { return '"' + std::string(name) + '"'; }

private:
    std::shared_ptr<Script> script_;
};

}  // namespace

std::vector<std::string> Script::sql() const {
    const std::lock_guard lock(mutex_);
    return sql_;
}

void Script::record(const std::string& text) {
    const std::lock_guard lock(mutex_);
    sql_.push_back(text);
}

void Script::forget() {
    const std::lock_guard lock(mutex_);
    sql_.clear();
}

Engine scripted_engine(const std::shared_ptr<Script>& script, const EngineOptions& options) {
    return Engine(scripted_state(script, options));
}

std::shared_ptr<detail::EngineState> scripted_state(const std::shared_ptr<Script>& script,
                                                    const EngineOptions& options) {
    const Url url("scripted://host/database");
    const auto dialect = std::make_shared<ScriptedDialect>(script);
    EngineOptions known = options;
    known.pool_require_primary = false;  // only PostgreSQL's URLs may ask for it
    pool::Settings settings = detail::pool_settings(url, known, *dialect);
    settings.require_primary = options.pool_require_primary;
    settings.ahead = [script] { return script->clock_offset.load(); };
    settings.connect_backoff = std::chrono::milliseconds(1);
    return std::make_shared<detail::EngineState>(url, url, dialect, std::move(settings), known);
}

void throw_disconnect() {
    raise({.kind = ErrorKind::operational, .message = "server closed the connection", .is_disconnect = true});
}

void throw_syntax_error() { raise({.kind = ErrorKind::programming, .message = "syntax error"}); }

}  // namespace sociable::test
