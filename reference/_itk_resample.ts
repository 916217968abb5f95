import { ZSTDDecoder } from "@thewtex/zstddec";
import type { Image, Transform } from "itk-wasm";

/** The parts of the Emscripten module of an itk-wasm pipeline that are used here; `itkWASMExports.h` of itk-wasm describes them. */
interface PipelineModule {
  /** Another array whenever memory grows. */
  readonly HEAPU8: Uint8Array;
  _itk_wasm_input_array_alloc(memory: number, index: number, part: number, bytes: number): number;
  _itk_wasm_input_json_alloc(memory: number, index: number, bytes: number): number;
  _itk_wasm_output_array_address(memory: number, index: number, part: number): number;
  _itk_wasm_output_array_size(memory: number, index: number, part: number): number;
  _itk_wasm_free_all(): void;
  callMain(args: string[]): number;
  stackSave(): number;
  stackRestore(stack: number): void;
  resetModuleStdout(): void;
  resetModuleStderr(): void;
  getModuleStderr(): string;
}

type Factory = (options: { readonly wasmBinary: Uint8Array }) => Promise<PipelineModule>;

/** The memory that the pipeline shares with its host; there is one. */
const MEMORY = 0;
/** Where the pipeline finds its inputs: as many as its command line has. */
const IMAGE = 0;
const TRANSFORM = 1;
const OUTPUT = 0;

let loaded: Promise<PipelineModule> | undefined;

/**
 * Runs the pipeline `resample` of `@itk-wasm/downsample` in a module that is loaded once. The package's own function decompresses and
 * compiles the module anew in each call, some 40 ms, which is no part of ITK's work.
 *
 * @param image What to resample.
 * @param transform From points of the output to points of the image.
 * @param options Further words of the pipeline's command line.
 * @returns The output's voxels, as bytes in memory of their own.
 * @throws {Error} If ITK fails; the message is its own.
 */
export async function resampleByItk(
  image: Image,
  transform: Transform,
  options: readonly string[],
): Promise<Uint8Array<ArrayBuffer>> {
  const module = await (loaded ??= load());
  setImage(module, image);
  setTransform(module, transform);
  module.resetModuleStdout();
  module.resetModuleStderr();
  const stack = module.stackSave();
  try {
    const inputs = [`${IMAGE}`, `${OUTPUT}`, "--memory-io", "--transform", `${TRANSFORM}`];
    const code = module.callMain([...inputs, ...options]);
    if (code !== 0) {
      throw new Error(module.getModuleStderr().trim() || `it ended with code ${code}`);
    }
    const start = module._itk_wasm_output_array_address(MEMORY, OUTPUT, 0) >>> 0;
    const bytes = module._itk_wasm_output_array_size(MEMORY, OUTPUT, 0) >>> 0;
    return Uint8Array.from(module.HEAPU8.subarray(start, start + bytes));
  } catch (error) {
    // What an exception leaves behind is anyone's guess.
    loaded = undefined;
    throw error instanceof Error ? error : new Error(module.getModuleStderr().trim());
  } finally {
    module.stackRestore(stack);
    module._itk_wasm_free_all();
  }
}

/** The package exports only its front end; the pipeline itself lies beside that. */
async function load(): Promise<PipelineModule> {
  const place = import.meta.resolve("@itk-wasm/downsample");
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const compressed = await Deno.readFile(new URL("./pipelines/resample.wasm.zst", place));
  const { href } = new URL("./pipelines/resample.js", place);
  const { default: factory } = await import(href) as { default: Factory };
  return await factory({ wasmBinary: decoder.decode(compressed) });
}

function setImage(module: PipelineModule, image: Image): void {
  const data = setArray(module, IMAGE, 0, image.data as ArrayBufferView);
  const direction = setArray(module, IMAGE, 1, image.direction);
  setJson(module, IMAGE, { ...image, data, direction, metadata: [] });
}

function setTransform(module: PipelineModule, transform: Transform): void {
  const fixedParameters = setArray(module, TRANSFORM, 0, transform.fixedParameters);
  const parameters = setArray(module, TRANSFORM, 1, transform.parameters);
  setJson(module, TRANSFORM, [{ ...transform, fixedParameters, parameters }]);
}

/** Hands over an array's elements; returns how JSON refers to them. */
function setArray(
  module: PipelineModule,
  index: number,
  part: number,
  { buffer, byteOffset, byteLength }: ArrayBufferView,
): string {
  const start = module._itk_wasm_input_array_alloc(MEMORY, index, part, byteLength) >>> 0;
  module.HEAPU8.set(new Uint8Array(buffer, byteOffset, byteLength), start);
  return `data:application/vnd.itk.address,${MEMORY}:${start}`;
}

function setJson(module: PipelineModule, index: number, value: object): void {
  const text = new TextEncoder().encode(`${JSON.stringify(value)}\0`);
  const start = module._itk_wasm_input_json_alloc(MEMORY, index, text.length) >>> 0;
  module.HEAPU8.set(text, start);
}
