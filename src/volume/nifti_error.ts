/** Which field of a NIfTI file is wrong, and what it holds. */
export interface NiftiErrorOptions extends ErrorOptions {
  /** Name of the field as the NIfTI standard gives it, e.g. `dim`, `pixdim`, `srow`. */
  readonly field?: string;
  /** The value found there. */
  readonly value?: string | number;
}

/** A NIfTI file cannot be read: it is damaged, hostile, or of a kind that is not supported. */
export class NiftiError extends SyntaxError {
  override readonly name = "NiftiError";
  /** Name of the field as the NIfTI standard gives it; absent if no single field is at fault. */
  readonly field?: string;
  /** The value found in the field. */
  readonly value?: string | number;

  /**
   * @param message One line: what failed, the value, the mend.
   * @param options The field, its value, and a cause.
   */
  constructor(message: string, options: NiftiErrorOptions = {}) {
    super(message, options);
    if (options.field !== undefined) this.field = options.field;
    if (options.value !== undefined) this.value = options.value;
  }
}
