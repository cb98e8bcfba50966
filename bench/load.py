"""A small load generator: keep-alive connections to 127.0.0.1, one request at a time on each. Runs in its own process.

usage: python -m bench.load PORT CONNECTIONS REQUESTS < request (raw HTTP). Prints seconds per request as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import uvloop


async def _one(port: int, request: bytes, count: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times = []
    for _ in range(count):
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - started)
    writer.close()
    return times


async def _main(port: int, connections: int, requests: int, request: bytes) -> None:
    started = time.perf_counter()
    found = await asyncio.gather(*(_one(port, request, requests // connections) for _ in range(connections)))
    took = time.perf_counter() - started
    times = sorted(seconds for part in found for seconds in part)
    print(
        json.dumps(
            {
                "per_second": len(times) / took,
                "p50_ms": times[len(times) // 2] * 1e3,
                "p99_ms": times[int(len(times) * 0.99)] * 1e3,
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(_main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.stdin.buffer.read()))
