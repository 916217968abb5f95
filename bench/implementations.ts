import { type Gpu, openGpu } from "../src/gpu/mod.ts";
import { measureDevice } from "./ceilings.ts";
import { measureMethods } from "./methods.ts";
import type { ImplementationName, Pair, ReferenceName } from "./pairs/pair.ts";
import type { Hello } from "./protocol.ts";
import type { Implementation, Runner } from "./serve.ts";
import project from "../deno.json" with { type: "json" };

/** The implementations that run on the GPU. */
export type GpuImplementationName = Exclude<ImplementationName, ReferenceName>;

/**
 * Whether an implementation runs on the GPU that is benchmarked.
 *
 * @param name Any implementation.
 * @returns True for the project's own kernels.
 */
export function isOnGpu(name: string): name is GpuImplementationName {
  return name === "webgpu" || name === "webgpu-fast";
}

/**
 * The GPU side of the pairs, on a GPU that opens with the first question and stays open.
 *
 * @param pairs The registry.
 * @param name Which way: the exact one, or the fast one of the pairs that have it.
 * @param adapter Which adapter, as `openGpu` takes it.
 * @returns What {@linkcode serve} serves; dispose of it to close the GPU.
 */
export function gpuImplementation(
  pairs: readonly Pair[],
  name: GpuImplementationName,
  adapter?: string,
): Implementation & AsyncDisposable {
  let gpu: Gpu | undefined;
  const opened = async () => gpu ??= await openGpu(adapter === undefined ? {} : { adapter });
  return {
    async hello(): Promise<Hello> {
      const { description, vendor, software } = (await opened()).info;
      return {
        implementation: name,
        version: versions(),
        adapter: { description, vendor, software },
      };
    },
    device: () => measureDevice(adapter),
    methods: () => measureMethods(adapter),
    open(kernel, input): Runner {
      const pair = findPair(pairs, kernel);
      const way = name === "webgpu" ? pair : pair.fast;
      if (!way) throw new TypeError(`Cannot load kernel "${kernel}": it has no fast variant`);
      return {
        run: async () => await way.gpu(await opened(), input),
        async kernelMs() {
          const gpu = await opened();
          return (await gpu.profile(() => way.gpu(gpu, input))).kernelMs;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await gpu?.[Symbol.asyncDispose]();
    },
  };
}

/**
 * One CPU reference of the pairs.
 *
 * @param pairs The registry.
 * @param name Which reference.
 * @returns What {@linkcode serve} serves.
 */
export function referenceImplementation(
  pairs: readonly Pair[],
  name: ReferenceName,
): Implementation {
  return {
    hello: () => ({ implementation: name, version: referenceVersion(name) }),
    open(kernel, input): Runner {
      const { references } = findPair(pairs, kernel);
      if (!references[name]) {
        throw new TypeError(`Cannot load kernel "${kernel}": it has no ${name} reference`);
      }
      return { run: () => references[name]!(input) };
    },
  };
}

/** The implementations that the project itself brings, the GPU first. */
export const IMPLEMENTATIONS: readonly ImplementationName[] = [
  "webgpu",
  "webgpu-fast",
  "typescript",
  "tfjs-cpu",
  "itk-wasm",
  "niimath",
];

function findPair(pairs: readonly Pair[], kernel: string): Pair {
  const pair = pairs.find(({ name }) => name === kernel);
  if (pair) return pair;
  throw new RangeError(
    `Cannot load kernel "${kernel}": the registry has ${
      pairs.map(({ name }) => name).join(", ") || "none"
    }`,
  );
}

function versions(): string {
  return `${project.version} on Deno ${Deno.version.deno}`;
}

/** A reference from a package is as old as that, whatever the version of the project around it. */
function referenceVersion(name: ReferenceName): string {
  switch (name) {
    case "typescript":
      return versions();
    case "tfjs-cpu":
      return project.imports["@tensorflow/tfjs-backend-cpu"].replace(/^npm:/, "");
    case "itk-wasm":
      return project.imports["@itk-wasm/downsample"].replace(/^npm:/, "");
    case "niimath":
      return project.imports["@niivue/niimath"].replace(/^npm:/, "");
  }
}
