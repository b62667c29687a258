import os


def handler(event, context):
    """`event` is the parsed JSON of the request, or None when its body is empty. The result is answered as JSON."""
    name = (event or {}).get("name", "world")
    # Each line that is printed appears in the function's log, tied to this call.
    print(f"greeting {name}")
    return {
        "message": f"{os.environ.get('GREETING', 'Hello')}, {name}",
        "function": context.function_name,
        "revision": context.revision,
    }
