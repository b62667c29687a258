"""One handler whose request path says what it does; routes.mjs beside it does the same."""

import asyncio
import math
import os
import subprocess
import sys
import threading
import time

print("loading")
sys.stderr.write("no newline at the end of the load")


def kind_of(event):
    if event is None:
        return "null"
    if isinstance(event, bytes):
        return "bytes"
    return "text" if isinstance(event, str) else "json"


def describe(event, context):
    return {"kind": kind_of(event), "value": event.hex() if isinstance(event, bytes) else event}


def show_context(event, context):
    request = context.request
    return {
        "functionName": context.functionName,
        "revision": context.revision,
        "invocationId": context.invocation_id,
        "hasTime": context.deadline > time.time() * 1000,
        "aborted": context.signal.aborted,
        "method": request.method,
        "query": request.query,
        "headers": request.headers,
        "cloudEvent": context.cloud_event,
    }


def show_body(event, context):
    body = context.request.body
    return {"bytes": body.hex(), "isBytes": isinstance(body, bytes), "request": vars(context.request)}


async def later(event, context):
    await asyncio.sleep(event["ms"] / 1000)
    return event


def fail(event, context):
    raise IndexError("too far")


def raise_it(event, context):
    raise IndexError("no %s" % event)


def circle(event, context):
    items = [1]
    items.append({"again": items})
    return items


def pending(event, context):
    return {"a": {"b c": asyncio.new_event_loop().create_future()}}


def deep(event, context):
    value = []
    for _ in range(200000):
        value = [value]
    return value


def print_some(event, context):
    sys.stdout.write(f"{event} ")
    print(f"{event} to err", file=sys.stderr)
    time.sleep(0.005)
    print("one\ntwo")
    print("")
    sys.stdout.write("unfinished")


def print_from_background(event, context):
    thread = threading.Thread(target=lambda: print(f"background {event}"))
    thread.start()
    thread.join()


def print_bytes(event, context):
    encoded = "ä\n".encode()
    sys.stdout.buffer.write(encoded[:1])
    sys.stdout.buffer.write(encoded[1:])
    sys.stdout.buffer.write(b"f\xff\n")


def print_long(event, context):
    print("a" * 65535 + "ä" + "b" * 100000)
    for _ in range(200):
        sys.stdout.write("c" * 1000)
    print("\nshort")


def print_many(event, context):
    for number in range(event):
        print(f"line {number}")
    return event


def print_plain(event, context):
    for i in range(event):
        os.write(1, b"plain %d\n" % i)
    return event


def run_subprocess(event, context):
    script = "echo from a subprocess; ( : >&3 ) 2>/dev/null && exit 3; exit 0"
    return subprocess.run(["sh", "-c", script], stdout=sys.stdout, stderr=sys.stderr).returncode


async def chunks(event, context):
    yield bytes([0, 255])
    yield "ä"
    yield {"n": 1}


def breaks(event, context):
    yield "before"
    raise IndexError("in the middle")


async def hold(event, context):
    print("holding")
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("told to stop")
        raise


def spin(event, context):
    print("spinning")
    while True:
        pass


def compute(event, context):
    end = time.thread_time() + event["ms"] / 1000
    while time.thread_time() < end:
        pass
    return event["ms"]


def compute_elsewhere(event, context):
    subprocess.Popen(["sh", "-c", "while :; do :; done"])


def leave(event, context):
    print("last words")
    os._exit(7)


ROUTES = {
    "event": describe,
    "body": show_body,
    "context": show_context,
    "respond": lambda event, context: context.response(event["status"], event.get("headers"), event.get("body")),
    "respondDefault": lambda event, context: context.response(),
    "respondBytes": lambda event, context: context.response(201, {"X-Kind": "bytes", "Content-Length": "3"}, event),
    "lookalike": lambda event, context: {"status": 404, "headers": {}, "body": "plain data"},
    "later": later,
    "nothing": lambda event, context: None,
    "surrogate": lambda event, context: "a\ud800b",
    "text": lambda event, context: "grüße 日本",
    "fail": fail,
    "raise": raise_it,
    "names": lambda event, context: list(os.environ),
    "notFinite": lambda event, context: {"a": [1, 2, math.nan]},
    "resultBytes": lambda event, context: {"picture": b"x"},
    "resultCircle": circle,
    "resultPending": pending,
    "resultDeep": deep,
    "environment": lambda event, context: [os.environ.get("PLAIN"), os.environ.get("SECRET")],
    "folder": lambda event, context: "routes.py" in os.listdir("."),
    "print": print_some,
    "printFromBackground": print_from_background,
    "printBytes": print_bytes,
    "printLong": print_long,
    "printMany": print_many,
    "printPlain": print_plain,
    "subprocess": run_subprocess,
    "chunks": chunks,
    "typedChunks": lambda event, context: context.response(
        201, {"Content-Type": "text/event-stream"}, iter(["data: 1\n\n"])
    ),
    "breaks": breaks,
    "hold": hold,
    "spin": spin,
    "compute": compute,
    "computeElsewhere": compute_elsewhere,
    "exit": leave,
}


def handler(event, context):
    return ROUTES[context.request.path[1:]](event, context)
