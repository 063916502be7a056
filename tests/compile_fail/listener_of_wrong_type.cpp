// expect: sociable: a listener is called with its event

#include <sociable/engine/engine.hpp>

#include <string>

void listen(sociable::Engine& engine) {
    engine.listen<sociable::event::Checkout>([](const std::string&) {}).release();
}
