// What the peers in node share: ONNX Runtime, which is looked for below FOLDER/node, and the lines of
// bench/throughput.c. `answers` has a function for each request.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

export function findRuntime(folder) {
  return createRequire(resolve(folder, 'node', 'here.js'))('onnxruntime-node');
}

export function openSession(ort, file, threads) {
  return ort.InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
}

export function readFloats(path) {
  const data = readFileSync(path);
  return new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
}

export async function serve(folder, answers) {
  const { version } = createRequire(resolve(folder, 'node', 'here.js'))(
    'onnxruntime-node/package.json');
  console.log(`ONNX Runtime ${version} (onnxruntime-node, node ${process.version})`);
  for await (const line of createInterface({ input: process.stdin })) {
    const [request, ...words] = line.split('\t');
    try {
      console.log(await answers[request](...words));
    } catch (error) {
      console.log(`error: ${String(error.message).split('\n').join(' ').slice(0, 300)}`);
    }
  }
}
