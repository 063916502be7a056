// expect: sociable: no Codec for this type: specialise sociable::Codec<T>

#include <sociable/engine/connection.hpp>

struct Unknown {};

void bind(sociable::Connection& c) { c.execute("SELECT :v", {{"v", Unknown{}}}); }
