#pragma once

#include <sociable/health/advice.hpp>
#include <sociable/health/sizing.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sociable::health {

/// Goes over what was measured, rule by rule. Used once.
class Advisor {
public:
    explicit Advisor(const AdviceInput& input);
    AdviceReport report();

private:
    std::string measured() const;
    bool is_queue() const { return in_.status.pool_class == PoolClass::queue; }
    std::optional<Sizing> sizing();

    // advisor.cpp
    void recycling();
    void slow_connects();
    void long_uses();
    void leaks();
    // advisor_reuse.cpp
    /// Whether connections are opened too often; then `reuse_evidence_` tells.
    void find_churn();
    void stop_churn();
    // advisor_size.cpp
    void size(const Sizing& wanted);
    void overflow(const Sizing& wanted, int new_size);
    void deadlock(const Sizing& wanted);

    void add(std::string option, std::string current, std::string proposed, std::string evidence, std::string benefit) {
        report_.advice.push_back(
            {std::move(option), std::move(current), std::move(proposed), std::move(evidence), std::move(benefit)});
    }

    const AdviceInput& in_;
    const AdviceOptions& options_;
    Workload workload_;
    double busy_ = 0;  ///< connections, on average
    std::string reuse_evidence_;
    std::optional<CloseReason> closed_mostly_;  ///< because of this, when connections are opened too often
    AdviceReport report_;
};

}  // namespace sociable::health
