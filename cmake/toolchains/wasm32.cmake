# WebAssembly with 128-bit vectors, from clang, lld and wasi-libc; tests run under node.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
# <signal.h> is there only as an emulation; sig_atomic_t is all that is used of it.
set(CMAKE_C_FLAGS_INIT "--sysroot=/usr -msimd128 -D_WASI_EMULATED_SIGNAL")
# Below the data, so that a stack that is too small is an error and no overwriting.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,--stack-first -Wl,-z,stack-size=1048576")
set(CMAKE_CROSSCOMPILING_EMULATOR node --no-warnings
    "${CMAKE_CURRENT_LIST_DIR}/../../scripts/run_wasm.mjs")
foreach(kind LIBRARY INCLUDE PACKAGE)
    set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
set(CMAKE_FIND_ROOT_PATH "${CMAKE_CURRENT_LIST_DIR}") # there is nothing to be found
