# The library as others see it: every floor's objects in one archive and in one shared object.
get_property(floors GLOBAL PROPERTY NINEFOLD_FLOORS)
get_property(libs GLOBAL PROPERTY NINEFOLD_LIBS)
list(REMOVE_DUPLICATES libs)
set(objects)
foreach(floor ${floors})
  list(APPEND objects $<TARGET_OBJECTS:ninefold_${floor}_objects>)
endforeach()
add_library(ninefold_static STATIC ${objects})
add_library(ninefold_shared SHARED ${objects})
foreach(kind static shared)
  set_target_properties(ninefold_${kind} PROPERTIES OUTPUT_NAME ninefold EXPORT_NAME ${kind}
    VERSION ${PROJECT_VERSION} SOVERSION 0 LINKER_LANGUAGE CXX)
  target_compile_features(ninefold_${kind} PUBLIC cxx_std_20)
  target_include_directories(ninefold_${kind} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                     $<INSTALL_INTERFACE:include>)
  target_link_libraries(ninefold_${kind} PUBLIC Boost::headers nlohmann_json::nlohmann_json absl::status absl::statusor
                                                absl::time absl::strings Threads::Threads
                                         PRIVATE ${libs})
endforeach()
if(NOT TARGET ninefold::ninefold)
  add_library(ninefold::ninefold ALIAS ninefold_static)  # for add_subdirectory and FetchContent
endif()
