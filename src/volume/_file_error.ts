import { NiftiError } from "./nifti_error.ts";

/**
 * The same kind of error, its message one line that starts with `action`. An abort's reason passes
 * through as it is.
 */
export function fileError(error: unknown, action: string, signal?: AbortSignal): unknown {
  if (!(error instanceof Error) || (signal?.aborted && error === signal.reason)) return error;
  const options = { cause: error };
  if (error instanceof NiftiError) {
    const { field, value } = error;
    return new NiftiError(`${action}: ${error.message}`, {
      ...options,
      ...(field === undefined ? {} : { field }),
      ...(value === undefined ? {} : { value }),
    });
  }
  if (error instanceof Deno.errors.NotFound) {
    return new Deno.errors.NotFound(`${action}: there is no such file or folder`, options);
  }
  const reason = error.message.split("\n")[0]!.replace(/ \(os error \d+\).*/, "");
  // A DOMException takes other arguments.
  const Kind = error instanceof DOMException ? Error : error.constructor as ErrorConstructor;
  return new Kind(`${action}: ${reason}`, options);
}
