// The end of a program that cannot go on.
//
// Thread-safety: any thread.
#ifndef GLASSWAL_VFS_PORT_STOP_H_
#define GLASSWAL_VFS_PORT_STOP_H_

namespace glasswal::port {

/// Says `sentence` on stderr and ends the program by abort(). The WebAssembly module, which has no
/// stderr, has one of its own: JavaScript gets an exception that says the sentence.
[[noreturn]] void StopProgram(const char* sentence);

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_STOP_H_
