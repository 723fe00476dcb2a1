"""launch.py COMMAND [WORD...]: runs a command and prints how many seconds it took, how many its
cores worked, and the peak of its memory in bytes.

A small process of its own, since the peak counts what the process held that started the command.
"""

import os
import sys
import time

begin = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ,
                        file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - begin
print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
