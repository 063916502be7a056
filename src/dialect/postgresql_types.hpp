#pragma once

#include <libpq-fe.h>

namespace sociable::dialect::postgresql_type {

// From the catalogue pg_type; they never change.
constexpr Oid unknown = 0;
constexpr Oid boolean = 16;
constexpr Oid bytea = 17;
constexpr Oid name = 19;
constexpr Oid int8 = 20;
constexpr Oid int2 = 21;
constexpr Oid int4 = 23;
constexpr Oid text = 25;
constexpr Oid oid = 26;
constexpr Oid json = 114;
constexpr Oid float4 = 700;
constexpr Oid float8 = 701;
constexpr Oid bpchar = 1042;
constexpr Oid varchar = 1043;
constexpr Oid numeric = 1700;

}  // namespace sociable::dialect::postgresql_type
