// What happens in the sample: threads that write, one that is slow, and one that does not wait.
//
// Thread-safety: for one thread, which starts the others and waits for them.
#ifndef GLASSWAL_SAMPLES_TRACING_THREADS_H_
#define GLASSWAL_SAMPLES_TRACING_THREADS_H_

namespace tracing {

/// How often the hasty thread was refused.
int RunThreads();

}  // namespace tracing

#endif  // GLASSWAL_SAMPLES_TRACING_THREADS_H_
