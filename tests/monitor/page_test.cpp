// The page in a browser, in front of real monitors.
#include "monitor/page.hpp"
#include "support/browser.hpp"

#include <sociable/monitor/monitor.hpp>

#include <boost/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace sociable;
using namespace sociable::test;

namespace {

std::string field(std::string_view name) { return "document.querySelector('[data-f=" + std::string(name) + "]')"; }

}  // namespace

TEST_CASE("the page in the library is its file, to the byte") {
    std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "../../src/monitor/page.html");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    CHECK(monitor::page() == text);
}

TEST_CASE("the page shows what a pool's status tells") {
    const Database database(Kind::postgresql);
    Engine engine = database.engine({.pool_size = 2, .max_overflow = 2});
    Monitor monitor(engine, {}, {.port = 0});
    Browser browser;
    browser.look("light", 360);
    browser.open(monitor.url());
    browser.wait_for(field("in_use") + "?.textContent === '0'");
    {
        const Connection first = engine.connect(), second = engine.connect(), third = engine.connect();
        browser.wait_for(field("in_use") + ".textContent === '3'");
        browser.wait_for("document.querySelectorAll('.cell.overflow').length === 1");
        CHECK(browser.evaluate("document.querySelectorAll('.cell.in_use').length") == 2);
        CHECK(browser.evaluate(field("limit") + ".textContent") == " / 4");
        const auto hover = browser.evaluate("document.querySelector('.cell').getAttribute('aria-label')");
        CHECK(hover.as_string().find("page_test.cpp:") != std::string::npos);
        browser.wait_for("document.querySelectorAll('.reasons li').length > 0");
        browser.wait_for(field("basis") + ".textContent !== ''");
        browser.wait_for("document.querySelector('.curve')?.getAttribute('d').startsWith('M')");
    }
    browser.wait_for(field("in_use") + ".textContent === '" + std::to_string(engine.pool().status().checked_out) + "'");
    CHECK(browser.evaluate("document.documentElement.scrollWidth <= innerWidth") == true);
    CHECK(browser.complaints() == std::vector<std::string>{});
}

TEST_CASE("the page asks for a token, and says when it was refused") {
    Monitor monitor(create_engine("sqlite://"), {.token = "right"}, {.port = 0});
    Browser browser;
    browser.open(monitor.url());
    const auto enter = [&](const std::string& token) {
        browser.wait_for("!document.getElementById('ask').hidden");
        browser.evaluate("document.getElementById('token').value = '" + token +
                         "'; document.getElementById('ask').requestSubmit()");
    };
    enter("wrong");
    browser.wait_for("document.getElementById('refused').textContent.includes('refused')");
    enter("right");
    browser.wait_for(field("in_use") + "?.textContent === '0'");
    CHECK(browser.evaluate("location.href") == boost::json::string(monitor.url()));
}

TEST_CASE("the page says when it lost the monitor, and finds it again") {
    const Engine engine = create_engine("sqlite://");
    auto monitor = std::make_unique<Monitor>(engine, MonitorOptions{}, MonitorServerOptions{.port = 0});
    const auto port = monitor->port();
    Browser browser;
    browser.open(monitor->url());
    browser.wait_for(field("in_use") + "?.textContent === '0'");
    monitor.reset();
    browser.wait_for("document.getElementById('lost').textContent.startsWith('Lost the monitor at')");
    monitor = std::make_unique<Monitor>(engine, MonitorOptions{}, MonitorServerOptions{.port = port});
    browser.wait_for("document.getElementById('lost').hidden");
}
