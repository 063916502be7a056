#[[
Finds MariaDB's client library and defines LibMariaDB::LibMariaDB.

libmariadb comes with a pkg-config file and no CMake package; its headers lie in a directory of their own.
]]

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    pkg_check_modules(PC_LIBMARIADB QUIET libmariadb)
endif()

find_path(LibMariaDB_INCLUDE_DIR mysql.h HINTS ${PC_LIBMARIADB_INCLUDE_DIRS} PATH_SUFFIXES mariadb)
find_library(LibMariaDB_LIBRARY mariadb HINTS ${PC_LIBMARIADB_LIBRARY_DIRS})
mark_as_advanced(LibMariaDB_INCLUDE_DIR LibMariaDB_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibMariaDB
    REQUIRED_VARS LibMariaDB_LIBRARY LibMariaDB_INCLUDE_DIR
    VERSION_VAR PC_LIBMARIADB_VERSION
    REASON_FAILURE_MESSAGE "On Debian: apt-get install libmariadb-dev")

if(LibMariaDB_FOUND AND NOT TARGET LibMariaDB::LibMariaDB)
    add_library(LibMariaDB::LibMariaDB UNKNOWN IMPORTED)
    set_target_properties(LibMariaDB::LibMariaDB PROPERTIES
        IMPORTED_LOCATION "${LibMariaDB_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${LibMariaDB_INCLUDE_DIR}")
endif()
