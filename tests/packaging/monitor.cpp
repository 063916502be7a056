// What consumers of sociable::monitor build as well: an engine that is watched.

#include <sociable/monitor/monitor.hpp>

#include <iostream>

int main() {
    const sociable::Monitor monitor(sociable::create_engine("sqlite://"), {}, {.port = 0});
    std::cout << "watched at " << monitor.url() << '\n';
    return monitor.port() != 0 ? 0 : 1;
}
