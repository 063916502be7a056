# `cmake --install` and what `find_package(sociable)` needs afterwards.

include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/sociable")

install(TARGETS sociable EXPORT sociable-targets FILE_SET HEADERS)
if(TARGET sociable_monitor)
    install(TARGETS sociable_monitor EXPORT sociable-targets FILE_SET HEADERS)
endif()
if(TARGET sociable_advise)
    install(TARGETS sociable_advise)
endif()
install(EXPORT sociable-targets NAMESPACE sociable:: DESTINATION "${package_dir}")

# The private dependencies of a static library are its user's to link, those of a shared one are not even looked for.
get_target_property(library_type sociable TYPE)
string(COMPARE EQUAL "${library_type}" STATIC_LIBRARY needs_private_dependencies)

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/sociable-config.cmake.in" sociable-config.cmake
    INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may break its users.
write_basic_package_version_file(sociable-config-version.cmake COMPATIBILITY SameMinorVersion)
install(
    FILES
        "${CMAKE_CURRENT_BINARY_DIR}/sociable-config.cmake"
        "${CMAKE_CURRENT_BINARY_DIR}/sociable-config-version.cmake"
        "${CMAKE_CURRENT_LIST_DIR}/FindSOCI.cmake"
        "${CMAKE_CURRENT_LIST_DIR}/FindLibMariaDB.cmake"
    DESTINATION "${package_dir}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/sociable")
