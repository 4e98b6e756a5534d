#!/usr/bin/env python3
"""Prints a table of all instances of a project, with their latest usage.

It needs Python 3.8 and no package. A token of Keystone is read from the environment variable OS_TOKEN, so
that it is in no list of processes:

    export OS_TOKEN=$(openstack token issue -f value -c id)
    examples/list_instances.py https://monitoring.example.org PROJECT_ID
"""

import argparse
import json
import os
import re
import sys
import urllib.error
import urllib.request
from urllib.parse import quote, urlencode, urljoin

COLUMNS = [
    # heading, property of the instance, unit
    ("NAME", "name", ""),
    ("STATE", "state", ""),
    ("CPU", "cpuUsage", " %"),
    ("MEMORY", "memoryUsage", " %"),
    ("VCPUS", "vcpus", ""),
    ("ADDRESS", "address", ""),
]


class ApiError(Exception):
    """A response that is no success, in the words of its problem document."""


def get(url, token):
    """Returns the JSON of a response, and the URL of the next page or None."""
    headers = {"Accept": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as response:
            link = re.search(r'<([^>]*)>;\s*rel="next"', response.headers.get("Link", ""))
            return json.load(response), link and urljoin(url, link.group(1))
    except urllib.error.HTTPError as error:
        raise ApiError(f"{error.code}: {detail_of(error)}") from error
    except urllib.error.URLError as error:
        raise ApiError(f"{url} cannot be reached: {error.reason}") from error


def detail_of(error):
    """The service describes a failure as RFC 9457 has it; a proxy before it may not."""
    try:
        return json.load(error)["detail"]
    except (ValueError, KeyError, TypeError):
        return error.reason


def instances_of(origin, project, token, page_size):
    """Yields each instance of a project; each page is requested when the one before is used up."""
    path = f"/v1/openstack/projects/{quote(project, safe='')}/instances"
    url = f"{urljoin(origin, path)}?{urlencode({'limit': page_size})}"
    while url:
        page, url = get(url, token)
        if page.get("unavailable"):
            print(f"without {', '.join(page['unavailable'])}: usages may be unknown", file=sys.stderr)
        yield from page["metric"]


def text_of(value, unit):
    """An unknown value is a dash, and not a zero."""
    if value is None or value == []:
        return "-"
    return ", ".join(value) if isinstance(value, list) else f"{value}{unit}"


def print_table(instances):
    rows = [[heading for heading, _, _ in COLUMNS]]
    rows += [[text_of(instance[name], unit) for _, name, unit in COLUMNS] for instance in instances]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("origin", help="the service, such as https://monitoring.example.org")
    parser.add_argument("project", help="id of the project")
    parser.add_argument("--page-size", type=int, default=100, help="instances of a request; 100 unless given")
    arguments = parser.parse_args()
    try:
        print_table(instances_of(
            arguments.origin, arguments.project, os.environ.get("OS_TOKEN"), arguments.page_size
        ))
    except ApiError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
