# cmake -D FROM=configs/models.yaml -D TO=build/…/catalogue_text.cc -P embed.cmake
# A C++ file that holds a text, so that the library needs no file beside it.
file(READ "${FROM}" text)
if(text MATCHES "\\)yaml\"")
  message(FATAL_ERROR "${FROM}: holds the end mark of the raw string it is put into")
endif()
get_filename_component(name "${FROM}" NAME)
file(WRITE "${TO}" "// Made from ${name} by cmake/embed.cmake.
#include \"pipeline/catalogue.h\"

namespace ninefold::pipeline {

std::string_view BuiltInCatalogueText() { return R\"yaml(${text})yaml\"; }

}  // namespace ninefold::pipeline
")
