# Tests that must fail when a guard is taken out of the product, without touching its source.

# trayline_mutant(NAME name FILE source FIND "exact text" REPLACE "text" RUNNER target
#                 DEPENDS modules ... ARGUMENTS ... [LABELS ...] [TIMEOUT seconds])
# Copies the one source file into the build folder with the text replaced, compiles it and links it
# with the object files of the executable target RUNNER, before the static libraries: the linker
# finds the mutant's functions first. The test <name> runs it with ARGUMENTS and passes when it
# returns 0. The configuration fails unless the text is found exactly once: a guard that was
# rewritten must not lose its mutant unseen. An empty REPLACE takes the text out.
function(trayline_mutant)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;FILE;FIND;REPLACE;RUNNER;TIMEOUT"
                        "DEPENDS;ARGUMENTS;LABELS")
  foreach(required NAME FILE FIND RUNNER DEPENDS)
    if(NOT DEFINED ARG_${required})
      message(FATAL_ERROR "trayline_mutant: ${required} is missing")
    endif()
  endforeach()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set(original "${CMAKE_SOURCE_DIR}/${ARG_FILE}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${original}")
  file(READ "${original}" text)
  string(FIND "${text}" "${ARG_FIND}" at)
  string(FIND "${text}" "${ARG_FIND}" last_at REVERSE)
  if(at EQUAL -1)
    message(FATAL_ERROR "trayline_mutant(${ARG_NAME}): ${ARG_FILE} does not hold\n${ARG_FIND}")
  elseif(NOT at EQUAL last_at)
    message(FATAL_ERROR "trayline_mutant(${ARG_NAME}): ${ARG_FILE} holds more than once\n${ARG_FIND}")
  endif()
  string(REPLACE "${ARG_FIND}" "${ARG_REPLACE}" text "${text}")
  # Written only when it differs, so that a new configuration compiles nothing anew.
  set(mutant "${CMAKE_CURRENT_BINARY_DIR}/${ARG_NAME}.cc")
  set(before "")
  if(EXISTS "${mutant}")
    file(READ "${mutant}" before)
  endif()
  if(NOT "${before}" STREQUAL "${text}")
    file(WRITE "${mutant}" "${text}")
  endif()

  list(TRANSFORM ARG_DEPENDS PREPEND trayline_ OUTPUT_VARIABLE ours)
  add_executable(${ARG_NAME} "${mutant}" $<TARGET_OBJECTS:${ARG_RUNNER}>)
  set_target_properties(${ARG_NAME} PROPERTIES
    LINKER_LANGUAGE CXX RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin/mutants")
  target_link_libraries(${ARG_NAME} PRIVATE trayline_flags ${ours})
  # What a guard has used may be unused without it; without debugging symbols it links faster.
  target_compile_options(${ARG_NAME} PRIVATE -w -g0)
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} ${ARG_ARGUMENTS})
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
