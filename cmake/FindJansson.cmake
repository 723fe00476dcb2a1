# jansson, which reads JSON. Debian's package brings no file for cmake.
# Defines Jansson_FOUND and the target Jansson::jansson.
find_path(Jansson_INCLUDE_DIR jansson.h)
find_library(Jansson_LIBRARY jansson)
mark_as_advanced(Jansson_INCLUDE_DIR Jansson_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Jansson REQUIRED_VARS Jansson_LIBRARY Jansson_INCLUDE_DIR)

if(Jansson_FOUND AND NOT TARGET Jansson::jansson)
    add_library(Jansson::jansson UNKNOWN IMPORTED)
    set_target_properties(Jansson::jansson PROPERTIES
        IMPORTED_LOCATION "${Jansson_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${Jansson_INCLUDE_DIR}")
endif()
