/** An attribute of an operation, as TensorFlow's NodeDef has it in JSON: texts in base64, whole numbers as texts. */
export type Attribute =
  | { readonly s: string }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: "DT_FLOAT" | "DT_INT32" }
  | { readonly list: { readonly i: readonly string[] } }
  | { readonly shape: GraphShape };

/** Axes as TensorFlow writes them; "-1" is any size. */
export interface GraphShape {
  readonly dim: readonly { readonly size: string }[];
}

/** One operation. */
export interface GraphNode {
  readonly name: string;
  /** TensorFlow's name of the operation. */
  readonly op: string;
  /** Names of the nodes whose first output it takes. */
  readonly input?: readonly string[];
  readonly attr: Readonly<Record<string, Attribute>>;
}

/** Numbers that a graph holds. */
export interface GraphConstant {
  readonly name: string;
  readonly shape: readonly number[];
  /** The last axis fastest. */
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/** A TensorFlow graph while it is put together: operations and the numbers that they hold. */
export class GraphBuilder {
  /** Operations, each behind those it takes. */
  readonly nodes: GraphNode[] = [];
  /** Numbers by name, in the order of their nodes. */
  readonly constants: Map<string, GraphConstant> = new Map();

  /**
   * Adds an operation.
   *
   * @param op TensorFlow's name of it.
   * @param input Names of the nodes that it takes.
   * @param attr Its attributes.
   * @param name Its own name; one made from `op` and a number by default.
   * @returns The name.
   */
  add(
    op: string,
    input: readonly string[],
    attr: GraphNode["attr"] = {},
    name = `${op}_${this.nodes.length}`,
  ): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  /**
   * Adds an input of 32-bit floats.
   *
   * @param name Its name.
   * @param shape Its axes; -1 is any size.
   * @returns The name.
   */
  placeholder(name: string, shape: readonly number[]): string {
    const attr = { dtype: { type: "DT_FLOAT" }, shape: { shape: shapeOf(shape) } } as const;
    this.nodes.push({ name, op: "Placeholder", attr });
    return name;
  }

  /**
   * Adds numbers.
   *
   * @param name Their name.
   * @param shape Their axes.
   * @param data 32-bit floats or integers, the last axis fastest.
   * @returns The name.
   */
  constant(name: string, shape: readonly number[], data: GraphConstant["data"]): string {
    const type = data instanceof Float32Array ? "DT_FLOAT" : "DT_INT32";
    this.nodes.push({ name, op: "Const", attr: { dtype: { type } } });
    this.constants.set(name, { name, shape, data });
    return name;
  }

  /**
   * Adds one float, or finds it where it was added before.
   *
   * @param value The number.
   * @returns Its name.
   */
  float(value: number): string {
    const name = `float_${value}`;
    return this.constants.has(name) ? name : this.constant(name, [], Float32Array.of(value));
  }

  /**
   * Adds whole numbers, or finds them where they were added before.
   *
   * @param values One number, or a list.
   * @returns Their name.
   */
  integers(values: number | readonly number[]): string {
    const list = [values].flat();
    const name = `${typeof values === "number" ? "integer" : "integers"}_${list.join("_")}`;
    if (this.constants.has(name)) return name;
    const shape = typeof values === "number" ? [] : [list.length];
    return this.constant(name, shape, Int32Array.from(list));
  }
}

/**
 * Axes as a graph has them.
 *
 * @param shape Axes; -1 is any size.
 * @returns The same for JSON.
 */
export function shapeOf(shape: readonly number[]): GraphShape {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}

/**
 * A text as an attribute.
 *
 * @param text ASCII.
 * @returns The attribute.
 */
export function text(text: string): Attribute {
  return { s: btoa(text) };
}

/**
 * A list of whole numbers as an attribute.
 *
 * @param values The numbers.
 * @returns The attribute.
 */
export function list(values: readonly number[]): Attribute {
  return { list: { i: values.map(String) } };
}
