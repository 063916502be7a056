#include "support/browser.hpp"

#include <unistd.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <regex>
#include <stdexcept>
#include <thread>

namespace sociable::test {

namespace json = boost::json;
namespace beast = boost::beast;
using boost::asio::ip::tcp;

namespace {

std::vector<std::string> command(const std::string& profile) {
    // What is in /usr/bin is a script, which would leave the browser behind when it is ended.
    const std::string program = "/usr/lib/chromium/chromium-headless-shell";
    if (!std::filesystem::exists(program))
        throw std::runtime_error(program + " is not there: cmake/install_debian_packages.sh tests installs it");
    std::vector<std::string> all{program,
                                 "--disable-gpu",
                                 "--disable-dev-shm-usage",  // of which containers have little
                                 "--disable-background-networking",
                                 "--remote-debugging-port=0",
                                 "--user-data-dir=" + profile};
    if (geteuid() == 0) all.push_back("--no-sandbox");  // which Chromium has for other users only
    all.push_back("about:blank");
    return all;
}

}  // namespace

class Browser::Socket {
public:
    Socket(const std::string& port, const std::string& path) {
        tcp::socket& socket = beast::get_lowest_layer(stream_);
        socket.connect({boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port))});
        stream_.read_message_max(0);
        stream_.handshake("127.0.0.1:" + port, path);
    }
    void send(const json::object& message) { stream_.write(boost::asio::buffer(json::serialize(message))); }
    json::object receive() {
        beast::flat_buffer buffer;
        stream_.read(buffer);
        return json::parse(beast::buffers_to_string(buffer.data())).as_object();
    }

private:
    boost::asio::io_context context_;
    beast::websocket::stream<tcp::socket> stream_{context_};
};

Browser::Browser() : process_(command(profile_.path().string())) {
    const std::string place = process_.wait_for(std::regex("DevTools listening on ws://127\\.0\\.0\\.1:(\\S+)"));
    const auto slash = place.find('/');
    socket_ = std::make_unique<Socket>(place.substr(0, slash), place.substr(slash));
    const auto target = call("Target.createTarget", {{"url", "about:blank"}}).at("targetId");
    session_ = call("Target.attachToTarget", {{"targetId", target}, {"flatten", true}}).at("sessionId").as_string();
    call("Page.enable", {});
    call("Runtime.enable", {});
}

Browser::~Browser() = default;

json::object Browser::call(std::string_view method, json::object parameters) {
    json::object message{{"id", ++calls_}, {"method", method}, {"params", std::move(parameters)}};
    if (!session_.empty()) message["sessionId"] = session_;
    socket_->send(message);
    for (;;) {
        json::object answer = socket_->receive();
        if (const json::value* event = answer.if_contains("method")) {
            const bool is_error = *event == "Runtime.consoleAPICalled" && answer["params"].at("type") == "error";
            if (is_error || *event == "Runtime.exceptionThrown")
                complaints_.push_back(json::serialize(answer["params"]));
        } else if (answer.at("id") == calls_) {
            if (const json::value* error = answer.if_contains("error"))
                throw std::runtime_error(std::string(method) + ": " + json::serialize(*error));
            return std::move(answer.at("result").as_object());
        }
    }
}

void Browser::open(const std::string& url) {
    call("Page.navigate", {{"url", url}});
    wait_for("location.href !== 'about:blank' && document.readyState === 'complete'");
}

void Browser::look(std::string_view scheme, int width, int height) {
    call("Emulation.setEmulatedMedia",
         {{"features", json::array{json::object{{"name", "prefers-color-scheme"}, {"value", scheme}}}}});
    call("Emulation.setDeviceMetricsOverride",
         {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", false}});
}

json::value Browser::evaluate(std::string_view expression) {
    json::object answer = call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}});
    if (const json::value* thrown = answer.if_contains("exceptionDetails"))
        throw std::runtime_error(std::string(expression) + ": " + json::serialize(*thrown));
    const json::value* value = answer.at("result").as_object().if_contains("value");
    return value ? *value : json::value();
}

void Browser::wait_for(std::string_view expression) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (evaluate(expression) != true) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("not within 30 s: " + std::string(expression) +
                                     "; the page shows: " + json::serialize(evaluate("document.body.innerText")));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void Browser::screenshot(const std::string& name) {
    const char* const directory = std::getenv("SOCIABLE_SCREENSHOTS");
    if (!directory) return;
    const json::value size = call("Page.getLayoutMetrics", {}).at("cssContentSize");
    const json::object clip{
        {"x", 0}, {"y", 0}, {"width", size.at("width")}, {"height", size.at("height")}, {"scale", 1}};
    const json::object picture = call("Page.captureScreenshot", {{"clip", clip}, {"captureBeyondViewport", true}});
    const std::string command = "base64 --decode > '" + std::string(directory) + "/" + name + ".png'";
    FILE* const pipe = popen(command.c_str(), "w");
    if (!pipe) throw std::runtime_error("can't run " + command);
    const std::string data(picture.at("data").as_string());
    std::fwrite(data.data(), 1, data.size(), pipe);
    pclose(pipe);
}

}  // namespace sociable::test
