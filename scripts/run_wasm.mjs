// node scripts/run_wasm.mjs PROGRAM [ARGUMENT...]: run a program built for WASI, which sees
// the folder that it is started in and no other.
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const args = process.argv.slice(2);
// Held by a global: node 20 frees it while the program runs, once that has grown by 64 MB.
const wasi = globalThis.wasi = new WASI({ version: "preview1", args, preopens: { ".": process.cwd() } });
const module = new WebAssembly.Module(readFileSync(args[0]));
process.exitCode = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
