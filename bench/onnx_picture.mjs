// onnx_picture.mjs MODEL.onnx SIDE EXTENT OUT.png: a picture of a network by ONNX Runtime and sharp.
// The packages are looked for in the folder `node` beside the model. Every core has a thread with a
// session of its own, which draws some of the rows: run() keeps the thread that calls it busy, and
// this is quicker than one session on all cores.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { Worker, isMainThread, workerData } from 'node:worker_threads';

const BATCH = 4096; // points, about: those of whole rows
const [model, sideText, extentText, out] = process.argv.slice(2);
const require = createRequire(resolve(dirname(model), 'node', 'here.js'));
const side = Number(sideText);
const extent = Number(extentText);
const step = (2 * extent) / side;

/* Memory for one batch; the x of its points stay as they are. */
function makeBatch(ort, rows) {
  const points = new Float32Array(2 * side * rows);
  const outputs = new Float32Array(3 * side * rows);
  for (let i = 0; i < side * rows; i++) points[2 * i] = (i % side + 0.5) * step - extent;
  return {
    rows,
    points,
    outputs,
    feeds: { points: new ort.Tensor('float32', points, [side * rows, 2]) },
    fetches: { outputs: new ort.Tensor('float32', outputs, [side * rows, 3]) },
  };
}

function setRows({ points, rows }, first) {
  for (let row = 0, at = 1; row < rows; row++) {
    const y = extent - (first + row + 0.5) * step;
    for (const end = at + 2 * side; at < end; at += 2) points[at] = y;
  }
}

/* floor(255 u + 0.5) of u = (v + 1) / 2; storing cuts off what is behind the point. */
function encode({ outputs }, codes, first) {
  for (let i = 0, at = 3 * side * first; i < outputs.length; i++) {
    codes[at++] = 127.5 * outputs[i] + 128;
  }
}

async function drawRows(codes, begin, end) {
  const ort = require('onnxruntime-node');
  const session = await ort.InferenceSession.create(model, { graphOptimizationLevel: 'all',
    intraOpNumThreads: 1, interOpNumThreads: 1 });
  let batch = makeBatch(ort, Math.max(1, Math.floor(BATCH / side)));
  for (let first = begin; first < end; first += batch.rows) {
    if (batch.rows > end - first) batch = makeBatch(ort, end - first);
    setRows(batch, first);
    await session.run(batch.feeds, batch.fetches);
    encode(batch, codes, first);
  }
}

function startWorker(codes, begin, end) {
  const worker = new Worker(new URL(import.meta.url),
    { argv: process.argv.slice(2), workerData: { codes, begin, end } });
  return new Promise((done, failed) => worker.on('exit', done).on('error', failed));
}

async function drawPicture() {
  const codes = new Uint8Array(new SharedArrayBuffer(3 * side * side));
  const cores = availableParallelism();
  const begin = (part) => Math.floor((side * part) / cores);
  const others = [];
  for (let i = 1; i < cores; i++) others.push(startWorker(codes, begin(i), begin(i + 1)));
  const sharp = require('sharp');
  await drawRows(codes, 0, begin(1));
  await Promise.all(others);
  await sharp(Buffer.from(codes.buffer), {
    raw: { width: side, height: side, channels: 3 }, limitInputPixels: false,
  }).png({ compressionLevel: 1, adaptiveFiltering: false }).toFile(out);
}

if (isMainThread) await drawPicture();
else await drawRows(workerData.codes, workerData.begin, workerData.end);
