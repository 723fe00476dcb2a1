// onnx_solid.mjs THREADS FOLDER: a network on space in ONNX Runtime: samples on a grid, and pictures
// of the solid. Speaks the lines of bench/throughput.c; what is loaded is FILE.json (volumes.py). A
// way is "workers BATCH" (a thread with a session of its own for each core) or "session BATCH" (one
// session on all cores). The time of a grid is that of the evaluations alone; that of a picture has
// two more words: pixels a second all in all, and evaluations.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { March } from './march.mjs';
import { findRuntime, openSession, serve } from './peer.mjs';

const SLAB = 1 << 20; // samples of a grid that are evaluated again and again
const [threads, folder] = isMainThread ? [Number(process.argv[2]), resolve(process.argv[3])]
  : [workerData.threads, workerData.folder];

// ---- A worker: one session ---------------------------------------------------------------------

let ort = null;
let session = null;
let setting = null;
let evaluations = 0;
let busy = 0; // milliseconds in session.run

async function load(file) {
  if (session) await session.release();
  setting = JSON.parse(readFileSync(`${file}.json`, 'utf8'));
  session = await openSession(ort, resolve(folder, setting.model), workerData.threads);
}

/* Outputs of the first `count` points. */
async function evaluate(points, outputs, count) {
  const feeds = { points: new ort.Tensor('float32', points.subarray(0, 3 * count), [count, 3]) };
  const fetches = { outputs: new ort.Tensor('float32', outputs.subarray(0, 3 * count), [count, 3]) };
  const begin = performance.now();
  await session.run(feeds, fetches);
  busy += performance.now() - begin;
  evaluations += count;
}

/* Samples from number `first` on: x, y, z of each, x the quickest. */
function gridPoints(first, count, points) {
  const { side, extent } = setting;
  const place = (i) => ((2 * i + 1 - side) * extent) / side;
  for (let i = 0; i < count; i++) {
    points[3 * i] = place((first + i) % side);
    points[3 * i + 1] = place(Math.floor((first + i) / side) % side);
    points[3 * i + 2] = place(Math.floor((first + i) / side / side));
  }
}

/* Every strideth row of the grid. */
async function checkGrid(stride) {
  const { side } = setting;
  const rows = Math.ceil((side * side) / stride);
  const found = new Float32Array(3 * side * rows);
  const points = new Float32Array(3 * side);
  for (let row = 0; row < rows; row++) {
    gridPoints(row * stride * side, side, points);
    await evaluate(points, found.subarray(3 * side * row), side);
  }
  return found;
}

const slab = { of: null, points: null };

function findSlab() {
  if (slab.of === setting) return slab.points;
  const count = Math.min(SLAB, setting.side ** 3);
  slab.of = setting;
  slab.points = new Float32Array(3 * count);
  gridPoints(Math.floor((setting.side ** 3 - count) / 2), count, slab.points);
  return slab.points;
}

/* Samples and how many milliseconds they took. */
async function timeGrid(batch, seconds) {
  const points = findSlab();
  const outputs = new Float32Array(points.length);
  const all = points.length / 3;
  const size = Math.min(batch, all);
  let first = 0;
  let done = 0;
  const begin = performance.now();
  let passed;
  do {
    await evaluate(points.subarray(3 * first), outputs.subarray(3 * first), size);
    first = first + 2 * size <= all ? first + size : 0;
    done += size;
    passed = performance.now() - begin;
  } while (passed < 1000 * seconds);
  return { done, passed };
}

const march = { of: null, object: null, batch: 0 };

function findMarch(batch) {
  if (march.of !== setting || march.batch !== batch) {
    Object.assign(march, { of: setting, batch, object: new March(setting, batch) });
  }
  return march.object;
}

const works = {
  load,
  async checkGrid(stride) { return { found: await checkGrid(stride) }; },
  timeGrid,
  /* Pixels whose numbers are taken from the counter, in rows `stride` apart. */
  async picture(batch, stride, counter, pixels) {
    evaluations = 0;
    busy = 0;
    await findMarch(batch).draw(stride, counter, pixels, evaluate);
    return { evaluations, busy };
  },
};

async function work() {
  ort = findRuntime(folder);
  parentPort.on('message', async ({ name, words }) => {
    try {
      parentPort.postMessage({ answer: await works[name](...words) });
    } catch (error) {
      parentPort.postMessage({ error: String(error.message) });
    }
  });
}

// ---- The one who is asked ----------------------------------------------------------------------

function startWorker(threadsOfSession) {
  return new Worker(new URL(import.meta.url),
    { workerData: { threads: threadsOfSession, folder } });
}

function call(worker, name, ...words) {
  return new Promise((done, failed) => {
    worker.once('message', ({ answer, error }) => {
      if (error) failed(new Error(error));
      else done(answer);
    });
    worker.postMessage({ name, words });
  });
}

const teams = {};
let current = null;
let file = null;

/* The workers of a way, who have loaded what is asked for. */
async function findTeam(word) {
  const count = word === 'workers' ? threads : 1;
  if (!teams[word]) {
    teams[word] = { loaded: null, workers: [] };
    for (let i = 0; i < count; i++) teams[word].workers.push(startWorker(threads / count));
  }
  const team = teams[word];
  if (team.loaded !== file) {
    await Promise.all(team.workers.map((worker) => call(worker, 'load', file)));
    team.loaded = file;
  }
  return team.workers;
}

async function drawPicture(team, batch, stride) {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const pixels = new Uint8Array(new SharedArrayBuffer(3 * current.side ** 2));
  const begin = performance.now();
  const found = await Promise.all(team.map((worker) => call(worker, 'picture', batch, stride,
    counter, pixels)));
  const sum = (key) => found.reduce((before, { [key]: value }) => before + value, 0);
  return { pixels, wall: performance.now() - begin, busy: sum('busy') / team.length,
    evaluations: sum('evaluations') };
}

const answers = {
  async load(name) {
    file = name;
    current = JSON.parse(readFileSync(`${file}.json`, 'utf8'));
    return 'ok';
  },
  async check(way, path, strideText) {
    const [word, batch] = way.split(' ');
    const team = await findTeam(word);
    const stride = Number(strideText);
    if (!current.picture) {
      const { found } = await call(team[0], 'checkGrid', stride);
      writeFileSync(path, new Uint8Array(found.buffer));
      return 'ok';
    }
    const { pixels } = await drawPicture(team, Number(batch), stride);
    const row = 3 * current.side;
    const rows = [];
    for (let y = 0; y < current.side; y += stride) rows.push(pixels.slice(y * row, (y + 1) * row));
    writeFileSync(path, Buffer.concat(rows));
    return 'ok';
  },
  async time(way, seconds) {
    const [word, batch] = way.split(' ');
    const team = await findTeam(word);
    if (!current.picture) {
      const found = await Promise.all(team.map((worker) => call(worker, 'timeGrid', Number(batch),
        Number(seconds))));
      return String(found.reduce((sum, { done, passed }) => sum + (1000 * done) / passed, 0));
    }
    let [wall, busy, pictures, evaluated] = [0, 0, 0, 0];
    do {
      const found = await drawPicture(team, Number(batch), 1);
      wall += found.wall;
      busy += found.busy;
      pictures += 1;
      evaluated = found.evaluations;
    } while (wall < 1000 * Number(seconds));
    const pixels = 1000 * pictures * current.side ** 2;
    return [pixels / busy, pixels / wall, evaluated].join('\t');
  },
};

if (isMainThread) {
  await serve(folder, answers);
  process.exit(0);
} else await work();
