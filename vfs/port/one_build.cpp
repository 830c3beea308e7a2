#include "port/one_build.h"

namespace glasswal::port {

const char one_program_has_one_build = 0;

namespace GLASSWAL_BUILD_POINTS {
const char points = 0;
}  // namespace GLASSWAL_BUILD_POINTS

namespace GLASSWAL_BUILD_ASSERTIONS {
const char assertions = 0;
}  // namespace GLASSWAL_BUILD_ASSERTIONS

}  // namespace glasswal::port
