# Every tests/fuzz/fuzz_NAME.c is a libFuzzer program; scripts/fuzz.sh runs them. The library is
# built with the fuzzer's counters, without which it would be searched blindly.
if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "TIEDYE_FUZZ needs clang: configure with -DCMAKE_C_COMPILER=clang")
endif()

target_compile_options(tiedye_flags INTERFACE -fsanitize=fuzzer-no-link)
file(GLOB fuzz_sources CONFIGURE_DEPENDS tests/fuzz/fuzz_*.c)
foreach(file ${fuzz_sources})
    get_filename_component(name "${file}" NAME_WE)
    add_executable(${name} "${file}")
    target_include_directories(${name} PRIVATE src)
    target_link_libraries(${name} PRIVATE tiedye tiedye_flags)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endforeach()
