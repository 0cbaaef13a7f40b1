"""Makes countries.bin from a country database in MaxMind's format; see README.md here.

    python3 countries.py iptoasn-country.mmdb countries.bin
"""

import sys

MARKER = b"\xab\xcd\xefMaxMind.com"


def read(data, at, base):
    """A value of the data section, and where the next one begins."""
    kind, size = data[at] >> 5, data[at] & 31
    at += 1
    if kind == 1:
        n = ((size >> 3) & 3) + 1
        rest = int.from_bytes(data[at : at + n], "big")
        value = (((size & 7) << (8 * n)) + rest + [0, 2048, 526336, 0][n - 1]) if n < 4 else rest
        return read(data, base + value, base)[0], at + n
    if kind == 0:
        kind = 7 + data[at]
        at += 1
    if size >= 29:
        n = size - 28
        size = int.from_bytes(data[at : at + n], "big") + [29, 285, 65821][n - 1]
        at += n
    if kind == 7:
        found = {}
        for _ in range(size):
            key, at = read(data, at, base)
            found[key], at = read(data, at, base)
        return found, at
    if kind == 11:
        items = []
        for _ in range(size):
            item, at = read(data, at, base)
            items.append(item)
        return items, at
    if kind == 14:
        return bool(size), at
    raw = data[at : at + size]
    return (raw.decode() if kind == 2 else int.from_bytes(raw, "big")), at + size


def ranges(data):
    """First address of each range and its country, in order; addresses have 128 bits."""
    begin = data.rindex(MARKER) + len(MARKER)
    meta, _ = read(data, begin, begin)
    nodes, bits = meta["node_count"], meta["record_size"]
    width = bits // 4
    base = nodes * width + 16

    def child(node, side):
        record = data[node * width : (node + 1) * width]
        if bits == 28:
            half = record[3] >> 4 if side == 0 else record[3] & 15
            return (half << 24) | int.from_bytes(record[side * 4 : side * 4 + 3], "big")
        size = bits // 8
        return int.from_bytes(record[side * size : (side + 1) * size], "big")

    known = {}

    def country(pointer):
        if pointer not in known:
            value, _ = read(data, base + pointer - nodes - 16, base)
            known[pointer] = value.get("country_code") or value.get("country", {}).get("iso_code", "")
        return known[pointer]

    out = []

    def walk(node, depth, first):
        while node < nodes and depth < 128:
            walk(child(node, 0), depth + 1, first)
            node, depth, first = child(node, 1), depth + 1, first | 1 << (127 - depth)
        code = country(node) if node > nodes else ""
        if not out or out[-1][1] != code:
            out.append((first, code))

    sys.setrecursionlimit(10_000)
    walk(0, 0, 0)
    return out


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def section(starts, codes):
    """Merges neighbours of one country and writes their distances."""
    merged = []
    for first, code in starts:
        if merged and merged[-1][0] == first:
            merged[-1] = (first, code)
        elif not merged or merged[-1][1] != code:
            merged.append((first, code))
    out, last = [varint(len(merged))], 0
    for first, code in merged:
        out.append(varint(first - last) + bytes([codes.index(code)]))
        last = first
    return b"".join(out), len(merged)


def main(source, target):
    with open(source, "rb") as file:
        found = ranges(file.read())
    ok = lambda code: code if len(code) == 2 and code.isascii() and code.isupper() else ""
    found = [(first, ok(code)) for first, code in found]
    four = [(first, code) for first, code in found if first < 1 << 32]
    # Networks of the newer kind are told apart by their first 48 bits: who has less is a customer of who has that.
    six = [(first >> 80, code) for first, code in found if first >> 32]
    codes = sorted({code for _, code in four + six})
    parts = [section(four, codes), section(six, codes)]
    with open(target, "wb") as file:
        file.write(bytes([len(codes)]) + "".join(c or "--" for c in codes).encode())
        for part, _ in parts:
            file.write(part)
    print(len(codes), "countries,", [n for _, n in parts], "ranges")


if __name__ == "__main__":
    main(*sys.argv[1:])
