# Every file below tests/ is one ctest. Labels: unit, kernels, golden, engines, cli, foreign; and
# slow for what only `make validate` runs: files whose name begins with slow_, check_ulp --all and
# others.
# Tests start in the source folder and are told in their environment where the program is
# (TIEDYE_BINARY) and whether it is a build with sanitizers (TIEDYE_SANITIZED=1), whose memory use
# and speed say nothing; TIEDYE_PREVIEWS=0 where --show was left out.
# Builds without files have the tests of the kernels and the golden pictures, nothing else.
enable_testing()

set(test_environment
    "TIEDYE_BINARY=${PROJECT_BINARY_DIR}/tiedye"
    "PYTHONDONTWRITEBYTECODE=1"
    "ASAN_OPTIONS=allocator_may_return_null=1:detect_stack_use_after_return=1"
    "UBSAN_OPTIONS=print_stacktrace=1")
if(CMAKE_DISABLE_FIND_PACKAGE_PkgConfig)
    list(APPEND test_environment "TIEDYE_PREVIEWS=0")
endif()
if(TIEDYE_SANITIZE)
    list(APPEND test_environment "TIEDYE_SANITIZED=1")
endif()

# tiedye_add_test(NAME LABEL SECONDS COMMAND...)
function(tiedye_add_test name label seconds)
    if(name MATCHES "slow_")
        set(label "slow")
        set(seconds 7200)
    endif()
    add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    set_tests_properties(${name} PROPERTIES LABELS "${label}" TIMEOUT ${seconds}
        ENVIRONMENT "${test_environment}")
endfunction()

# A program of one C file, which may look inside the library.
function(tiedye_add_test_program file)
    get_filename_component(name "${file}" NAME_WE)
    add_executable(${name} "${file}")
    target_include_directories(${name} PRIVATE src tests)
    target_link_libraries(${name} PRIVATE tiedye tiedye_flags tiedye_dependencies)
    if(TARGET tiedye_cmocka)
        target_link_libraries(${name} PRIVATE tiedye_cmocka)
    endif()
endfunction()

function(tiedye_add_test_programs folder)
    file(GLOB files CONFIGURE_DEPENDS tests/${folder}/*.c)
    foreach(file ${files})
        get_filename_component(name "${file}" NAME_WE)
        tiedye_add_test_program("${file}")
        tiedye_add_test(${name} ${folder} 300 ${name} ${ARGN})
    endforeach()
endfunction()

tiedye_add_test_programs(kernels)
tiedye_add_test_programs(golden tests/golden/pictures.txt)
tiedye_add_test_programs(engines)
if(NOT TIEDYE_FILES)
    return()
endif()

find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_path(CMOCKA_INCLUDE_DIR cmocka.h)
find_library(CMOCKA_LIBRARY cmocka)
mark_as_advanced(CMOCKA_INCLUDE_DIR CMOCKA_LIBRARY)
if(NOT CMOCKA_INCLUDE_DIR OR NOT CMOCKA_LIBRARY)
    message(FATAL_ERROR "cmocka is missing: run make check, which installs it")
endif()
add_library(tiedye_cmocka INTERFACE) # from here on, test programs are linked with it
target_include_directories(tiedye_cmocka SYSTEM INTERFACE "${CMOCKA_INCLUDE_DIR}")
target_link_libraries(tiedye_cmocka INTERFACE "${CMOCKA_LIBRARY}")
tiedye_add_test_programs(unit)
if(TARGET test_allocation) # its allocator stands in the place of the library's
    target_link_options(test_allocation PRIVATE "LINKER:--wrap=calloc")
endif()
find_library(WebPDemux_LIBRARY webpdemux)
mark_as_advanced(WebPDemux_LIBRARY)
if(TARGET test_film AND WebPMux_FOUND AND WebPDemux_LIBRARY) # libwebp's decoder of animations
    target_link_libraries(test_film PRIVATE "${WebPDemux_LIBRARY}")
    target_compile_definitions(test_film PRIVATE TDI_TEST_WEBP=1)
endif()
if(TARGET check_ulp)
    tiedye_add_test(slow_check_ulp_all slow 7200 check_ulp --all)
endif()
if(TARGET compare_engines)
    tiedye_add_test(slow_compare_engines_all slow 7200 compare_engines all)
    tiedye_add_test(slow_compare_volumes_all slow 7200 compare_volumes all)
endif()
if(TARGET check_kernels)
    tiedye_add_test(slow_check_kernels_all slow 7200 check_kernels --all)
endif()

# Files read by other people's programs: tests/foreign/*.c write them, the scripts beside them read.
file(GLOB files CONFIGURE_DEPENDS tests/foreign/*.c)
foreach(file ${files})
    tiedye_add_test_program("${file}")
endforeach()

# Scripts get the program's path. What begins with an underscore is a helper of the others.
foreach(folder golden cli foreign)
    file(GLOB files CONFIGURE_DEPENDS tests/${folder}/[a-z]*.py)
    list(FILTER files EXCLUDE REGEX "/export_") # tools, which the tests call
    foreach(file ${files})
        get_filename_component(name "${file}" NAME_WE)
        if(TIEDYE_SANITIZE AND name MATCHES "^(bench|docs)$")
            continue() # they run what other tests run, and compare what it prints
        endif()
        tiedye_add_test(${folder}_${name} ${folder} 300
            "${Python3_EXECUTABLE}" "${file}" "${PROJECT_BINARY_DIR}/tiedye")
    endforeach()
endforeach()

# All networks that torchvision has and we know, exported by torch.
tiedye_add_test(slow_foreign_onnx_shapes slow 7200 "${Python3_EXECUTABLE}"
    tests/foreign/onnx_shapes.py "${PROJECT_BINARY_DIR}/tiedye" --all)

tiedye_add_test(docs_activations cli 300 "${Python3_EXECUTABLE}" scripts/activations_doc.py
    "${PROJECT_BINARY_DIR}/tiedye" --check)

# The examples, as programs example_NAME beside the others; tests/cli/examples.py runs them.
file(GLOB files CONFIGURE_DEPENDS examples/*.c)
foreach(file ${files})
    get_filename_component(name "${file}" NAME_WE)
    add_executable(example_${name} "${file}")
    target_link_libraries(example_${name} PRIVATE tiedye tiedye_flags m)
endforeach()

# bench/ is one program, bench_throughput; bench/run.py and tests/cli/bench.py run it.
find_package(Threads REQUIRED)
file(GLOB files CONFIGURE_DEPENDS bench/*.c)
add_executable(bench_throughput ${files})
target_link_libraries(bench_throughput PRIVATE tiedye tiedye_flags Threads::Threads)
foreach(name evaluate finish layers sums) # bench/count.c
    target_link_options(bench_throughput PRIVATE "-Wl,--wrap=td_plan_${name}")
endforeach()
