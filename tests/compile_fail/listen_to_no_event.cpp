// expect: sociable: this is no event

#include <sociable/engine/engine.hpp>

struct NoEvent {};

void listen(sociable::Engine& engine) {
    engine.listen<NoEvent>([](const NoEvent&) {}).release();
}
