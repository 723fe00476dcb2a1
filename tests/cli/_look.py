"""What a thumbnail looks like and how pictures are chosen, written a second time from
docs/GALLERY.md, in the order that comes to mind and with Python's own mathematics."""

import math

SIDE = 96
WEIGHTS = ((6, 1.2), (8, 1.2), (5, 0.5), (54, 0.7), (7, 1.0), (16, 0.5))
LINEAR = [u / 12.92 if u <= 0.04045 else ((u + 0.055) / 1.055) ** 2.4
          for u in (code / 255 for code in range(256))]
TO_LMS = ((0.4122214708, 0.5363325363, 0.0514459929), (0.2119034982, 0.6806995451, 0.1073969566),
          (0.0883024619, 0.2817188376, 0.6299787005))
TO_LAB = ((0.2104542553, 0.7936177850, -0.0040720468), (1.9779984951, -2.4285922050, 0.4505937099),
          (0.0259040371, 0.7827717662, -0.8086757660))


def oklab(pixel):
    rgb = [LINEAR[code] for code in pixel]
    lms = [sum(map(float.__mul__, row, rgb)) ** (1 / 3) for row in TO_LMS]
    return [sum(map(float.__mul__, row, lms)) for row in TO_LAB]


def halve(plane):
    return [[(a[i] + a[i + 1] + b[i] + b[i + 1]) / 4 for i in range(0, len(a), 2)]
            for a, b in zip(plane[::2], plane[1::2])]


def mean(values):
    values = list(values)
    return math.fsum(values) / len(values)


def ramp(value, none, full):
    return min(1.0, max(0.0, (value - none) / (full - none)))


def gradients(plane):
    """(x, y, gradient as the square of a complex number)."""
    for y in range(len(plane) - 1):
        above, below = plane[y], plane[y + 1]
        for x in range(len(plane) - 1):
            across = above[x + 1] - above[x] + below[x + 1] - below[x]
            down = below[x] - above[x] + below[x + 1] - above[x + 1]
            yield x, y, complex(across, down) ** 2


class Look:
    """Of a decoded PNG of 96 x 96 pixels of 3 samples."""

    def __init__(self, samples):
        flat = [[tuple(row[i:i + 3]) for i in range(0, len(row), 3)] for row in samples]
        cache = {pixel: oklab(pixel) for pixel in {pixel for row in flat for pixel in row}}
        lab = [[cache[pixel] for pixel in row] for row in flat]
        self.levels = [[[[p[c] for p in row] for row in lab] for c in range(3)]]
        while len(self.levels) < 6:
            self.levels.append([halve(plane) for plane in self.levels[-1]])
        self.means = [mean(v for row in plane for v in row) for plane in self.levels[0]]
        self.variances = [self.variance(c, 0) for c in range(3)]
        whole = [sum(self.variance(c, i) for c in range(3)) for i in range(6)]
        self.bands = [a - b for a, b in zip(whole, whole[1:] + [0])]
        self.whole = whole[0]
        self.rules(flat)
        self.numbers = self.colours() + self.hues() + self.light() + self.places() + \
            self.texture() + self.edges()

    def variance(self, c, level):
        return mean((v - self.means[c]) ** 2 for row in self.levels[level][c] for v in row)

    def rules(self, flat):
        codes = [code for row in flat for pixel in row for code in pixel]
        boxes = {}
        for row in flat:
            for r, g, b in row:
                box = (r // 32, g // 32, b // 32)
                boxes[box] = boxes.get(box, 0) + 1
        self.contrast = math.sqrt(self.whole)
        self.ends = sum(code <= 4 or code >= 251 for code in codes) / len(codes)
        self.two = sum(sorted(boxes.values())[-2:]) / SIDE ** 2
        self.noise = (self.bands[0] + self.bands[1]) / (self.whole + 1e-12)
        self.coherence = self.cohere()
        self.structure = sum(math.sqrt(max(0, band) / (self.whole + 1e-12))
                             for band in self.bands[:5]) ** 2 / 5
        depth = math.sqrt(self.variances[0])
        colour = math.sqrt(sum(self.means[c] ** 2 + self.variances[c] for c in (1, 2)))
        self.interest = (self.structure * ramp(depth, 0, 0.15) * (0.5 + 0.5 * ramp(colour, 0, 0.1))
                         * ramp(self.two, 1, 0.5) * ramp(self.ends, 0.7, 0.3)
                         * ramp(self.coherence, 0.55, 0.8) * ramp(self.noise, 0.7, 0.3)
                         * (0.4 + 0.6 * ramp(self.noise, 0, 0.08)))

    def sight(self):
        if self.contrast < 0.06:
            return "blank"
        if self.ends > 0.6 or self.two > 0.88:
            return "saturated"
        if self.noise > 0.65 or self.noise * (1 - self.coherence) > 0.14:
            return "noisy"
        return "good"

    def cohere(self):
        cells, lengths = {}, 1e-12
        for plane in self.levels[1]:
            for x, y, gradient in gradients(plane):
                cells[x // 4, y // 4] = cells.get((x // 4, y // 4), 0) + gradient
                lengths += abs(gradient)
        return sum(map(abs, cells.values())) / lengths

    def colours(self):
        return self.means + [math.sqrt(v) for v in self.variances]

    def hues(self):
        sums = [0.0] * 8
        for a, b in zip(sum(self.levels[1][1], []), sum(self.levels[1][2], [])):
            chroma, angle = math.hypot(a, b), math.atan2(b, a)
            for k in range(8):
                cosine = math.cos(angle - k * math.pi / 4)
                sums[k] += chroma * max(0, cosine) ** 2
        return [value / 48 ** 2 for value in sums]

    def light(self):
        return [mean(max(0, 1 - abs(4 * v - k)) for row in self.levels[1][0] for v in row)
                for k in range(5)]

    def places(self):
        return [v - self.means[c] for c, level in ((0, 4), (1, 5), (2, 5))
                for row in self.levels[level][c] for v in row]

    def texture(self):
        return [math.sqrt(max(0, band) / (self.whole + 1e-4)) for band in self.bands] + \
            [self.coherence]

    def edges(self):
        out = []
        for level in range(4):
            squares = [square for _, _, square in gradients(self.levels[level][0])]
            for part in (lambda z: z.real, lambda z: -z.real, lambda z: z.imag, lambda z: -z.imag):
                energy = math.fsum(max(0, part(square)) for square in squares)
                out.append(math.sqrt(energy / (SIDE >> level) ** 2 / (self.whole + 1e-4)))
        return out


def scale(looks):
    """Points whose distances are those of the looks, and those of their colours alone."""
    points = [[] for _ in looks]
    first = 0
    for count, weight in WEIGHTS:
        columns = list(zip(*(look.numbers[first:first + count] for look in looks)))
        spread = 1e-6 + sum(mean((v - mean(column)) ** 2 for v in column) for column in columns)
        for point, look in zip(points, looks):
            point += [v * weight / math.sqrt(spread) for v in look.numbers[first:first + count]]
        first += count
    return points


def choose(looks, keep):
    """Numbers of good looks in the order in which they are chosen."""
    points = scale(looks)
    order = sorted(range(len(looks)), key=lambda i: -looks[i].interest)
    pool = order[:max(len(looks) // 8, 4 * keep)]
    chosen = pool[:1]
    while len(chosen) < keep:
        chosen.append(max((i for i in pool if i not in chosen), key=lambda i: min(
            math.dist(points[i], points[k]) for k in chosen)))
    return chosen
