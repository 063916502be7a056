#pragma once

#include "support/own_process.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sociable::test {

/// A headless Chromium with one tab, driven by its DevTools protocol. Gone at the end.
class Browser {
public:
    /// @throws std::runtime_error when chromium-headless-shell isn't installed, or doesn't start
    Browser();
    Browser(const Browser&) = delete;
    Browser& operator=(const Browser&) = delete;
    ~Browser();

    void open(const std::string& url);
    /// "light" or "dark", and how wide the window is.
    void look(std::string_view scheme, int width, int height = 900);
    /// The value of a JavaScript expression. @throws std::runtime_error with what it throws
    boost::json::value evaluate(std::string_view expression);
    /// Until an expression is true. @throws std::runtime_error when it isn't within 30 s
    void wait_for(std::string_view expression);
    /// A picture of the whole page, into the directory that SOCIABLE_SCREENSHOTS names, for people to look at; nothing
    /// when it names none.
    void screenshot(const std::string& name);
    /// What went wrong on the pages so far: exceptions that nobody caught, and console.error().
    const std::vector<std::string>& complaints() const noexcept { return complaints_; }

private:
    class Socket;
    boost::json::object call(std::string_view method, boost::json::object parameters);

    TemporaryDirectory profile_;
    OwnProcess process_;
    std::unique_ptr<Socket> socket_;
    std::string session_;
    int calls_ = 0;
    std::vector<std::string> complaints_;
};

}  // namespace sociable::test
