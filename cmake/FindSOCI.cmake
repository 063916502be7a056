#[[
Finds SOCI, with or without a CMake package of its own (4.1 has one, Debian's 4.0.3 has none).

Components: core, postgresql, mysql, sqlite3; all of them when none is named. Each is a target SOCI::<component> that
brings its headers, and for a database those of the native client library, as system headers.
]]

if(NOT SOCI_FIND_COMPONENTS)
    set(SOCI_FIND_COMPONENTS core postgresql mysql sqlite3)
    foreach(component IN LISTS SOCI_FIND_COMPONENTS)
        set(SOCI_FIND_REQUIRED_${component} TRUE)
    endforeach()
elseif(NOT core IN_LIST SOCI_FIND_COMPONENTS)
    list(PREPEND SOCI_FIND_COMPONENTS core)
endif()

set(_soci_package_core Core)
set(_soci_package_postgresql PostgreSQL)
set(_soci_package_mysql MySQL)
set(_soci_package_sqlite3 SQLite3)

# SOCI 4.1, installed or added by the project around us: only the names differ.
if(NOT TARGET SOCI::Core)
    set(_soci_components)
    foreach(component IN LISTS SOCI_FIND_COMPONENTS)
        list(APPEND _soci_components ${_soci_package_${component}})
    endforeach()
    find_package(SOCI ${SOCI_FIND_VERSION} QUIET CONFIG COMPONENTS ${_soci_components})
endif()

if(TARGET SOCI::Core)
    foreach(component IN LISTS SOCI_FIND_COMPONENTS)
        set(_soci_target SOCI::${_soci_package_${component}})
        if(TARGET ${_soci_target})
            if(NOT TARGET SOCI::${component})
                add_library(SOCI::${component} INTERFACE IMPORTED)
                target_link_libraries(SOCI::${component} INTERFACE ${_soci_target})
            endif()
            set(SOCI_${component}_FOUND TRUE)
        endif()
    endforeach()
    set(_soci_required SOCI_core_FOUND)
else()
    find_path(SOCI_INCLUDE_DIR soci/soci.h)
    mark_as_advanced(SOCI_INCLUDE_DIR)
    if(SOCI_INCLUDE_DIR)
            file(STRINGS "${SOCI_INCLUDE_DIR}/soci/version.h" _soci_number REGEX "^#define SOCI_VERSION [0-9]+$")
        string(REGEX REPLACE "[^0-9]" "" _soci_number "${_soci_number}")
        math(EXPR _soci_major "${_soci_number} / 100000")
        math(EXPR _soci_minor "${_soci_number} / 100 % 1000")
        math(EXPR _soci_patch "${_soci_number} % 100")
        set(SOCI_VERSION ${_soci_major}.${_soci_minor}.${_soci_patch})
    endif()

    # The native client library that a component's headers include.
    set(_soci_client_postgresql PostgreSQL PostgreSQL::PostgreSQL)
    set(_soci_client_mysql LibMariaDB LibMariaDB::LibMariaDB)
    set(_soci_client_sqlite3 SQLite3 SQLite::SQLite3)

    foreach(component IN LISTS SOCI_FIND_COMPONENTS)
        find_library(SOCI_${component}_LIBRARY soci_${component})
        mark_as_advanced(SOCI_${component}_LIBRARY)
        set(_soci_links)
        if(_soci_client_${component})
            list(GET _soci_client_${component} 0 _soci_client_package)
            list(GET _soci_client_${component} 1 _soci_client_target)
            find_package(${_soci_client_package} QUIET)
            set(_soci_links SOCI::core ${_soci_client_target})
        endif()
        if(NOT SOCI_${component}_LIBRARY OR (_soci_links AND NOT TARGET ${_soci_client_target}))
            continue()
        endif()
        if(NOT TARGET SOCI::${component})
            add_library(SOCI::${component} UNKNOWN IMPORTED)
            set_target_properties(SOCI::${component} PROPERTIES
                IMPORTED_LOCATION "${SOCI_${component}_LIBRARY}"
                INTERFACE_INCLUDE_DIRECTORIES "${SOCI_INCLUDE_DIR}"
                INTERFACE_LINK_LIBRARIES "${_soci_links}")
        endif()
        set(SOCI_${component}_FOUND TRUE)
    endforeach()
    set(_soci_required SOCI_core_LIBRARY SOCI_INCLUDE_DIR)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SOCI
    REQUIRED_VARS ${_soci_required}
    VERSION_VAR SOCI_VERSION
    HANDLE_COMPONENTS
    REASON_FAILURE_MESSAGE "On Debian: apt-get install libsoci-dev libpq-dev libmariadb-dev libsqlite3-dev")
