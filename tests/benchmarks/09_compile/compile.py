# Row 9: the compiler's processor time, and what it makes, for the two programs in programs/, which do the same. With
# -O2 as in a release, and each of them three times, of which the shortest counts.
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import bench

here = pathlib.Path(__file__).resolve().parent
include = here.parents[2] / "include"


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


with tempfile.TemporaryDirectory() as directory:
    for contestant in ("sociable", "soci"):
        made = os.path.join(directory, contestant + ".o")
        times = []
        for _ in range(1 if bench.QUICK else 3):
            before = processor_time()
            subprocess.run([os.environ.get("CXX", "g++"), "-std=c++20", "-O2", "-DNDEBUG", "-isystem",
                            "/usr/include/postgresql", "-I", include, "-c", here / "programs" / (contestant + ".cpp"),
                            "-o", made], check=True)
            times.append(processor_time() - before)
        bench.show(9, "compile time", contestant, min(times), "s")
        sizes = subprocess.run(["size", made], check=True, capture_output=True, text=True).stdout.split("\n")[1].split()
        bench.show(9, "object size", contestant, (int(sizes[0]) + int(sizes[1])) / 1024, "KiB")
