"""``echo`` through Ray's own JobSubmissionClient, against what Ray itself needs for it."""

import json

from benchmarks.figures import Figure, Goal
from benchmarks.scale import Scale
from benchmarks.stack import a_stack
from tests.support.ray_clients import a_client

CLIENT = "2.60.0"
_FLOOR_IS = "Ray 2.60.0 itself, two cores, quiet: not a floor but what users are used to"

_PROGRAM = """
import asyncio, json, statistics, time
from concurrent.futures import ThreadPoolExecutor

def one():
    began = time.perf_counter()
    id = client.submit_job(entrypoint="echo hello")
    while not client.get_job_status(id).is_terminal():
        time.sleep(0.005)
    return time.perf_counter() - began

async def tailed():
    began = time.perf_counter()
    id = client.submit_job(entrypoint="echo hello")
    async for text in client.tail_job_logs(id):
        if "hello" in text:
            return time.perf_counter() - began

one()
alone = statistics.median(one() for _ in range(20))
first = statistics.median(asyncio.run(tailed()) for _ in range(10))
count = 120
def submit(_):
    return client.submit_job(entrypoint="echo hello")
began = time.perf_counter()
with ThreadPoolExecutor(4) as pool:
    ids = list(pool.map(submit, range(count)))
waiting = set(ids)
while waiting:
    over = {job.submission_id for job in client.list_jobs() if job.status.is_terminal()}
    waiting -= over
    time.sleep(0.05)
rate = count / (time.perf_counter() - began)
print(json.dumps([alone, first, rate]))
"""


def measure(_: Scale) -> list[Figure]:
    with a_stack("process") as up:
        client = a_client(CLIENT, f"http://127.0.0.1:{up.port}")
        alone, first, rate = json.loads(client.python(_PROGRAM))
    return [
        _figure("ray.submit", alone, "s", 1.07, Goal("ours", "≤", 0.15)),
        _figure("ray.tail", first, "s", 3.05, Goal("ours", "≤", 0.2)),
        _figure("ray.rate", rate, "jobs/s", 1.46, Goal("ours", "≥", 70)),
    ]


def _figure(name: str, ours: float, unit: str, ray: float, goal: Goal) -> Figure:
    return Figure(name=name, ours=ours, unit=unit, floor=ray, floor_is=_FLOOR_IS, goal=goal)
