# How a suite is built and where it is run. The table is tests/suites.txt.
#
#   glasswal_test(NAME name SOURCES file... [LIBS target...] [DEFINES name=value...] [NEEDS target...] [LIMIT seconds]
#                 [GMOCK] [OPTIMISED] [PRODUCT])
#
# Natively it makes the program <name>_test and enters it into the list that tests/tools/suites/run.py runs and into ctest.
# For WebAssembly it adds the sources to engine_test. A suite that the table does not run in this configuration is not built
# there. It links GTest's main and the copy of the library that has the test points, or with PRODUCT the libraries that it
# names and no other. NEEDS is built before it. LIMIT is for one case (120 s unless told), in seconds as
# tests/tools/suites/counted_time.py counts them; it is stretched under sanitizers.

option(GLASSWAL_ALL_SUITES "Also build and run the suites that only `./dev test --all` runs here" OFF)

if(EMSCRIPTEN)
  set(glasswal_column 3)
elseif(GLASSWAL_SANITIZE MATCHES "address")
  set(glasswal_column 1)
elseif(GLASSWAL_SANITIZE MATCHES "thread")
  set(glasswal_column 2)
else()
  set(glasswal_column 0)
endif()

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/suites.txt")
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/suites.txt" glasswal_suite_rows REGEX "^[a-z]")
foreach(row IN LISTS glasswal_suite_rows)
  if(NOT row MATCHES "^([a-z._]+) +(test|all|-) +(test|all|-) +(test|all|-) +(yes|-) +(shared|own|quiet|program)( |$)")
    message(FATAL_ERROR "glasswal: tests/suites.txt: what is `${row}`?")
  endif()
  set(name ${CMAKE_MATCH_1})
  set(glasswal_process_of_${name} ${CMAKE_MATCH_6})
  set(columns ${CMAKE_MATCH_2} ${CMAKE_MATCH_3} ${CMAKE_MATCH_4} ${CMAKE_MATCH_5})
  list(GET columns ${glasswal_column} when)
  if(when STREQUAL "test" OR when STREQUAL "yes" OR (when STREQUAL "all" AND GLASSWAL_ALL_SUITES))
    set(glasswal_runs_${name} TRUE)
  else()
    set(glasswal_runs_${name} FALSE)
  endif()
endforeach()

# The headers of every test, compiled once: GoogleTest's are most of what a test is compiled from. Nothing of ours is in
# them, so that they are made anew only when the compiler or GoogleTest is.
if(NOT EMSCRIPTEN)
  add_library(glasswal_test_headers OBJECT tools/suites/headers.cpp)
  target_link_libraries(glasswal_test_headers PRIVATE glasswal_warnings glasswal_sqlite3 GTest::gtest)
  target_compile_options(glasswal_test_headers PRIVATE -O0)
  target_precompile_headers(glasswal_test_headers PRIVATE <gtest/gtest.h> <algorithm> <atomic> <chrono> <cstring> <functional>
                            <memory> <random> <string> <thread> <vector> <sqlite3.h>)
endif()

# glasswal_compile_test(target [TRUE]): what all that is made of tests' sources has in common. Most tests wait for the
# library, not for themselves, so that they are compiled quickly rather than well; TRUE is for those that do not.
function(glasswal_compile_test target)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${target} PRIVATE glasswal_warnings)
  if(NOT ARGV1)
    target_compile_options(${target} PRIVATE -O0)
    target_precompile_headers(${target} REUSE_FROM glasswal_test_headers)
  endif()
endfunction()

# glasswal_runs_here(name variable): whether the table runs the suite in this configuration.
function(glasswal_runs_here name variable)
  if(NOT DEFINED glasswal_runs_${name})
    message(FATAL_ERROR "glasswal: tests/suites.txt does not say where ${name} runs")
  endif()
  set(${variable} ${glasswal_runs_${name}} PARENT_SCOPE)
endfunction()

# The list for tests/tools/suites/run.py. It is written when all suites are known.
if(NOT EMSCRIPTEN)
  add_custom_target(glasswal_suites)
  file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/suites.tsv"
       CONTENT "$<TARGET_GENEX_EVAL:glasswal_suites,$<JOIN:$<TARGET_PROPERTY:glasswal_suites,GLASSWAL_ROWS>,\n>>\n")
endif()

# glasswal_list_suite(name target command limit): enters a suite into the list and into ctest.
function(glasswal_list_suite name target command limit)
  set_property(TARGET glasswal_suites APPEND PROPERTY GLASSWAL_ROWS
               "${name}\t${command}\t${limit}\t${glasswal_process_of_${name}}")
  add_test(NAME ${name} COMMAND ${target})
endfunction()

# glasswal_fixture(NAME name SOURCES file... [LIBS target...] [WASM] [OPTIMISED]): what several suites link. WASM makes it a
# part of engine_test, too.
function(glasswal_fixture)
  cmake_parse_arguments(PARSE_ARGV 0 arg "WASM;OPTIMISED" "NAME" "SOURCES;LIBS")
  if(EMSCRIPTEN)
    if(arg_WASM)
      target_sources(engine_test PRIVATE ${arg_SOURCES})
    endif()
    return()
  endif()
  add_library(${arg_NAME} STATIC EXCLUDE_FROM_ALL ${arg_SOURCES})
  glasswal_compile_test(${arg_NAME} ${arg_OPTIMISED})
  target_link_libraries(${arg_NAME} PUBLIC ${arg_LIBS} glasswal_vfs_testing GTest::gtest)
  set_target_properties(${arg_NAME} PROPERTIES GLASSWAL_TESTING ON)
endfunction()

function(glasswal_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "GMOCK;OPTIMISED;PRODUCT" "NAME;LIMIT" "SOURCES;LIBS;DEFINES;NEEDS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "glasswal_test(${arg_NAME}): what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  glasswal_runs_here(${arg_NAME} runs)
  if(NOT runs)
    return()
  endif()
  if(EMSCRIPTEN)
    target_sources(engine_test PRIVATE ${arg_SOURCES})
    target_compile_definitions(engine_test PRIVATE ${arg_DEFINES})
    return()
  endif()

  set(target ${arg_NAME}_test)
  add_executable(${target} ${arg_SOURCES})
  glasswal_compile_test(${target} ${arg_OPTIMISED})
  target_compile_definitions(${target} PRIVATE ${arg_DEFINES})
  target_link_libraries(${target} PRIVATE ${arg_LIBS})
  if(arg_PRODUCT)
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/vfs")
  else()
    target_link_libraries(${target} PRIVATE glasswal_vfs_testing)
    set_target_properties(${target} PROPERTIES GLASSWAL_TESTING ON)
  endif()
  target_link_libraries(${target} PRIVATE $<$<BOOL:${arg_GMOCK}>:GTest::gmock> GTest::gtest GTest::gtest_main)
  if(arg_NEEDS)
    add_dependencies(${target} ${arg_NEEDS})
  endif()
  if(NOT arg_LIMIT)
    set(arg_LIMIT 120)
  endif()
  if(GLASSWAL_SANITIZE)
    math(EXPR arg_LIMIT "${arg_LIMIT} * 4")
  endif()
  glasswal_list_suite(${arg_NAME} ${target} "$<TARGET_FILE:${target}>" ${arg_LIMIT})
endfunction()

# glasswal_program_test(NAME name TARGET target): a suite of one case, a program that exits with 0 if all is well.
function(glasswal_program_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TARGET" "")
  glasswal_runs_here(${arg_NAME} runs)
  if(runs)
    glasswal_list_suite(${arg_NAME} ${arg_TARGET} "'$<TARGET_FILE:${arg_TARGET}>'" 120)
  endif()
endfunction()
