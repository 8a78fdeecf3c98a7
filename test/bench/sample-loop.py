# The documentation's sample (microphone to MMDAgent-EX), with a fake microphone and N connections instead of a WebSocket server:
# 480 samples a read, one send, asyncio.sleep(0.01). The fake microphone blocks until it has the samples, as the real one does.
#   python3 sample-loop.py PORT COUNT SECONDS
import asyncio
import json
import resource
import sys
import time


class FakeMicrophone:
    def __init__(self):
        self.start = time.monotonic()
        self.samples = 0

    def read(self, count):
        self.samples += count
        left = self.start + self.samples / 16000 - time.monotonic()
        if left > 0:
            time.sleep(left)
        return bytes(2 * count)


async def consumer_handler(reader):
    while await reader.read(4096):
        pass


async def producer_handler(writer):
    writer.write(b"__AV_START\n")
    writer.write(b"__AV_SETMODEL,0\n")
    chunk_samples = 480
    chunk_bytes = chunk_samples * 2
    stream = FakeMicrophone()
    while True:
        input_data = stream.read(chunk_samples)
        header = ("SND" + f"{chunk_bytes:04}").encode("ascii")
        payload = bytearray(header + input_data)
        writer.write(payload)
        await asyncio.sleep(0.01)


async def main():
    port, count, seconds = (int(value) for value in sys.argv[1:4])
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    tasks = [asyncio.create_task(consumer_handler(reader)) for reader, _ in connections]
    tasks += [asyncio.create_task(producer_handler(writer)) for _, writer in connections]
    begin = resource.getrusage(resource.RUSAGE_SELF)
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        await asyncio.sleep(0.5)
    end = resource.getrusage(resource.RUSAGE_SELF)
    cpu = end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime
    print(json.dumps({"cpu": round(100 * cpu / (time.monotonic() - began), 1)}), flush=True)


asyncio.run(main())
