# One place for the language, the warnings, the sanitizers and the hardening of every target of
# ours. Targets take them by linking trayline_flags, which trayline_module() does for them.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Dev: quick to build, quick to run, with line numbers and assertions.
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1" CACHE STRING "Flags of the Dev build type" FORCE)
# Release: functions in sections of their own, so that the linker leaves out what nobody calls; the
# agent's memory is mostly pages of code.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG -ffunction-sections -fdata-sections" CACHE STRING "Flags of the Release build type" FORCE)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Dev CACHE STRING "Dev or Release" FORCE)
endif()

find_program(TRAYLINE_CCACHE ccache)
if(TRAYLINE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${TRAYLINE_CCACHE}")
endif()

set(TRAYLINE_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")
# Everything is instrumented for libFuzzer; tests/fuzz links its engine into the targets.
option(TRAYLINE_FUZZ "Build the fuzz targets (clang only)" OFF)
if(TRAYLINE_FUZZ AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "TRAYLINE_FUZZ needs clang, which brings libFuzzer; use the preset 'fuzz'")
endif()

add_library(trayline_flags INTERFACE)
target_include_directories(trayline_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(trayline_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor -Werror
  -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(trayline_flags INTERFACE -Wthread-safety)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(trayline_flags INTERFACE _FORTIFY_SOURCE=2)
  target_link_options(trayline_flags INTERFACE -Wl,--gc-sections)
endif()
target_link_options(trayline_flags INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)
if(TRAYLINE_SANITIZE)
  target_compile_options(trayline_flags INTERFACE
    -fsanitize=${TRAYLINE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(trayline_flags INTERFACE -fsanitize=${TRAYLINE_SANITIZE})
endif()
if(TRAYLINE_FUZZ)
  target_compile_options(trayline_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(trayline_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
