// What a Result says when it is used as what it is not.
#include "glasswal/status.h"

#include "port/stop.h"

namespace glasswal {

void StopAtMissingValue(const Status& status) {
  const std::string sentence =
      status.ok() ? "glasswal: a Result was made of a Status that is ok, so it has no value"
                  : "glasswal: Result::value() of a failure: " + status.message();
  port::StopProgram(sentence.c_str());
}

}  // namespace glasswal
