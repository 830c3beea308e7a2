// The named objects of /dev/shm: where they are, whose they may be, and how they are opened.
//
// Any user of the machine can take a name there first, and put any kind of file in its place. So an
// object is looked at before it is opened, and refused unless it is this user's own regular file to
// which nobody else has rights.
//
// Thread-safety: pure functions of the file system.
#ifndef GLASSWAL_VFS_PORT_OBJECT_LINUX_H_
#define GLASSWAL_VFS_PORT_OBJECT_LINUX_H_

#include <sys/stat.h>

#include <string>

#include "glasswal/status.h"
#include "port/descriptor.h"
#include "port/memory.h"

namespace glasswal::port {

// Where the C library's shm_open() keeps its objects. The folder's own path is needed to make an
// object without a name first.
inline constexpr char kObjectFolder[] = "/dev/shm";
// What their names begin with there.
inline constexpr char kObjectPrefix[] = "glasswal.";

/// The path of the object of that name.
std::string PathOfObject(const std::string& name);

/// "The region `name`", or "The anonymous region" without one.
std::string WhatRegion(const std::string& name);

ObjectId IdOf(const struct stat& object);

/// kNotReady for an object that has no size yet.
Status EmptyError(const std::string& name);

/// Opens the object; kRefused, with the reason, for one that is not this user's alone.
Result<Descriptor> OpenObject(const std::string& name, bool writable);

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_OBJECT_LINUX_H_
