// One program, one build: what a macro compiles in or out must be the same in all of a program.
//
// Test points and assertions change inline functions. Were two objects of a program compiled
// differently, the linker would keep one of the two bodies, and which one would be chance. So every
// object that sees such a function names the build that it belongs to, each library defines its own
// build's name beside one that all builds have, and a program that mixes two builds has that one
// twice, which no linker accepts.
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

namespace GLASSWAL_BUILD_POINTS::GLASSWAL_BUILD_ASSERTIONS {

/// Defined beside one_program_has_one_build by the library of this build.
extern const char build;

/// What makes the linker look for it.
[[gnu::used]] inline const char* const build_of_this_object = &build;

}  // namespace GLASSWAL_BUILD_POINTS::GLASSWAL_BUILD_ASSERTIONS
}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_ONE_BUILD_H_
