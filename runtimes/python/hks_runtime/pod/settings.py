"""What the pod's manifest says: the variables of docs/runtime-protocol.md, "In a pod"."""

import json

_DEFAULT_PORT = 8080
_HIGHEST_PORT = 65535
_DEFAULT_TIMEOUT_SECONDS = 60
# As the other languages have it: what a timer of Node holds.
_LONGEST_TIMEOUT_SECONDS = 2000000
_LONGEST_NUMBER = 15


class WrongSetting(Exception):
    """A variable or an argument is wrong; the message names it."""


class Settings:
    """Reads the settings, and takes them out of `environment`, which is then the function's. `args` are those behind
    `--http`. Raises WrongSetting."""

    def __init__(self, args, environment):
        if len(args) > 1:
            raise WrongSetting("%s is one argument too many behind --http PORT" % json.dumps(args[1]))
        name, port = ("--http", args[0]) if args else ("PORT", environment.get("PORT"))
        self.port = _whole_number(name, port, default=_DEFAULT_PORT, most=_HIGHEST_PORT)

        def take(name):
            return environment.pop(name, None)

        def number(name, **bounds):
            return _whole_number(name, take(name), **bounds)

        self.source = _required("HKS_SOURCE", take)
        self.handler = _required("HKS_HANDLER", take)
        self.function_name = take("HKS_FUNCTION_NAME") or ""
        self.revision = number("HKS_REVISION", default=0)
        self.timeout_seconds = number(
            "HKS_TIMEOUT_SECONDS", default=_DEFAULT_TIMEOUT_SECONDS, least=1, most=_LONGEST_TIMEOUT_SECONDS
        )
        self.concurrency = number("HKS_CONCURRENCY", default=0)
        self.diagnostic_key = take("HKS_DIAGNOSTIC_KEY") or ""
        self.log_format = _one_of("HKS_LOG_FORMAT", take, ("plain", "marked"))
        self.memory_bytes = number("HKS_MEMORY_BYTES", default=None)
        self.cpu_seconds = number("HKS_CPU_SECONDS", default=None, least=1)
        self.check = _one_of("HKS_CHECK", take, ("false", "true")) == "true"
        names = [name.strip() for name in (take("HKS_SECRET_NAMES") or "").split(",")]
        self.secrets = [environment[name] for name in names if name in environment]


def _refuse(name, value, what):
    raise WrongSetting("%s: %s is not %s" % (name, json.dumps(value, ensure_ascii=False), what))


def _required(name, take):
    return take(name) or _refuse(name, "", "set, and has to be")


def _one_of(name, take, words):
    text = take(name)
    if not text:
        return words[0]
    return text if text in words else _refuse(name, text, "one of %s" % ", ".join(words))


def _whole_number(name, text, default, least=0, most=None):
    if not text:
        return default
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    if is_number and int(text) >= least and (most is None or int(text) <= most):
        return int(text)
    bounds = "from %d on" % least if most is None else "from %d to %d" % (least, most)
    return _refuse(name, text, "a whole number %s" % bounds)
