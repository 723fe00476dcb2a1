# tiedye_dependencies: what the library is built on. PNG and zlib must be there; the rest is left
# out where it is missing, and the sources ask with TDI_HAVE_ISAL, TDI_HAVE_FREETYPE and _OPENMP.
add_library(tiedye_dependencies INTERFACE)

find_package(PNG)
find_package(ZLIB)
if(NOT PNG_FOUND OR NOT ZLIB_FOUND)
    message(FATAL_ERROR "libpng or zlib is missing: run make setup")
endif()
target_link_libraries(tiedye_dependencies INTERFACE PNG::PNG ZLIB::ZLIB m)

find_package(OpenMP COMPONENTS C)
if(OpenMP_C_FOUND)
    target_link_libraries(tiedye_dependencies INTERFACE OpenMP::OpenMP_C)
else()
    target_compile_options(tiedye_dependencies INTERFACE -Wno-unknown-pragmas)
endif()

find_package(ISAL)
if(ISAL_FOUND)
    target_link_libraries(tiedye_dependencies INTERFACE ISAL::isal)
    target_compile_definitions(tiedye_dependencies INTERFACE TDI_HAVE_ISAL=1)
endif()

find_package(Freetype)
if(FREETYPE_FOUND)
    target_link_libraries(tiedye_dependencies INTERFACE Freetype::Freetype)
    target_compile_definitions(tiedye_dependencies INTERFACE TDI_HAVE_FREETYPE=1)
endif()

function(tiedye_say_missing found what)
    if(NOT found)
        message(NOTICE "tiedye is built without ${what}")
    endif()
endfunction()
tiedye_say_missing("${OpenMP_C_FOUND}" "OpenMP: it will use one core")
tiedye_say_missing("${ISAL_FOUND}" "ISA-L: PNG files take longer to write")
tiedye_say_missing("${FREETYPE_FOUND}" "FreeType: sheets have no captions")
