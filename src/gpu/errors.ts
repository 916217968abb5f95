/** No adapter answers, or none matches what was asked for. The command line exits with 3. */
export class NoAdapterError extends Error {
  override readonly name = "NoAdapterError";
}

/** A kernel's WGSL does not compile. The message is one line; {@linkcode ShaderError.detail} shows where. */
export class ShaderError extends SyntaxError {
  override readonly name = "ShaderError";
  /** The compiler's messages, then the source with line numbers. */
  readonly detail: string;

  /**
   * @param message One line: which kernel, and the compiler's first complaint.
   * @param detail The compiler's messages and the numbered source.
   */
  constructor(message: string, detail: string) {
    super(message);
    this.detail = detail;
  }
}

/** A request for GPU memory passes what the adapter offers. */
export class GpuMemoryError extends RangeError {
  override readonly name = "GpuMemoryError";
}

/** The device was lost: destroyed, reset, or its driver failed. Nothing it holds can be read any more. */
export class GpuLostError extends Error {
  override readonly name = "GpuLostError";
}

/** The GPU refused a command: wrong binding, wrong size, a limit passed. The work did not run. */
export class GpuValidationError extends TypeError {
  override readonly name = "GpuValidationError";
}

/**
 * Bytes in words for error messages.
 *
 * @param bytes A size in bytes.
 * @returns For example `128 MiB`.
 */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.ceil(value)} ${units[power]}`;
}
