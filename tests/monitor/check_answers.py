"""Checks what the monitor answers against the schemas of its paths.

    check_answers.py answers.schema.json FILE...

Each file holds one answer: its path, or "error", in the first line, the JSON below.
"""
import json
import sys

import jsonschema

with open(sys.argv[1]) as file:
    schemas = json.load(file)

failed = False
for name in sys.argv[2:]:
    with open(name) as file:
        path = file.readline().rstrip("\n")
        answer = json.load(file)
    schema = {"$ref": f"#/answers/{path.replace('~', '~0').replace('/', '~1')}", **schemas}
    for error in jsonschema.Draft7Validator(schema).iter_errors(answer):
        failed = True
        print(f"{path}: {error.json_path}: {error.message}")
sys.exit(1 if failed else 0)
