// The example service under 30 s of load.
#include "support/own_service.hpp"

using namespace sociable::test;

#ifdef SOCIABLE_EXAMPLE_SERVICE
TEST_CASE("fault: the database of the example service restarts in the middle of 30 s of load") {
    for (const Kind kind : servers)
        DOCTEST_SUBCASE(to_string(kind).c_str()) restart_under_load(SOCIABLE_EXAMPLE_SERVICE, kind, 30);
}
#endif
