#pragma once

#include "monitor/database_probe.hpp"
#include "monitor/watch.hpp"

#include <sociable/monitor/monitor_handler.hpp>

#include <boost/json/array.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace sociable::monitor {

/// The monitor's paths: who may ask for each, and what it answers.
class Routes {
public:
    Routes(std::vector<Engine> engines, MonitorOptions options);

    MonitorResponse answer(const MonitorRequest& request) const;
    static bool is_quick(std::string_view target) noexcept;
    void set_ready(bool ready) const noexcept { ready_ = ready; }

private:
    struct Route;
    static const Route* find(std::string_view target) noexcept;

    MonitorResponse liveness(bool) const;
    MonitorResponse readiness(bool trusted) const;
    MonitorResponse database(bool) const;
    MonitorResponse pool_health(bool) const;
    MonitorResponse detailed_health(bool) const;
    MonitorResponse pool_status(bool) const;
    MonitorResponse pool_connections(bool) const;
    MonitorResponse pool_holders(bool) const;
    MonitorResponse pool_advice(bool) const;
    MonitorResponse config(bool) const;
    MonitorResponse metrics(bool) const;
    MonitorResponse page(bool) const;

    /// {"pools": [what `f` makes of each engine and its number]}
    boost::json::object pools(const std::function<boost::json::object(const Engine&, std::size_t)>& f) const;

    /// Of each engine.
    std::vector<DatabaseAnswer> ask_databases(DatabaseProbe::Want want) const;

    const std::vector<Engine> engines_;
    const MonitorOptions options_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    mutable std::atomic<bool> ready_{true};  ///< by the service's own word
    const std::shared_ptr<const Watch> watch_;
    std::vector<std::unique_ptr<DatabaseProbe>> probes_;
};

}  // namespace sociable::monitor
