// Boost.JSON, as part of the tests: its library need not be installed.
#include <boost/json/src.hpp>
