#!/usr/bin/env python3
"""Pages of the manual and completion in shells: they know every command, option, key, preset and
format, and the tools that read them find nothing to complain about."""

import os
import re
import shutil
import subprocess
import unittest

import _tiedye
from _tiedye import ENVIRONMENT

# Types a line into bash as its completion sees it, and prints the answers, one a line.
BASH = """
source "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:@'
compopt() { :; }
_tiedye tiedye
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Tables(_tiedye.Case):
    def first_words(self, table):
        """The names in `tiedye list TABLE`; those of keys stand below the names of groups."""
        indent = "  " if table == "keys" else ""
        return re.findall(rf"(?m)^{indent}(\S+)", self.ok("list", table))

    def options_of(self, command):
        """The options in `tiedye COMMAND --help`; z2 ... z8 stand there on one line."""
        text = self.ok(command, "--help").split("\nexample")[0]
        names = set(re.findall(r"^  (?:-\w, )?--([\w-]+)", text, re.M))
        return names | ({f"z{i}" for i in range(2, 9)} if "z2" in names else set())


class Manual(Tables):
    def page(self, *name):
        """What a reader sees, without the roff."""
        source = self.ok("manual", *name)
        if not shutil.which("groff"):
            return re.sub(r"\\f.|\\&", "", source).replace("\\-", "-")
        done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-P-cbou", "-rLL=80n", "-"],
                              input=source, text=True, capture_output=True, check=False,
                              timeout=_tiedye.PATIENCE, env={**ENVIRONMENT, "LC_ALL": "C.UTF-8"})
        self.assertEqual((done.returncode, done.stderr), (0, ""), name)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80, name)
        return done.stdout

    def test_commands(self):
        page = self.page()
        commands = self.first_words("commands")
        self.assertIn("render", commands)
        for command in commands:
            self.assertRegex(page, rf"tiedye-{command}\(1\)")
        for line in self.ok().split("commands (")[1].splitlines()[1:]:
            self.assertIn(line.split()[0], commands)

    def test_options(self):
        for command in self.first_words("commands"):
            page, options = self.page(command), self.options_of(command)
            self.assertIn("help", options)
            listed = set(re.findall(r"^ +(?:-\w, )?--([\w-]+)", page.split("EXAMPLES")[0], re.M))
            self.assertEqual(options - listed, set(), command)
            example = self.ok(command, "--help").split("\nexample:\n")[1]
            self.assertIn("".join(example.split()), "".join(page.split()), command)

    def test_recipe(self):
        page = self.page("recipe")
        for table in ("keys", "activations", "palettes", "presets", "formats"):
            names = self.first_words(table)
            self.assertGreater(len(names), 4)
            for name in names:
                self.assertRegex(page, rf"(?m)^ +{re.escape(name)}( |$)", table)
        self.assertRegex(page, r"Default:\s+32x6,3\.")
        self.assertIn("from 1 to 16", page)

    def test_bad(self):
        self.bad(2, ["rendr"], "manual", "rendr")
        self.bad(2, ["one page"], "manual", "render", "sheet")
        self.bad(2, ["fish", "bash"], "completion", "fish")
        self.bad(2, ["bash"], "completion")


class Bash(Tables):
    def complete(self, line):
        self.write("completion", self.ok("completion", "bash"))
        done = subprocess.run(["bash", "-c", BASH, "bash", self.path("completion"), line],
                              cwd=self.folder, text=True, capture_output=True, check=False,
                              timeout=_tiedye.PATIENCE)
        self.assertEqual(done.stderr, "", line)
        return done.stdout.split("\n")[:-1]

    def test_commands(self):
        self.assertEqual(set(self.complete("tiedye ")) - {"help", "--help", "--version"},
                         set(self.first_words("commands")))
        self.assertEqual(self.complete("tiedye sh"), ["sheet"])
        self.assertEqual(self.complete("tiedye help we"), ["weights"])
        self.assertEqual(self.complete("tiedye nonsense "), [""])

    def test_options(self):
        for command in self.first_words("commands"):
            self.assertEqual(set(self.complete(f"tiedye {command} --")),
                             {"--" + name for name in self.options_of(command)}, command)

    def test_values(self):
        formats = self.first_words("formats")
        self.assertEqual(self.complete("tiedye render --format "), formats)
        self.assertEqual(self.complete("tiedye render --act lea"), ["leaky-relu"])
        self.assertEqual(self.complete("tiedye render --init "), ["unscaled", "fan-in"])
        self.assertEqual(self.complete("tiedye list f"), ["formats"])
        self.assertEqual(self.complete("tiedye manual r"), ["recipe", "render"])
        self.assertIn("sigma_w=", self.complete("tiedye grid --down "))

    def test_what_bash_splits(self):
        """Behind = and @ bash takes what follows as a word of its own."""
        self.assertEqual(self.complete("tiedye render --init=f"), ["fan-in"])
        presets = self.first_words("presets")
        self.assertEqual(self.complete("tiedye render @"), [name[1:] for name in presets])

    def test_files(self):
        self.write("my own.tie", "seed = 3\n")
        self.assertEqual(self.complete("tiedye render my"), ["my own.tie"])
        self.assertEqual(self.complete("tiedye render -o my"), ["my own.tie"])
        self.assertEqual(self.complete("tiedye render --seed my"), [""])


@unittest.skipUnless(shutil.which("zsh"), "no zsh")
class Zsh(Tables):
    def complete(self, line):
        """Drives a shell through a terminal, as zsh's own tests do."""
        self.write("completion", self.ok("completion", "zsh"))
        script = r"""
            zmodload zsh/zpty
            zpty shell zsh -f -i
            say() { zpty -w shell $1 }
            wait_for() { zpty -r shell text "*$1*" }
            say "PS1='' PS2='' RPS1=''; stty -echo; unsetopt zle_bracketed_paste 2>/dev/null"
            say 'autoload -Uz compinit; compinit -u -D; source ./completion'
            say 'LISTMAX=10000; setopt no_beep; bindkey "^I" complete-word'
            say 'answer() { local -a all; compadd() { builtin compadd -A all "$@";
                 print -rl -- $all >>! answers; builtin compadd "$@" }; _main_complete;
                 print done >>! answers; compstate[insert]= compstate[list]= }'
            say 'zle -C answer complete-word answer; bindkey "^X" answer; print READY-$((1+1))'
            wait_for READY-2
            zpty -n -w shell $1$'\x18'
            for i in {1..200}; do
                grep -qx done answers 2>/dev/null && break
                sleep 0.05
            done
            zpty -d shell
        """
        done = subprocess.run(["zsh", "-f", "-c", script, "zsh", line], cwd=self.folder, text=True,
                              capture_output=True, check=False, timeout=_tiedye.PATIENCE,
                              env={**ENVIRONMENT, "TERM": "xterm", "HOME": self.folder})
        self.assertTrue(os.path.exists(self.path("answers")), done.stdout + done.stderr)
        words = self.read("answers").decode().split("\n")
        os.remove(self.path("answers"))
        return {word for word in words if word not in ("", "done")}

    def test_syntax(self):
        self.write("completion", self.ok("completion", "zsh"))
        done = subprocess.run(["zsh", "-n", self.path("completion")], text=True,
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_names_everything(self):
        text = self.ok("completion", "zsh")
        for command in self.first_words("commands"):
            part = re.search(rf"\n    {command}\)\n(.*?) ;;\n", text, re.S).group(1)
            for name in self.options_of(command):
                self.assertRegex(part, rf"['{{,]--{name}[=\[}}]", command)

    @unittest.skipIf(_tiedye.SANITIZED, "the script is the same")
    def test_driven(self):
        self.assertLessEqual({"sheet", "render"}, self.complete("tiedye "))
        self.assertEqual(self.complete("tiedye render --init "), {"unscaled", "fan-in"})
        self.assertEqual(self.complete("tiedye list f"), {"formats"})
        self.assertLessEqual({"@tie-dye", "@silk"}, self.complete("tiedye render @"))


if __name__ == "__main__":
    _tiedye.main()
