# cmake --install: headers, both libraries, the program, a CMake package and a pkg-config file.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ninefold DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS ninefold_static ninefold_shared EXPORT ninefold
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET ninefold_cli)
  install(TARGETS ninefold_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(NINEFOLD_PIPELINE)
  # For people: what the library knows is built into it.
  install(FILES ${PROJECT_SOURCE_DIR}/configs/models.yaml DESTINATION ${CMAKE_INSTALL_DATADIR}/ninefold)
endif()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/ninefold)
install(EXPORT ninefold NAMESPACE ninefold:: FILE ninefoldTargets.cmake DESTINATION ${package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/ninefoldConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/ninefoldConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ninefoldConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ninefoldConfig.cmake ${PROJECT_BINARY_DIR}/ninefoldConfigVersion.cmake
        DESTINATION ${package})

set(pc_private "libcurl re2 libutf8proc")
if(NINEFOLD_SQLITE)
  string(APPEND pc_private " sqlite3")
endif()
if(NINEFOLD_PIPELINE)
  string(APPEND pc_private " yaml-cpp")
endif()
if(NINEFOLD_IMAGE_LIBS)
  string(APPEND pc_private " libpng libturbojpeg libwebp")
endif()
file(RELATIVE_PATH pc_up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${CMAKE_CURRENT_LIST_DIR}/ninefold.pc.in ${PROJECT_BINARY_DIR}/ninefold.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/ninefold.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
