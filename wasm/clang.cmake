# Included by CMakeLists.txt when the targets are there: the module by a newer clang than the SDK's, where one is named.
#
# emcc is told with each command where that clang is, so sysroot and libraries stay the SDK's, and so does all that emcc links.
set(GLASSWAL_WASM_CLANG ""
    CACHE STRING "The clang (20 or newer, wasm-ld beside it) that compiles glasswal.wasm; empty: Emscripten's own")
set(wasm_ld "${GLASSWAL_WASM_LD}")
if(NOT GLASSWAL_WASM_CLANG)
  return()
endif()

find_program(wasm_clang "${GLASSWAL_WASM_CLANG}" NO_CACHE NO_CMAKE_FIND_ROOT_PATH)
if(NOT wasm_clang)
  message(FATAL_ERROR "glasswal: there is no ${GLASSWAL_WASM_CLANG}, which GLASSWAL_WASM_CLANG names.")
endif()
# Debian's names with a version are links into a folder where the tools are called as emcc calls them.
file(REAL_PATH "${wasm_clang}" wasm_clang)
cmake_path(GET wasm_clang PARENT_PATH wasm_llvm)
execute_process(COMMAND "${wasm_clang}" -dumpversion OUTPUT_VARIABLE wasm_clang_version OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT wasm_clang_version VERSION_GREATER_EQUAL 20)
  message(FATAL_ERROR "glasswal: GLASSWAL_WASM_CLANG must be clang 20 or newer; ${wasm_clang} says `${wasm_clang_version}`.")
endif()
foreach(tool clang clang++ wasm-ld)
  if(NOT EXISTS "${wasm_llvm}/${tool}")
    message(FATAL_ERROR "glasswal: there is no ${tool} in ${wasm_llvm}, where the clang of GLASSWAL_WASM_CLANG is.")
  endif()
endforeach()
set(wasm_ld "${wasm_llvm}/wasm-ld")

# emcc neither warns of the version nor empties its cache. The names of tools have no version in them.
set(launcher "${CMAKE_COMMAND}" -E env EMCC_SKIP_SANITY_CHECK=1 "EM_LLVM_ROOT=${wasm_llvm}" EM_LLVM_ADD_VERSION=
             EM_CLANG_ADD_VERSION=)
foreach(target glasswal_core glasswal_diagnostics glasswal_vfs glasswal_module_sqlite glasswal_module_objects glasswal_block)
  # In the place of ccache, which would not see which clang it is.
  set_target_properties(${target} PROPERTIES C_COMPILER_LAUNCHER "${launcher}" CXX_COMPILER_LAUNCHER "${launcher}")
  # What it would use unasked, and wasm-opt is not told of (`features` in CMakeLists.txt).
  target_compile_options(${target} PRIVATE -mno-nontrapping-fptoint -mno-multivalue -mno-reference-types)
endforeach()
