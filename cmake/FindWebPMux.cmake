# libwebp with libwebpmux, for animations. Debian's package brings no file for cmake.
# Defines WebPMux_FOUND and the target WebPMux::webpmux.
find_path(WebPMux_INCLUDE_DIR webp/mux.h)
find_library(WebPMux_LIBRARY webpmux)
find_library(WebPMux_WEBP_LIBRARY webp)
mark_as_advanced(WebPMux_INCLUDE_DIR WebPMux_LIBRARY WebPMux_WEBP_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(WebPMux
    REQUIRED_VARS WebPMux_LIBRARY WebPMux_WEBP_LIBRARY WebPMux_INCLUDE_DIR)

if(WebPMux_FOUND AND NOT TARGET WebPMux::webpmux)
    add_library(WebPMux::webpmux UNKNOWN IMPORTED)
    set_target_properties(WebPMux::webpmux PROPERTIES
        IMPORTED_LOCATION "${WebPMux_LIBRARY}"
        INTERFACE_LINK_LIBRARIES "${WebPMux_WEBP_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${WebPMux_INCLUDE_DIR}")
endif()
