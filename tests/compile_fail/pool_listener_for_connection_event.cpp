// expect: sociable: a pool has no such event; listen to the engine instead

#include <sociable/engine/engine.hpp>

void listen(sociable::Engine& engine) {
    engine.pool().listen<sociable::event::Commit>([](const sociable::event::Commit&) {}).release();
}
