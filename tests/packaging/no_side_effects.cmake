# A project that takes sociable in as a subdirectory gets the library and nothing else.

foreach(option SOCIABLE_BUILD_TESTS SOCIABLE_BUILD_EXAMPLES SOCIABLE_BUILD_TOOLS SOCIABLE_INSTALL)
    if(${option})
        message(FATAL_ERROR "${option} is on inside another project")
    endif()
endforeach()

get_directory_property(compile_options COMPILE_OPTIONS)
get_directory_property(compile_definitions COMPILE_DEFINITIONS)
get_target_property(public_options sociable INTERFACE_COMPILE_OPTIONS)
get_target_property(own_options sociable COMPILE_OPTIONS)
foreach(variable compile_options compile_definitions public_options own_options CMAKE_MODULE_PATH CMAKE_CXX_STANDARD)
    if(${variable})
        message(FATAL_ERROR "sociable sets ${variable} inside another project: ${${variable}}")
    endif()
endforeach()
