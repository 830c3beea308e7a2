// One program, one build: what a macro compiles in or out must be the same in all of a program.
//
// Test points and assertions change inline functions. Were two objects of a program compiled
// differently, the linker would keep one of the two bodies, and which one would be chance. So every
// object that sees such a function names the build that it belongs to, each library defines its own
// build's names beside one that all builds have, and a program that mixes two builds has that one
// twice, which no linker accepts. An object that sees assertions only (the inspector) goes with any
// build that has, or has not, assertions as it does.
//
// Thread-safety: constants.
#ifndef GLASSWAL_VFS_PORT_ONE_BUILD_H_
#define GLASSWAL_VFS_PORT_ONE_BUILD_H_

#if GLASSWAL_TEST_POINTS
#define GLASSWAL_BUILD_POINTS with_points
#else
#define GLASSWAL_BUILD_POINTS without_points
#endif

#if GLASSWAL_ASSERTIONS
#define GLASSWAL_BUILD_ASSERTIONS with_assertions
#else
#define GLASSWAL_BUILD_ASSERTIONS without_assertions
#endif

namespace glasswal::port {

/// Twice in a program means: objects of two builds are linked into it.
extern const char one_program_has_one_build;

namespace GLASSWAL_BUILD_POINTS {
/// Defined beside one_program_has_one_build by the library of this build.
extern const char points;
}  // namespace GLASSWAL_BUILD_POINTS

namespace GLASSWAL_BUILD_ASSERTIONS {
/// Likewise.
extern const char assertions;
}  // namespace GLASSWAL_BUILD_ASSERTIONS

}  // namespace glasswal::port

/// Makes the linker look for `what` of `build`: a line of each header whose inline functions it
/// changes. A program of one object cannot mix two builds, and the one that there is must have no
/// data (wasm/block).
#if GLASSWAL_ONE_OBJECT
#define GLASSWAL_NAME_BUILD(build, what)
#else
#define GLASSWAL_NAME_BUILD(build, what)                                \
  namespace glasswal::port::build {                                     \
  [[gnu::used]] inline const char* const what##_of_this_object = &what; \
  }
#endif

#endif  // GLASSWAL_VFS_PORT_ONE_BUILD_H_
