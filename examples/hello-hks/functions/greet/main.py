import os


def handler(event, context):
    name = (event or {}).get("name", "world")
    print(f"greeting {name}")
    return {"greeting": f"{os.environ['GREETING']}, {name}", "revision": context.revision}
