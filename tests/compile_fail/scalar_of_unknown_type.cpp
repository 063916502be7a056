// expect: sociable: no Codec for this type: specialise sociable::Codec<T>

#include <sociable/engine/connection.hpp>

struct Unknown {};

auto read(sociable::Connection& c) { return c.execute("SELECT 1").scalar<Unknown>(); }
