// What the precompiled header of the tests is compiled for (tests/suites.cmake): CMake wants a
// source beside it.
