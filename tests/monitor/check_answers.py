"""Checks what the monitor answers against the schemas of its paths.

    check_answers.py answers.schema.json FILE...

Each file holds one answer: its path, or "error", in the first line, the JSON below. Prints a line for each file that
does not fit: its name, and what is wrong.
"""
import json
import os
import sys

import jsonschema

with open(sys.argv[1]) as file:
    schemas = json.load(file)

for name in sys.argv[2:]:
    with open(name) as file:
        path = file.readline().rstrip("\n")
        answer = json.load(file)
    schema = {"$ref": f"#/answers/{path.replace('~', '~0').replace('/', '~1')}", **schemas}
    error = next(jsonschema.Draft7Validator(schema).iter_errors(answer), None)
    if error:
        print(f"{os.path.basename(name)} {path}: {error.json_path}: {error.message}")
