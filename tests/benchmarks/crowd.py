"""Row 2 in Python; crowd.hpp says what is done."""

import threading
import time

import bench


def measure(contestant, count, connections, hold, take, give_back):
    everybodys = []
    stop = threading.Event()

    def borrow():
        waits = []
        everybodys.append(waits)
        while not stop.is_set():
            asked = time.perf_counter()
            connection = take()
            waits.append(time.perf_counter() - asked)
            time.sleep(hold)
            give_back(connection)

    threads = [threading.Thread(target=borrow) for _ in range(count)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(0.1 if bench.QUICK else 2)
    stop.set()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start

    waits = sorted(wait for waits in everybodys for wait in waits)
    mean = len(waits) / count
    work = f"{count} threads on {connections}"
    bench.show(2, work + ", throughput", contestant, len(waits) / took, "/s")
    bench.show(2, work + ", p99 wait", contestant, 1e3 * waits[len(waits) * 99 // 100], "ms")
    bench.show(2, work + ", longest wait", contestant, 1e3 * waits[-1], "ms")
    bench.show(2, work + ", unevenness", contestant,
               100 * max(abs(len(waits) - mean) / mean for waits in everybodys), "%")
