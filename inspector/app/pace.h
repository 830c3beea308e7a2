// How often a live source is looked at and observed.
#ifndef GLASSWAL_INSPECTOR_APP_PACE_H_
#define GLASSWAL_INSPECTOR_APP_PACE_H_

#include <cstdint>

namespace glasswal::inspector {

/// A look is cheap and says whether anything changed; only then the source is observed, and a frame
/// drawn. What changes all the time is observed about as often as eyes can follow, since what that
/// costs (most of all where a processor does the drawing) the region's clients pay for.
struct Pace {
  uint32_t look_ms = 80;
  uint32_t observe_ms = 240;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_APP_PACE_H_
