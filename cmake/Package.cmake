# Debian packages from what is installed: tiedye (the program), libtiedye0.1 (the shared library)
# and libtiedye-dev. `make deb` builds them (scripts/deb.sh); their dependencies are found by
# dpkg-shlibdeps.
set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_NAME tiedye)
set(CPACK_PACKAGE_VENDOR tiedye)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)

# Debian's tools know the packager by these.
set(packager "$ENV{DEBFULLNAME}")
set(address "$ENV{DEBEMAIL}")
if(NOT packager)
    set(packager "tiedye")
endif()
if(NOT address)
    set(address "tiedye@localhost")
endif()
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${packager} <${address}>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME tiedye)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS fonts-dejavu-core)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "ffmpeg, librsvg2-bin, gnuplot-nox")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION
    "A random neural network is a function: fed with the coordinates of a point it
answers with a colour, and drawn over the plane it is a picture. This program
draws such pictures of any size; a PNG carries its recipe, and the same recipe
gives the same pixels on every machine.")

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME "libtiedye${abi}")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS fonts-dejavu-core)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "What programs need that use tiedye's library.")

# The static library is linked with everything that it is built on.
set(needed "libtiedye${abi} (= ${PROJECT_VERSION}), libpng-dev, zlib1g-dev")
if(ISAL_FOUND)
    string(APPEND needed ", libisal-dev")
endif()
if(WebPMux_FOUND)
    string(APPEND needed ", libwebp-dev")
endif()
if(CGIF_FOUND)
    string(APPEND needed ", libcgif-dev")
endif()
if(Jansson_FOUND)
    string(APPEND needed ", libjansson-dev")
endif()
if(FREETYPE_FOUND)
    string(APPEND needed ", libfreetype-dev")
endif()
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libtiedye-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${needed}")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
    "Headers, the static library, examples, and what pkg-config and cmake need to
find them.")
include(CPack)
