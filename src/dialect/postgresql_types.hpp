#pragma once

#include <libpq-fe.h>

namespace sociable::dialect::postgresql_type {

// From the catalogue pg_type; they never change.
constexpr Oid unknown = 0;
constexpr Oid boolean = 16;
constexpr Oid bytea = 17;
constexpr Oid int8 = 20;
constexpr Oid int2 = 21;
constexpr Oid int4 = 23;
constexpr Oid oid = 26;
constexpr Oid float4 = 700;
constexpr Oid float8 = 701;
constexpr Oid numeric = 1700;

}  // namespace sociable::dialect::postgresql_type
