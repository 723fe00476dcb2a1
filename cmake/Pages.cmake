# cmake -D PROGRAM=tiedye -D PAGES=FOLDER -P Pages.cmake: what the program says of itself, as files.
cmake_minimum_required(VERSION 3.16)

# tell(FILE WORDS...): the program's standard output, called with WORDS, becomes FILE.
function(tell file)
    get_filename_component(folder "${PAGES}/${file}" DIRECTORY)
    file(MAKE_DIRECTORY "${folder}")
    execute_process(COMMAND "${PROGRAM}" ${ARGN} OUTPUT_FILE "${PAGES}/${file}"
        RESULT_VARIABLE code)
    if(NOT code EQUAL 0)
        message(FATAL_ERROR "${PROGRAM} ${ARGN} failed: ${code}")
    endif()
endfunction()

file(REMOVE_RECURSE "${PAGES}") # a command may have gone
tell(commands list commands)
file(STRINGS "${PAGES}/commands" lines)
foreach(line ${lines})
    string(REGEX MATCH "^[^ ]+" command "${line}")
    tell(man/man1/tiedye-${command}.1 manual ${command})
endforeach()
tell(man/man1/tiedye.1 manual)
tell(man/man5/tiedye-recipe.5 manual recipe)
tell(bash/tiedye completion bash)
tell(zsh/_tiedye completion zsh)
tell(stamp --version)
