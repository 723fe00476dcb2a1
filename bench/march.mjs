// The picture of a solid as src/volume/ defines it (perspective, palette rgb, tone affine of tanh),
// whose samples come in batches from a function. Many rays are under way at a time, each a few
// samples further with every batch; one that ends makes room for the next pixel, so that all
// batches but the last ones are full. Slopes are taken only where something is seen.
const STEPS = 4;         // of a ray in a batch
const LEAST = 1e-4;      // light of a ray that sees no more
const APART = 2 ** -10;  // extents, of central differences
const TAKE = 16;         // pixels at a time from the counter
const LIGHT = [-0.48, 0.60, -0.64];
const GLOSS = [-0.26504, 0.33130, -0.90553];
const [DARK, STRENGTH, HALF, SQUARES] = [0.75, 0.25, 1, 5];
const PARTS = 4096;

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const decode = (u) => (u <= 0.04045 ? u / 12.92 : ((u + 0.055) / 1.055) ** 2.4);
const encode = (x) => (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);

function makeCamera({ azimuth, elevation, distance, fov }) {
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  const forward = [-Math.sin(a) * Math.cos(e), -Math.sin(e), -Math.cos(a) * Math.cos(e)];
  return {
    right: [Math.cos(a), 0, -Math.sin(a)],
    up: [-Math.sin(a) * Math.sin(e), Math.cos(e), -Math.cos(a) * Math.sin(e)],
    forward,
    eye: forward.map((value) => -distance * value),
    half: Math.tan((fov * Math.PI) / 360),
    near: distance - Math.sqrt(3),
    far: distance + Math.sqrt(3),
  };
}

/* Cuts a span of a ray down to what is in a box; false where that is nothing. */
function clip(eye, along, low, high, span) {
  for (let i = 0; i < 3; i++) {
    if (along[i] === 0) {
      if (eye[i] < low || eye[i] > high) return false;
      continue;
    }
    const first = (low - eye[i]) / along[i];
    const last = (high - eye[i]) / along[i];
    const from = Math.min(first, last);
    const to = Math.max(first, last);
    if (from > span.from) [span.from, span.enters] = [from, i];
    if (to < span.to) [span.to, span.leaves] = [to, i];
  }
  return span.from < span.to;
}

export class March {
  constructor(setting, batch) {
    Object.assign(this, { setting, batch, camera: makeCamera(setting) });
    const slots = Math.max(1, Math.floor(batch / STEPS));
    const { camera, setting: { shading, opacity } } = this;
    this.slots = slots;
    this.slopes = opacity > 0 && shading > 0;
    this.face = [0, 1, 2].map((i) => {
      const facing = LIGHT[0] * camera.right[i] + LIGHT[1] * camera.up[i]
        + LIGHT[2] * camera.forward[i];
      return 1 - shading * DARK * (1 - Math.abs(facing));
    });
    this.face.push(1);
    this.decoded = Float64Array.from({ length: PARTS + 2 }, (_, i) => decode(i / PARTS));
    const floats = (count) => new Float32Array(count);
    Object.assign(this, { points: floats(3 * batch), outputs: floats(3 * batch),
      around: floats(3 * batch), found: floats(3 * batch), owner: new Int32Array(batch),
      length: new Float64Array(batch), faces: new Float64Array(batch),
      weight: new Float64Array(batch), colours: new Float64Array(3 * batch),
      visible: new Int32Array(batch), rays: new Array(slots).fill(null),
      seen: new Float64Array(3 * slots), light: new Float64Array(slots) });
  }

  /* The spans of a pixel's ray that lie in the solid, near one first. */
  findSpans(pixel) {
    const { camera, setting: { side, corner, step } } = this;
    const u = (((pixel % side) + 0.5) * 2) / side - 1;
    const v = 1 - ((Math.floor(pixel / side) + 0.5) * 2) / side;
    const along = camera.forward.map((value, i) => value
      + camera.half * (u * camera.right[i] + v * camera.up[i]));
    const all = { from: camera.near, to: camera.far, enters: 3, leaves: 3 };
    if (!clip(camera.eye, along, -1, 1, all)) return null;
    const spans = [];
    const hole = { ...all };
    if (corner > 0 && clip(camera.eye, along, 1 - corner, 1, hole)) {
      if (all.from < hole.from) spans.push({ ...all, to: hole.from });
      if (hole.to < all.to) spans.push({ ...all, from: hole.to, enters: hole.leaves });
    } else spans.push(all);
    const pace = Math.sqrt(dot(along, along));
    for (const span of spans) {
      const length = span.to - span.from;
      span.count = Math.max(1, Math.ceil((length * pace) / step));
      span.step = length / span.count;
      span.length = span.step * pace;
    }
    return { pixel, along, spans, span: 0, sample: 0 };
  }

  encodePixel(slot, pixel, pixels) {
    for (let c = 0; c < 3; c++) {
      const value = this.seen[3 * slot + c] + this.light[slot] * decode(this.setting.background[c]);
      pixels[3 * pixel + c] = 255 * encode(Math.min(Math.max(value, 0), 1)) + 0.5;
    }
  }

  /* The next samples of a slot's ray, to where number n goes; how many there are then. */
  putSamples(slot, n) {
    const { setting: { extent }, camera: { eye }, points, owner, length, faces } = this;
    const ray = this.rays[slot];
    const end = n + STEPS;
    let at = n;
    while (at < end && ray.span < ray.spans.length) {
      const span = ray.spans[ray.span];
      for (; at < end && ray.sample < span.count; at++, ray.sample++) {
        const w = span.from + (ray.sample + 0.5) * span.step;
        for (let i = 0; i < 3; i++) points[3 * at + i] = extent * (eye[i] + w * ray.along[i]);
        owner[at] = slot;
        length[at] = span.length;
        faces[at] = this.face[span.enters];
      }
      if (ray.sample === span.count) {
        ray.span++;
        ray.sample = 0;
      }
    }
    return at;
  }

  transfer(s) {
    const { band, level } = this.setting;
    const clipped = Math.min(Math.max(s, 0), 1);
    return band === 0 ? clipped : Math.max(0, 1 - Math.abs(clipped - level) / band);
  }

  /* What each of n samples takes of its ray's light, and which of them are seen. */
  weigh(n) {
    const { setting: { opacity, density }, outputs, owner, length, light, weight, visible } = this;
    let count = 0;
    for (let i = 0; i < n; i++) {
      const before = light[owner[i]];
      const share = opacity === 0 ? 1 : this.transfer((outputs[3 * i + opacity - 1] + 1) / 2);
      weight[i] = 0;
      if (share === 0 || before < LEAST) continue;
      light[owner[i]] = before * Math.exp(-share * density * length[i]);
      weight[i] = before - light[owner[i]];
      visible[count++] = i;
    }
    return count;
  }

  lookUp(value) {
    const place = Math.min(Math.max(value, 0), 1) * PARTS;
    const i = Math.floor(place);
    return this.decoded[i] + (place - i) * (this.decoded[i + 1] - this.decoded[i]);
  }

  paint(count) {
    const { outputs, colours, visible, faces, setting: { opacity } } = this;
    for (let k = 0; k < count; k++) {
      const i = visible[k];
      for (let c = 0; c < 3; c++) {
        colours[3 * i + c] = this.lookUp((outputs[3 * i + c] + 1) / 2)
          * (opacity === 0 ? faces[i] : 1);
      }
    }
  }

  shadeOne(i, slope) {
    const { setting: { shading }, colours } = this;
    const long = Math.sqrt(dot(slope, slope)) + 1e-20;
    let gloss = Math.abs(dot(GLOSS, slope)) / long;
    for (let k = 0; k < SQUARES; k++) gloss *= gloss;
    const weight = (shading * long) / (long + HALF);
    const keep = 1 - weight * DARK * (1 - Math.abs(dot(LIGHT, slope)) / long);
    for (let c = 0; c < 3; c++) {
      const lit = colours[3 * i + c] * keep + weight * STRENGTH * gloss;
      colours[3 * i + c] = Math.min(Math.max(lit, 0), 1);
    }
  }

  /* Samples that are seen are shaded by their slopes: six evaluations each. */
  async shade(count, evaluate) {
    const { points, around, found, visible, camera, setting: { extent, opacity } } = this;
    const axes = [camera.right, camera.up, camera.forward];
    const most = Math.floor(this.batch / 6);
    for (let first = 0; first < count; first += most) {
      const part = Math.min(most, count - first);
      for (let k = 0; k < part; k++) {
        for (let j = 0; j < 6; j++) {
          const by = (j % 2 === 0 ? -APART : APART) * extent;
          for (let i = 0; i < 3; i++) {
            around[3 * (6 * k + j) + i] = points[3 * visible[first + k] + i] + by * axes[j >> 1][i];
          }
        }
      }
      await evaluate(around, found, 6 * part);
      for (let k = 0; k < part; k++) {
        const slope = [0, 1, 2].map((axis) => {
          const low = 3 * (6 * k + 2 * axis) + opacity - 1;
          return (found[low + 3] - found[low]) / (4 * APART); // the tone halves it
        });
        this.shadeOne(visible[first + k], slope);
      }
    }
  }

  composite(count) {
    const { owner, visible, weight, colours, seen } = this;
    for (let k = 0; k < count; k++) {
      const i = visible[k];
      for (let c = 0; c < 3; c++) seen[3 * owner[i] + c] += weight[i] * colours[3 * i + c];
    }
  }

  /* Pixels in rows `stride` apart, whose numbers come from the counter, into `pixels`. */
  async draw(stride, counter, pixels, evaluate) {
    const { setting: { side }, rays, light, seen } = this;
    const all = side * Math.ceil(side / stride);
    const free = Array.from(rays.keys());
    const busy = new Set();
    let [next, end] = [0, 0];
    for (;;) {
      while (free.length > 0) { // the next pixels that see the solid
        if (next === end) {
          next = Atomics.add(counter, 0, TAKE);
          end = next + TAKE;
        }
        if (next >= all) break;
        const pixel = Math.floor(next / side) * stride * side + (next % side);
        next++;
        const slot = free[free.length - 1];
        rays[slot] = this.findSpans(pixel);
        light[slot] = 1;
        seen.fill(0, 3 * slot, 3 * slot + 3);
        if (rays[slot] === null || rays[slot].spans.length === 0) {
          this.encodePixel(slot, pixel, pixels);
          continue;
        }
        free.pop();
        busy.add(slot);
      }
      if (busy.size === 0) return;
      let n = 0;
      for (const slot of busy) n = this.putSamples(slot, n);
      await evaluate(this.points, this.outputs, n);
      const count = this.weigh(n);
      this.paint(count);
      if (this.slopes) await this.shade(count, evaluate);
      this.composite(count);
      for (const slot of busy) {
        if (light[slot] >= LEAST && rays[slot].span < rays[slot].spans.length) continue;
        this.encodePixel(slot, rays[slot].pixel, pixels);
        busy.delete(slot);
        free.push(slot);
      }
    }
  }
}
