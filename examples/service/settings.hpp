// What the environment says besides the engine's own variables, which .env.example lists.
#pragma once

#include <cstdint>
#include <string>

struct Settings {
    std::string address = "127.0.0.1";  // SERVICE_ADDRESS
    std::uint16_t port = 8080;          // SERVICE_PORT; 0 is any that is free
    int threads = 16;                   // SERVICE_THREADS: as many requests are worked on at once
    std::uint16_t monitor_port = 9464;  // MONITOR_PORT
    std::string monitor_token;          // MONITOR_TOKEN
};

/// @throws std::runtime_error that names the variable
Settings settings_from_environment();
