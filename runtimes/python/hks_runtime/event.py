"""What a handler gets as its first argument, from the bytes and headers of a request."""

import json

from .failure import PlatformFailure

_REQUIRED_ATTRIBUTES = ("specversion", "id", "source", "type")


def _invalid(message):
    raise PlatformFailure("EVENT_INVALID", message)


def _first(value):
    return value[0] if isinstance(value, list) else value


def _parse_content_type(value):
    """`Text/Plain; charset="UTF-8"` as ("text/plain", "utf-8")."""
    media_type, *parameters = (_first(value) or "").split(";")
    charset = "utf-8"
    for parameter in parameters:
        name, _, text = parameter.partition("=")
        if name.strip().lower() == "charset" and text.strip():
            charset = text.strip().strip('"').lower()
            break
    return media_type.strip().lower(), charset


def _refuse_constant(name):
    raise ValueError("%s is not JSON" % name)


def _parse_json(body, media_type):
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as cause:
        _invalid("the request body is not valid JSON, though its Content-Type is %s: %s" % (media_type, cause))


def _decode_text(body, charset):
    if charset in ("utf-8", "utf8", "us-ascii"):
        return body.decode("utf-8-sig", "replace")
    if charset in ("iso-8859-1", "latin1"):
        return body.decode("latin-1")
    return body


def _decode_body(body, content_type):
    if not body:
        return None
    media_type, charset = _parse_content_type(content_type)
    if media_type == "application/json" or media_type.endswith("+json"):
        return _parse_json(body, media_type)
    return _decode_text(body, charset) if media_type.startswith("text/") else body


def _check_attributes(attributes):
    missing = [n for n in _REQUIRED_ATTRIBUTES if not isinstance(attributes.get(n), str) or not attributes[n]]
    if missing:
        _invalid("the request is a CloudEvent without %s" % ", ".join(missing))
    return attributes


def _decode_attribute(value):
    """Percent-encoding of the CloudEvents HTTP binding, section 3.1.3.2; what is not an encoding stays as it is."""
    if "%" not in value:
        return value
    from urllib.parse import unquote

    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        return value


def _read_binary(headers, body):
    attributes = {name[3:]: _decode_attribute(_first(value)) for name, value in headers.items() if name.startswith("ce-")}
    if "content-type" in headers:
        attributes["datacontenttype"] = _first(headers["content-type"])
    return _decode_body(body, headers.get("content-type")), _check_attributes(attributes)


def _read_structured(body, media_type):
    envelope = _parse_json(body, media_type) if body else None
    if not isinstance(envelope, dict):
        _invalid("the request is a CloudEvent that is not a JSON object")
    attributes = {name: value for name, value in envelope.items() if name not in ("data", "data_base64")}
    _check_attributes(attributes)
    if "data_base64" not in envelope:
        return envelope.get("data"), attributes
    import binascii

    try:
        encoded = envelope["data_base64"]
        if not isinstance(encoded, str) or "\n" in encoded:
            raise ValueError("not one line of text")
        data = binascii.a2b_base64(encoded.encode("ascii"))
        if binascii.b2a_base64(data, newline=False).decode() != encoded:
            raise ValueError("not canonical")
    except ValueError:
        _invalid("data_base64 of the CloudEvent is not base64")
    return data, attributes


def read_event(headers, body):
    """(event, cloudEvent) of a request: JSON is parsed, an empty body is None, text is a string, all else bytes; the
    data of a CloudEvent, whose attributes are then the second value (else None). Raises EVENT_INVALID."""
    media_type, _ = _parse_content_type(headers.get("content-type"))
    if media_type == "application/cloudevents+json":
        return _read_structured(body, media_type)
    if "ce-specversion" in headers:
        return _read_binary(headers, body)
    return _decode_body(body, headers.get("content-type")), None
