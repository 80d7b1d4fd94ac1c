# The house as CMake sees it: one target per module, each on a floor, links only downwards and
# only from wing to wing in the order firmware -> sync -> agent.

# Which wing a module lives in: agent 0, sync 1, firmware 2, tests 3.
function(_trayline_wing path out)
  file(RELATIVE_PATH relative "${CMAKE_SOURCE_DIR}" "${path}")
  string(REGEX MATCH "^[^/]+" top "${relative}")
  set(rank_agent 0)
  set(rank_sync 1)
  set(rank_firmware 2)
  set(rank_tests 3)
  if(NOT DEFINED rank_${top})
    message(FATAL_ERROR "trayline_module: ${relative} is in no wing (agent, sync, firmware, tests)")
  endif()
  set(${out} ${rank_${top}} PARENT_SCOPE)
endfunction()

# Fails the configuration when target may not link dependency.
function(_trayline_check_arrow target floor wing dependency)
  if(NOT TARGET trayline_${dependency})
    message(FATAL_ERROR
      "trayline_module(${target}): depends on '${dependency}', which is not built before it")
  endif()
  get_target_property(their_floor trayline_${dependency} TRAYLINE_FLOOR)
  get_target_property(their_wing trayline_${dependency} TRAYLINE_WING)
  if(their_floor GREATER_EQUAL floor)
    message(FATAL_ERROR
      "trayline_module(${target}): floor ${floor} may not link '${dependency}' on floor "
      "${their_floor}; a module links only lower floors")
  endif()
  if(their_wing GREATER wing)
    message(FATAL_ERROR
      "trayline_module(${target}): may not link '${dependency}', which is in a later wing; "
      "arrows go firmware -> sync -> agent")
  endif()
endfunction()

# trayline_module(NAME name FLOOR n [EXECUTABLE output] SOURCES ... [DEPENDS modules ...]
#                 [LIBRARIES outside targets ...])
# Makes trayline_<name> (alias trayline::<name>), a static library unless EXECUTABLE names the
# program. DEPENDS are modules of ours, checked; LIBRARIES are from outside.
function(trayline_module)
  cmake_parse_arguments(ARG "" "NAME;FLOOR;EXECUTABLE" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  foreach(required NAME FLOOR SOURCES)
    if(NOT DEFINED ARG_${required})
      message(FATAL_ERROR "trayline_module: ${required} is missing")
    endif()
  endforeach()
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "trayline_module(${ARG_NAME}): unknown '${ARG_UNPARSED_ARGUMENTS}'")
  endif()
  _trayline_wing("${CMAKE_CURRENT_SOURCE_DIR}" wing)
  foreach(dependency IN LISTS ARG_DEPENDS)
    _trayline_check_arrow(${ARG_NAME} ${ARG_FLOOR} ${wing} ${dependency})
  endforeach()

  set(target trayline_${ARG_NAME})
  list(TRANSFORM ARG_DEPENDS PREPEND trayline_ OUTPUT_VARIABLE ours)
  if(ARG_EXECUTABLE)
    add_executable(${target} ${ARG_SOURCES})
    set_target_properties(${target} PROPERTIES
      OUTPUT_NAME ${ARG_EXECUTABLE} RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
    target_link_libraries(${target} PRIVATE trayline_flags ${ours} ${ARG_LIBRARIES})
  else()
    add_library(${target} STATIC ${ARG_SOURCES})
    add_library(trayline::${ARG_NAME} ALIAS ${target})
    target_link_libraries(${target} PUBLIC trayline_flags ${ours} ${ARG_LIBRARIES})
  endif()
  set_target_properties(${target} PROPERTIES
    TRAYLINE_FLOOR ${ARG_FLOOR} TRAYLINE_WING ${wing} LINKER_LANGUAGE CXX)
endfunction()

# trayline_test(NAME name SOURCES ... DEPENDS modules ... [LIBRARIES ...] [LABELS ...]
#               [TIMEOUT seconds] [SERIAL])
# One GoogleTest program under bin/; its tests are found when ctest runs. SERIAL marks tests that
# start real processes and want the machine for themselves.
function(trayline_test)
  cmake_parse_arguments(ARG "SERIAL" "NAME;TIMEOUT" "SOURCES;DEPENDS;LIBRARIES;LABELS" ${ARGN})
  if(NOT TRAYLINE_TESTS)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  list(TRANSFORM ARG_DEPENDS PREPEND trayline_ OUTPUT_VARIABLE ours)
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  set_target_properties(${ARG_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  target_link_libraries(${ARG_NAME} PRIVATE
    trayline_flags ${ours} ${ARG_LIBRARIES} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${ARG_NAME} PRIVATE
    TRAYLINE_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data" TRAYLINE_BIN="${CMAKE_BINARY_DIR}/bin")
  set(properties LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
  if(ARG_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  gtest_discover_tests(${ARG_NAME} NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES ${properties})
endfunction()
