#include "port/one_build.h"

namespace glasswal::port {

const char one_program_has_one_build = 0;

namespace GLASSWAL_BUILD_POINTS::GLASSWAL_BUILD_ASSERTIONS {

const char build = 0;

}  // namespace GLASSWAL_BUILD_POINTS::GLASSWAL_BUILD_ASSERTIONS
}  // namespace glasswal::port
