// A small HTTP service: an engine, a session for each request, the monitor, and an end that leaves nobody waiting.
// Configured by the environment alone: settings.hpp has its own variables, .env.example those of the engine.
//
//     DATABASE_URL=sqlite:///notes.db ./sociable_example_service
//     curl -d '{"text": "buy milk"}' localhost:8080/notes
#include "http_server.hpp"
#include "notes.hpp"
#include "settings.hpp"

#include <sociable/monitor/monitor.hpp>
#include <sociable/sociable.hpp>

#include <chrono>
#include <exception>
#include <iostream>

namespace db = sociable;
using namespace std::chrono_literals;

int main() {
    try {
        const Settings settings = settings_from_environment();
        db::Engine engine = db::engine_from_env();
        Notes notes(engine);
        db::Monitor monitor(engine, {.token = settings.monitor_token}, {.port = settings.monitor_port});
        HttpServer server(settings.address, settings.port, settings.threads,
                          [&notes](const Request& request) { return notes.answer(request); });
        std::cout << "notes: " << server.url() << "/notes\nmonitor: " << monitor.url() << std::endl;

        server.run([&monitor] { monitor.set_ready(false); });
        if (!engine.dispose(5s)) std::cerr << "connections were still in use at the end\n";
        std::cout << "stopped" << std::endl;
        return 0;
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
