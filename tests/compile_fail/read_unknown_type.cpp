// expect: sociable: no Codec for this type: specialise sociable::Codec<T>

#include <sociable/types/codec.hpp>

struct Unknown {};

template void sociable::detail::require_decodable<Unknown>();
