# The shared library, and what `cmake --install` puts where. Everything can be moved afterwards:
# the files for pkg-config and cmake find the rest from where they lie themselves.
# Components: program (with its pages and completions), runtime (the shared library),
# development (headers, static library, what finds them).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(TIEDYE_SANITIZE OR TIEDYE_FUZZ)
    set(TIEDYE_SHARED OFF) # their runtimes belong to the program
endif()

# One set of objects for both libraries. Calls inside the library are not to be replaced from
# outside, which also lets the compiler inline them.
if(TIEDYE_SHARED)
    set_target_properties(tiedye PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_compile_options(tiedye PRIVATE -fno-semantic-interposition)
    # Before 1.0 every minor version may change what programs are compiled against.
    set(abi ${PROJECT_VERSION_MAJOR})
    if(abi EQUAL 0)
        set(abi 0.${PROJECT_VERSION_MINOR})
    endif()
    add_library(tiedye_shared SHARED $<TARGET_OBJECTS:tiedye>)
    set_target_properties(tiedye_shared PROPERTIES OUTPUT_NAME tiedye LINKER_LANGUAGE C
        LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}"
        VERSION ${PROJECT_VERSION} SOVERSION ${abi} EXPORT_NAME tiedye)
    target_link_libraries(tiedye_shared PRIVATE $<BUILD_INTERFACE:tiedye_flags>
        $<BUILD_INTERFACE:tiedye_dependencies>)
    install(TARGETS tiedye_shared EXPORT tiedye-shared
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime
            NAMELINK_COMPONENT development
        INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
endif()

set_target_properties(tiedye PROPERTIES EXPORT_NAME static)
set_target_properties(tiedye_dependencies PROPERTIES EXPORT_NAME dependencies)
install(TARGETS tiedye tiedye_dependencies EXPORT tiedye-static
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY include/tiedye DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    COMPONENT development FILES_MATCHING PATTERN "*.h")
install(DIRECTORY examples/ DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples"
    COMPONENT development FILES_MATCHING PATTERN "*.c")
if(TARGET tiedye_program)
    install(TARGETS tiedye_program RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
        COMPONENT program)
endif()

# ---- Pages for man and completion for shells: the program writes them from its own tables

set(TIEDYE_ZSH_FOLDER "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" CACHE STRING
    "Where zsh looks for completions, below the prefix")
if(TARGET tiedye_program AND NOT CMAKE_CROSSCOMPILING AND NOT TIEDYE_SANITIZE AND NOT TIEDYE_FUZZ)
    set(pages "${PROJECT_BINARY_DIR}/pages")
    add_custom_command(OUTPUT "${pages}/stamp"
        COMMAND ${CMAKE_COMMAND} -D "PROGRAM=$<TARGET_FILE:tiedye_program>" -D "PAGES=${pages}"
            -P "${PROJECT_SOURCE_DIR}/cmake/Pages.cmake"
        DEPENDS tiedye_program cmake/Pages.cmake VERBATIM)
    add_custom_target(pages ALL DEPENDS "${pages}/stamp")
    install(DIRECTORY "${pages}/man" DESTINATION "${CMAKE_INSTALL_DATADIR}" COMPONENT program)
    install(FILES "${pages}/bash/tiedye" COMPONENT program
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
    install(FILES "${pages}/zsh/_tiedye" DESTINATION "${TIEDYE_ZSH_FOLDER}" COMPONENT program)
endif()

# ---- For cmake: find_package(tiedye) gives tiedye::tiedye, COMPONENTS static tiedye::static

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/tiedye")
foreach(kind shared static)
    if(kind STREQUAL static OR TIEDYE_SHARED)
        install(EXPORT tiedye-${kind} NAMESPACE tiedye:: DESTINATION "${package_folder}"
            COMPONENT development)
    endif()
endforeach()
configure_package_config_file(cmake/tiedye-config.cmake.in tiedye-config.cmake
    INSTALL_DESTINATION "${package_folder}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(tiedye-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/tiedye-config.cmake"
    "${PROJECT_BINARY_DIR}/tiedye-config-version.cmake" cmake/FindISAL.cmake
    cmake/FindWebPMux.cmake cmake/FindCGIF.cmake cmake/FindJansson.cmake
    DESTINATION "${package_folder}" COMPONENT development)

# ---- For pkg-config: pkg-config --cflags --libs [--static] tiedye

set(pc_folder "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
    file(RELATIVE_PATH up "/${pc_folder}" "/")
    string(REGEX REPLACE "/$" "" up "${up}")
    set(pc_prefix "\${pcfiledir}/${up}")
endif()
foreach(part LIBDIR INCLUDEDIR)
    set(pc_${part} "${CMAKE_INSTALL_${part}}")
    if(NOT IS_ABSOLUTE "${pc_${part}}")
        set(pc_${part} "\${prefix}/${pc_${part}}")
    endif()
endforeach()
set(pc_requires "libpng zlib")
if(ISAL_FOUND)
    string(APPEND pc_requires " libisal")
endif()
if(WebPMux_FOUND)
    string(APPEND pc_requires " libwebpmux libwebp")
endif()
if(CGIF_FOUND)
    string(APPEND pc_requires " cgif")
endif()
if(Jansson_FOUND)
    string(APPEND pc_requires " jansson")
endif()
if(FREETYPE_FOUND)
    string(APPEND pc_requires " freetype2")
endif()
set(pc_libs "-lm")
if(OpenMP_C_FOUND)
    string(APPEND pc_libs " ${OpenMP_C_FLAGS}")
endif()
if(NOT TIEDYE_SHARED) # then every program is linked with everything
    set(pc_public "Requires: ${pc_requires}\nLibs: -L\${libdir} -ltiedye ${pc_libs}")
else()
    set(pc_public "Libs: -L\${libdir} -ltiedye\nRequires.private: ${pc_requires}\n")
    string(APPEND pc_public "Libs.private: ${pc_libs}")
endif()
configure_file(cmake/tiedye.pc.in tiedye.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/tiedye.pc" DESTINATION "${pc_folder}"
    COMPONENT development)
