// onnxruntime.mjs THREADS FOLDER: the networks in ONNX Runtime. Speaks the lines of
// bench/throughput.c; a way is a batch. The package is looked for below FOLDER/node. Points are
// tensors, and outputs have their memory, before anything is timed.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { findRuntime, openSession, readFloats, serve } from './peer.mjs';

const threads = Number(process.argv[2]);
const folder = resolve(process.argv[3]);
const ort = findRuntime(folder);

const points = readFloats(resolve(folder, 'points.f32'));
const checkPoints = readFloats(resolve(folder, 'check.f32'));
const results = new Float32Array((points.length / 2) * 3);
let session = null;

function tensors(batch) {
  const list = [];
  for (let first = 0; first + batch <= points.length / 2; first += batch) {
    list.push({
      feeds: { points: new ort.Tensor('float32', points.subarray(2 * first, 2 * (first + batch)),
        [batch, 2]) },
      fetches: { outputs: new ort.Tensor('float32', results.subarray(3 * first,
        3 * (first + batch)), [batch, 3]) },
    });
  }
  return list;
}

const prepared = new Map();

const answers = {
  async load(file) {
    if (session) await session.release();
    session = await openSession(ort, `${file}.onnx`, threads);
    return 'ok';
  },
  async check(batch, path) {
    const count = checkPoints.length / 2;
    const feeds = { points: new ort.Tensor('float32', checkPoints, [count, 2]) };
    const { outputs } = await session.run(feeds);
    writeFileSync(path, new Uint8Array(outputs.data.buffer, outputs.data.byteOffset,
      outputs.data.byteLength));
    return 'ok';
  },
  async time(batch, seconds) {
    if (!prepared.has(batch)) prepared.set(batch, { list: tensors(Number(batch)), next: 0 });
    const state = prepared.get(batch);
    const start = performance.now();
    let done = 0;
    let passed;
    do {
      const { feeds, fetches } = state.list[state.next];
      await session.run(feeds, fetches);
      state.next = (state.next + 1) % state.list.length;
      done += Number(batch);
      passed = (performance.now() - start) / 1000;
    } while (passed < Number(seconds));
    return String(done / passed);
  },
};

await serve(folder, answers);
