# sociable_discover_tests(<target> <label>): one CTest test per doctest test case, named like it, so that
# `ctest -R "a test's name"` finds it. Each has the label, and that of a database when its name or file speaks of one.

function(sociable_discover_tests target label)
    set(calls "${CMAKE_CURRENT_BINARY_DIR}/${target}_list.cmake")
    set(include_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_tests.cmake")
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND ${target} --list-test-cases --reporters=ctest "--out=${calls}"
        BYPRODUCTS "${calls}"
        VERBATIM)
    file(GENERATE OUTPUT "${include_file}" CONTENT "
function(sociable_add_test name filter file)
    add_test(\"\${name}\" \"$<TARGET_FILE:${target}>\" \"--test-case=\${filter}\" --case-sensitive --no-version)
    set(labels ${label})
    string(TOLOWER \"\${name} \${file}\" about)
    foreach(database sqlite postgresql mysql mariadb)
        if(about MATCHES \${database})
            list(APPEND labels \${database})
        endif()
    endforeach()
    set_tests_properties(\"\${name}\" PROPERTIES LABELS \"\${labels}\" TIMEOUT 600)
endfunction()
if(EXISTS \"${calls}\")
    include(\"${calls}\")
else()
    add_test(${target}_is_not_built \"$<TARGET_FILE:${target}>\")
endif()
")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include_file}")
endfunction()
