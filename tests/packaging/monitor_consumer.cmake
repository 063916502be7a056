# Builds monitor.cpp, and runs it at once: the test runs the other program.

add_executable(monitor_consumer "${CMAKE_CURRENT_LIST_DIR}/monitor.cpp")
target_link_libraries(monitor_consumer PRIVATE sociable::monitor)
add_custom_command(TARGET monitor_consumer POST_BUILD COMMAND monitor_consumer VERBATIM)
