"""Validates SBOMs: reads lines KIND<TAB>FILE[<TAB>KIND<TAB>FILE...] with KIND cyclonedx, cyclonedx-xml, spdx or spdx3.

Answers each with one line, a JSON text: the faults, a line each, or nothing. The validators are CycloneDX's and SPDX's own libraries.
"""

import json
import sys


def cyclonedx_json(path):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    with open(path, encoding="utf-8") as file:
        return list(JsonStrictValidator(SchemaVersion.V1_6).validate_str(file.read(), all_errors=True) or [])


def cyclonedx_xml(path):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.xml import XmlValidator

    with open(path, encoding="utf-8") as file:
        return list(XmlValidator(SchemaVersion.V1_6).validate_str(file.read(), all_errors=True) or [])


def spdx(path):
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    return [message.validation_message for message in validate_full_spdx_document(parse_file(path), "SPDX-2.3")]


def spdx3(path):
    from spdx_python_model import v3_0_1

    objects = v3_0_1.SHACLObjectSet()
    with open(path, encoding="utf-8") as file:
        v3_0_1.JSONLDDeserializer().read(file, objects)
    # A licence of SPDX's own list stands outside of any document.
    unknown = [str(one) for one in objects.missing_ids if not str(one).startswith("https://spdx.org/licenses/")]
    with open(path, encoding="utf-8") as file:
        written = {one["spdxId"] for one in json.load(file)["@graph"] if "spdxId" in one}
    return unknown + sorted(written - {one._id for one in objects.objects})


kinds = {"cyclonedx": cyclonedx_json, "cyclonedx-xml": cyclonedx_xml, "spdx": spdx, "spdx3": spdx3}


def faults(kind, path):
    try:
        return [f"{kind}: {fault}" for fault in kinds[kind](path)]
    except Exception as thrown:
        return [f"{kind}: {thrown!r}"]


for line in sys.stdin:
    words = line.rstrip("\n").split("\t")
    found = [fault for kind, path in zip(words[::2], words[1::2]) for fault in faults(kind, path)]
    print(json.dumps("\n".join(found)), flush=True)
