# cmake -DOUTPUT=FILE -DHEADERS=a.h,b.h -P fields.cmake: the fields of a snapshot, and of what SQL's tables have beyond it, as
# the compiler's input, taken from the headers where each is told of once: its name, and the sentence above it.
#
# For each struct of the headers the output has TypeName(), its name in JSON, and VisitFields(value, visit), which calls
# visit(name, field, description) for each field in order. JSON, its schema and whatever is made from that have the fields
# from here and from nowhere else. A field reads
#
#   /// A sentence, on as many lines as it needs.
#   uint64_t some_bytes = 0;
#
# and is `someBytes` in JSON. `/// In JSON: name, of Function().` says that JSON has what the function makes of the field. A
# field without a sentence, and a line that is none of these, stops the build.

function(camel_case name result)
  string(REGEX MATCHALL "_[a-z0-9]" joints "${name}")
  foreach(joint IN LISTS joints)
    string(SUBSTRING "${joint}" 1 1 letter)
    string(TOUPPER "${letter}" letter)
    string(REPLACE "${joint}" "${letter}" name "${name}")
  endforeach()
  set(${result} "${name}" PARENT_SCOPE)
endfunction()

# What CMake's lists would take for their own is put aside.
macro(put_aside variable)
  string(REPLACE "\\" "<backslash>" ${variable} "${${variable}}")
  string(REPLACE ";" "<semicolon>" ${variable} "${${variable}}")
  string(REPLACE "[" "<open>" ${variable} "${${variable}}")
  string(REPLACE "]" "<close>" ${variable} "${${variable}}")
endmacro()
macro(put_back variable)
  string(REPLACE "<open>" "[" ${variable} "${${variable}}")
  string(REPLACE "<close>" "]" ${variable} "${${variable}}")
  string(REPLACE "<semicolon>" ";" ${variable} "${${variable}}")
  string(REPLACE "<backslash>" "\\" ${variable} "${${variable}}")
endmacro()

set(body "")
set(includes "")
string(REPLACE "," ";" HEADERS "${HEADERS}")
foreach(header IN LISTS HEADERS)
  get_filename_component(file "${header}" NAME)
  get_filename_component(folder "${header}" DIRECTORY)
  get_filename_component(folder "${folder}" NAME)
  string(APPEND includes "#include \"${folder}/${file}\"\n")
  file(READ "${header}" text)
  put_aside(text)
  string(REPLACE "\n" ";" lines "${text}")
  set(struct "")
  foreach(line IN LISTS lines)
    if(line MATCHES "^struct ([A-Za-z]+) {$")
      set(struct ${CMAKE_MATCH_1})
      set(said "")
      set(replaced "")
      string(REGEX REPLACE "(.)Snapshot$" "\\1" type "${struct}")
      string(REGEX REPLACE "Values$" "s" type "${type}")
      string(APPEND body "\nconstexpr const char* TypeName(const ${struct}*) { return \"${type}\"; }\n"
                         "template <typename Visitor>\nvoid VisitFields(const ${struct}& of, Visitor&& visit) {\n")
    elseif(struct STREQUAL "")
      continue()
    elseif(line STREQUAL "}<semicolon>")
      string(APPEND body "}\n")
      set(struct "")
    elseif(line MATCHES "^  /// In JSON: ([A-Za-z]+), of ([A-Za-z]+)\\(\\)\\.$")
      set(replaced ${CMAKE_MATCH_1} ${CMAKE_MATCH_2})
    elseif(line MATCHES "^  /// (.*)$")
      string(APPEND said "${CMAKE_MATCH_1} ")
    elseif(line MATCHES "^  [^=]* ([a-z0-9_]+)( = .*|{})?<semicolon>$" AND NOT said STREQUAL "")
      set(field ${CMAKE_MATCH_1})
      string(STRIP "${said}" said)
      put_back(said)
      string(REPLACE "\\" "\\\\" said "${said}")
      string(REPLACE "\"" "\\\"" said "${said}")
      if(replaced)
        list(GET replaced 0 name)
        list(GET replaced 1 function)
        set(value "${function}(of.${field})")
      else()
        camel_case(${field} name)
        set(value "of.${field}")
      endif()
      string(APPEND body "  visit(\"${name}\", ${value}, \"${said}\");\n")
      set(said "")
      set(replaced "")
    else()
      put_back(line)
      message(FATAL_ERROR "${header}: in ${struct}, a field with a sentence above it was expected, and there is\n${line}")
    endif()
  endforeach()
endforeach()

file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[
// Made by vfs/diag/fields.cmake from the headers; not kept in the repository.
#ifndef GLASSWAL_GENERATED_FIELDS_H_
#define GLASSWAL_GENERATED_FIELDS_H_

@includes@
namespace glasswal::diag {
@body@
}  // namespace glasswal::diag

#endif  // GLASSWAL_GENERATED_FIELDS_H_
]])
