// The bench as a servant of other programs: against.py has two builds measured in turns, and
// instructions.py has callgrind count.
//
// Thread-safety: used by one thread.
#ifndef GLASSWAL_TESTS_BENCH_SERVE_H_
#define GLASSWAL_TESTS_BENCH_SERVE_H_

namespace glasswal::bench {

/// Says which works there are, one a line, and an empty line; then answers each line `WORK PLACE`
/// of the standard input with the nanoseconds of an operation. Returns the program's exit code.
int Serve();

/// Does each work that is counted once, at `:memory:` and in a region. Says what the counts depend
/// on, `key: value`, an empty line, and what was done in which order: `WORK PLACE OPERATIONS`.
int Count();

}  // namespace glasswal::bench

#endif  // GLASSWAL_TESTS_BENCH_SERVE_H_
