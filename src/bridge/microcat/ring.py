# SPDX-License-Identifier: MIT
# A ring of bytes between one writer and one reader. Each moves its own index alone, so that a USB callback may come between any two
# steps of the main loop.


class Ring:
    def __init__(self, size):
        # size: bytes, a power of two. The indices run to twice of it, so that full and empty differ.
        assert size & (size - 1) == 0
        self.size = size
        self.view = memoryview(bytearray(size))
        self.head = 0
        self.tail = 0

    def used(self):
        return (self.head - self.tail) & (2 * self.size - 1)

    def free(self):
        return self.size - self.used()

    def before(self, mark):
        # Bytes to be read before what was written after head stood at mark; 0 when they are gone.
        ahead = (mark - self.tail) & (2 * self.size - 1)
        return ahead if ahead <= self.size else 0

    def append(self, data):
        # data: a memoryview, no longer than free().
        n = len(data)
        at = self.head & (self.size - 1)
        first = min(n, self.size - at)
        self.view[at : at + first] = data[:first]
        if first < n:
            self.view[: n - first] = data[first:]
        self.put(n)

    def space(self):
        # The longest piece that can be written without a seam; put() says how much of it was.
        at = self.head & (self.size - 1)
        return self.view[at : at + min(self.free(), self.size - at)]

    def put(self, n):
        self.head = (self.head + n) & (2 * self.size - 1)

    def piece(self, most):
        # The longest piece that can be read without a seam, at most `most` bytes; drop() says how much of it went.
        at = self.tail & (self.size - 1)
        return self.view[at : at + min(self.used(), self.size - at, most)]

    def drop(self, n):
        self.tail = (self.tail + n) & (2 * self.size - 1)

    def keep(self, n):
        # The writer takes back all but the next n bytes to be read, and returns how many these were.
        gone = self.used() - n
        if gone <= 0:
            return 0
        self.head = (self.tail + n) & (2 * self.size - 1)
        return gone
