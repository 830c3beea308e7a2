// Named points: the places at which a test may stop, kill or switch a client.
//
// Every step that another client can see is preceded by a point. In a product build a point is
// nothing at all. In a test build (GLASSWAL_TEST_POINTS=1) it calls the hook of the thread, if one
// is set: the kill tests raise SIGKILL there, the interleaving explorer switches to another client.
// Names are "layer.operation.step" and are unique, so that a test can list and visit all of them.
#ifndef GLASSWAL_VFS_PORT_POINT_H_
#define GLASSWAL_VFS_PORT_POINT_H_

#include "port/one_build.h"

GLASSWAL_NAME_BUILD(GLASSWAL_BUILD_POINTS, points)

namespace glasswal::port {

/// Called at a point with its name and the context given to SetPointHook.
using PointHook = void (*)(const char* name, void* context);

}  // namespace glasswal::port

#if GLASSWAL_TEST_POINTS

namespace glasswal::port {

namespace internal {
inline thread_local PointHook point_hook = nullptr;
inline thread_local void* point_context = nullptr;
}  // namespace internal

/// Sets the calling thread's hook; nullptr removes it.
inline void SetPointHook(PointHook hook, void* context) {
  internal::point_hook = hook;
  internal::point_context = context;
}

inline void Point(const char* name) {
  if (internal::point_hook != nullptr) internal::point_hook(name, internal::point_context);
}

}  // namespace glasswal::port

#define GLASSWAL_POINT(name) ::glasswal::port::Point(name)
#else
#define GLASSWAL_POINT(name) ((void)0)
#endif

#endif  // GLASSWAL_VFS_PORT_POINT_H_
