// onnx_conv.mjs THREADS FOLDER: convolutions in ONNX Runtime. Speaks the lines of bench/throughput.c;
// what is loaded is FILE.onnx, FILE.json (convolutions.py) with the shapes of its tensors, and
// FILE.f32, what it is fed. There is one way. Rates are of evaluations of the whole; both tensors
// have their memory before anything is timed.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { findRuntime, openSession, readFloats, serve } from './peer.mjs';

const threads = Number(process.argv[2]);
const folder = resolve(process.argv[3]);
const ort = findRuntime(folder);
let session = null;
let tensors = null;

function makeTensor(shape, data) {
  const count = shape.reduce((product, size) => product * size, 1);
  return new ort.Tensor('float32', data ?? new Float32Array(count), shape);
}

const answers = {
  async load(file) {
    if (session) await session.release();
    tensors = null;
    const { inputs, outputs } = JSON.parse(readFileSync(`${file}.json`, 'utf8'));
    session = await openSession(ort, `${file}.onnx`, threads);
    tensors = [{ inputs: makeTensor(inputs, readFloats(`${file}.f32`)) },
      { outputs: makeTensor(outputs) }];
    return 'ok';
  },
  async check(way, path, stride) {
    await session.run(...tensors);
    const { data, dims } = tensors[1].outputs;
    const line = dims.at(-1);
    const lines = [];
    for (let at = 0; at < data.length; at += line * Number(stride)) {
      lines.push(new Uint8Array(data.buffer, data.byteOffset + 4 * at, 4 * line));
    }
    writeFileSync(path, Buffer.concat(lines));
    return 'ok';
  },
  async time(way, seconds) {
    const start = performance.now();
    let done = 0;
    let passed;
    do {
      await session.run(...tensors);
      done += 1;
      passed = (performance.now() - start) / 1000;
    } while (passed < Number(seconds));
    return String(done / passed);
  },
};

await serve(folder, answers);
