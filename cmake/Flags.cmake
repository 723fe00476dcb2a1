# tiedye_flags: how every C file of the project is compiled.
# A picture is defined by unfused IEEE float arithmetic (docs/NUMERICS.md), so nothing here may
# let a compiler fuse, reorder or widen it.
include(CheckCSourceCompiles)

if(NOT CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
    message(FATAL_ERROR "tiedye needs gcc or clang (it uses their vector types)")
endif()

add_library(tiedye_flags INTERFACE)
target_compile_features(tiedye_flags INTERFACE c_std_11)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_C_FLAGS_RELEASE "-O2 -g")
target_compile_definitions(tiedye_flags INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)
target_compile_options(tiedye_flags INTERFACE
    -ffp-contract=off # no fused multiply-add
    -fno-math-errno   # a square root is one instruction, and sets no errno
    -Wall -Wextra -Wshadow -Wconversion)

# Floats must not be computed in wider registers, as the x87 unit of 32-bit x86 does.
set(float_is_float "#include <float.h>
    _Static_assert(FLT_EVAL_METHOD == 0, \"float is not evaluated as float\");
    int main(void) { return 0; }")
check_c_source_compiles("${float_is_float}" TIEDYE_FLOAT_EXACT)
if(NOT TIEDYE_FLOAT_EXACT)
    set(CMAKE_REQUIRED_FLAGS "-msse2 -mfpmath=sse")
    check_c_source_compiles("${float_is_float}" TIEDYE_FLOAT_EXACT_SSE)
    unset(CMAKE_REQUIRED_FLAGS)
    if(NOT TIEDYE_FLOAT_EXACT_SSE)
        message(FATAL_ERROR "tiedye needs a machine that computes floats as floats "
            "(FLT_EVAL_METHOD 0)")
    endif()
    target_compile_options(tiedye_flags INTERFACE -msse2 -mfpmath=sse)
endif()

if(TIEDYE_WERROR)
    target_compile_options(tiedye_flags INTERFACE -Werror)
endif()

# Out-of-range conversions of floats are not part of "undefined", and count here.
set(TIEDYE_SANITIZERS address,undefined,float-cast-overflow)
if(TIEDYE_SANITIZE OR TIEDYE_FUZZ)
    target_compile_options(tiedye_flags INTERFACE -fsanitize=${TIEDYE_SANITIZERS}
        -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(tiedye_flags INTERFACE -fsanitize=${TIEDYE_SANITIZERS})
endif()
