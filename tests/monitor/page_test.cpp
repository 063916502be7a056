// The page in a browser, in front of real monitors.
#include "monitor/page.hpp"
#include "monitor/served.hpp"
#include "support/browser.hpp"
#include "support/database.hpp"

#include <sociable/monitor/monitor.hpp>

#include <boost/json.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

using namespace sociable;
using namespace sociable::test;
using namespace std::chrono_literals;

namespace {

std::string read(const std::string& name) {
    std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "../../src/monitor/page" / name);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string field(std::string_view name) { return "document.querySelector('[data-f=" + std::string(name) + "]')"; }

}  // namespace

TEST_CASE("the page in the library is its files, to the byte") {
    std::string whole = read("page.html");
    for (const std::string part : {"page.css", "page.js"}) {
        const auto mark = '@' + part + '@';
        REQUIRE(whole.find(mark) != whole.npos);
        whole.replace(whole.find(mark), mark.size(), read(part));
    }
    CHECK(monitor::page() == whole);
    CHECK(whole.find("https:") == whole.npos);
    CHECK(whole.find("innerHTML") == whole.npos);  // what a server tells is text
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
    browser.screenshot("token");
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
    browser.screenshot("lost");
    monitor = std::make_unique<Monitor>(engine, MonitorOptions{}, MonitorServerOptions{.port = port});
    browser.wait_for("document.getElementById('lost').hidden");
}

TEST_CASE("under load the page follows the pool: in use, overflow, waiting, suspended, advice") {
    const Database database(Kind::postgresql);
    Engine engine = database.engine({.pool_size = 2, .max_overflow = 1, .pool_timeout = 60s});
    Monitor monitor(engine, {.advice = {.min_period = 0ms}}, {.port = 0});
    Browser browser;
    browser.open(monitor.url());
    browser.wait_for(field("in_use") + "?.textContent === '0'");
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&] {
            while (!stop) engine.connect().execute("SELECT pg_sleep(0.05)");
        });
    browser.wait_for(field("in_use") + ".textContent === '3'");
    browser.wait_for(field("overflow") + ".textContent === '1'");
    browser.wait_for(field("waiting") + ".textContent === '3'");
    browser.wait_for("document.querySelectorAll('.cell.overflow').length === 1");
    browser.wait_for("document.querySelectorAll('.cell.in_use').length === 2");
    browser.wait_for("document.querySelector('.badge').textContent === 'Error'");
    browser.wait_for("document.querySelectorAll('.advice li').length > 0");
    browser.screenshot("load");
    engine.pool().suspend();
    browser.wait_for(field("waiting") + ".textContent === '6'");
    browser.wait_for("document.querySelector('.reasons').textContent.includes('suspended')");
    engine.pool().resume();
    stop = true;
    for (std::thread& thread : threads) thread.join();
    browser.wait_for(field("waiting") + ".textContent === '0'");
    CHECK(browser.complaints() == std::vector<std::string>{});
}

TEST_CASE("what the service tells is shown as text, and never run") {
    const std::string name = "<img src=x onerror='console.error(1)'><b>shop</b>";
    Engine engine = create_engine("sqlite://", {.name = name});
    Monitor monitor(engine, {}, {.port = 0});
    Browser browser;
    browser.open(monitor.url());
    browser.wait_for("document.querySelector('main h2')?.textContent.includes('<b>shop</b>')");
    CHECK(browser.evaluate("document.querySelectorAll('main img, main b').length") == 0);
    CHECK(browser.complaints() == std::vector<std::string>{});
}

TEST_CASE("the page is readable in light and dark, and as wide as a phone") {
    const test::TemporaryDirectory directory;
    Engine engine = create_engine("sqlite:///" + directory.file("a.db"),
                                  {.name = "a name that is rather long/for/a/phone/to/show"});
    Monitor monitor(engine, {}, {.port = 0});
    // The contrast of an element's colour to the first opaque background behind it, by WCAG 2.
    const std::string contrast = R"(selector => {
        const parts = text => text.match(/[\d.]+/g).map(Number);
        const light = text => { const [r, g, b] = parts(text).map(v => (v /= 255) <= .04045 ? v / 12.92
                                                                       : ((v + .055) / 1.055) ** 2.4);
                                return .2126 * r + .7152 * g + .0722 * b; };
        const element = document.querySelector(selector);
        let behind = element;
        while (parts(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
        const both = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(light);
        return (Math.max(...both) + .05) / (Math.min(...both) + .05); })";
    Browser browser;
    std::vector<std::string> backgrounds;
    for (const std::string scheme : {"light", "dark"})
        for (const int width : {360, 1200}) {
            CAPTURE(scheme);
            CAPTURE(width);
            browser.look(scheme, width);
            browser.open(monitor.url());
            browser.wait_for(field("in_use") + "?.textContent === '0'");
            for (const std::string selector : {"h1", "main h2", "h3", ".badge", ".muted", "dt", "dd", "summary"}) {
                CAPTURE(selector);
                CHECK(browser.evaluate("(" + contrast + ")('" + selector + "')").to_number<double>() >= 4.5);
            }
            CHECK(browser.evaluate("document.documentElement.scrollWidth <= innerWidth") == true);
            browser.screenshot(scheme + std::to_string(width));
            backgrounds.emplace_back(browser.evaluate("getComputedStyle(document.body).backgroundColor").as_string());
        }
    CHECK(backgrounds.front() != backgrounds.back());
}

TEST_CASE("the page works under any prefix, with a slash at its end or without") {
    const MonitorHandler handler(create_engine("sqlite://", {.name = "mounted"}));
    const Served server([&](const MonitorRequest& request) {
        constexpr std::string_view prefix = "/a/b";
        if (!request.target.starts_with(prefix)) return MonitorResponse{.status = 404};
        return handler({.method = request.method, .target = request.target.substr(prefix.size())});
    });
    Browser browser;
    for (const std::string path : {"a/b", "a/b/"}) {
        browser.open("http://127.0.0.1:" + std::to_string(server.port()) + "/" + path);
        browser.wait_for("document.querySelector('main h2')?.textContent === 'mounted'");
        browser.wait_for(field("in_use") + "?.textContent === '0'");
    }
    CHECK(browser.complaints() == std::vector<std::string>{});
}
