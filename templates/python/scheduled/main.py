import os
import time


def handler(event, context):
    """Does one batch of work per call. The payload may name the items: {"items": ["a", "b"]}.

    Work that was not finished is reported, so that the next run can take it up; doing an item twice must be harmless.
    """
    items = (event or {}).get("items") or find_items()
    reserve = int(os.environ.get("RESERVE_MS", "2000"))
    done = 0
    for item in items:
        # The signal says that the call was given up; after that nobody reads the answer.
        if context.signal.aborted or time.time() * 1000 > context.deadline - reserve:
            break
        work(item)
        done += 1
        print(f"{done} of {len(items)}: {item}")
    return {"done": done, "left": items[done:]}


def find_items():
    """Your own: what is there to do."""
    return ["reports", "invoices", "old-sessions"]


def work(item):
    """Your own: do one item."""
