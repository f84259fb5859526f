# cmake -D BUILD=… -D WORK=… -D COMPILER=… -P check.cmake: installs BUILD into a fresh prefix, then configures, builds and runs the
# consumer against it in three ways.
set(prefix ${WORK}/prefix)
file(REMOVE_RECURSE ${WORK})

function(must)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(failed)
    message(FATAL_ERROR "${ARGN}\n${out}")
  endif()
  set(out "${out}" PARENT_SCOPE)
endfunction()

function(must_answer how)
  must(${ARGN})
  if(NOT out MATCHES "30 seconds")
    message(FATAL_ERROR "${how}: the answer lacks \"30 seconds\":\n${out}")
  endif()
  message(STATUS "${how}: ${out}")
endfunction()

must(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
foreach(kind static shared)
  set(use_static OFF)
  if(kind STREQUAL "static")
    set(use_static ON)
  endif()
  must(${CMAKE_COMMAND} -G Ninja -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK}/${kind} -D CMAKE_CXX_COMPILER=${COMPILER}
       -D CMAKE_PREFIX_PATH=${prefix} -D ninefold_USE_STATIC=${use_static})
  must(${CMAKE_COMMAND} --build ${WORK}/${kind})
  must_answer("cmake, ${kind}" ${WORK}/${kind}/consumer)
endforeach()

file(GLOB_RECURSE pc ${prefix}/*/ninefold.pc)
get_filename_component(pc_folder ${pc} DIRECTORY)
get_filename_component(lib ${pc_folder} DIRECTORY)
must(${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${pc_folder} pkg-config --cflags --libs ninefold)
separate_arguments(flags UNIX_COMMAND "${out}")
must(${COMPILER} -std=c++20 ${CMAKE_CURRENT_LIST_DIR}/main.cc -o ${WORK}/by_pkg_config ${flags})
must_answer("pkg-config" ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${lib} ${WORK}/by_pkg_config)

if(EXISTS ${prefix}/bin/ninefold)
  must(${prefix}/bin/ninefold --version)
endif()
