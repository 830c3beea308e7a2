/* What a C program is that is built with what pkg-config says of an installed glasswal. */
#include <glasswal/glasswal.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  glasswal_options options;
  glasswal_runtime* runtime;
  char* json;
  glasswal_default_options(&options, sizeof options);
  options.client_name = "consumer";
  if (glasswal_create(&options, &runtime) != GLASSWAL_OK || glasswal_observe(runtime, &json) != GLASSWAL_OK) {
    puts(glasswal_last_error());
    return 1;
  }
  if (strstr(json, "\"name\":\"consumer\"") == NULL) return 1;
  glasswal_free(json);
  printf("glasswal %s\n", glasswal_version());
  return glasswal_leave(runtime) == GLASSWAL_OK ? 0 : 1;
}
