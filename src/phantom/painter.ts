import { FIELD_BOUND, MOST_TERMS, RIGID, type Scene, TERM_FLOATS, TISSUE_FLOATS } from "./scene.ts";
import { grown, type Term } from "./shapes.ts";

/** What fills an object. */
export interface Tissue {
  /** Hounsfield units, at y = 0 of the body. */
  readonly hu: number;
  /** Label; 0, background, by default. */
  readonly label?: number;
  /** HU per mm towards the front. */
  readonly slope?: number;
  /** SD of its texture, HU. */
  readonly texture?: number;
  /** How much each surface field moves its surface, mm. */
  readonly bump?: readonly [number, number, number, number];
  /** Whether pose and deformation leave it alone. */
  readonly rigid?: boolean;
}

/** Collects objects in painting order. */
export class Painter {
  readonly #terms: number[] = [];
  readonly #firstTerms: number[] = [0];
  readonly #tissues: number[] = [];
  readonly #kinds: number[] = [];
  readonly #boxes: number[] = [];

  /**
   * Paints over what is there.
   *
   * @param shape One term, or several, of which it is the intersection.
   * @param tissue What fills it.
   * @throws {RangeError} If there are no terms or more than 8.
   */
  paint(shape: Term | readonly Term[], tissue: Tissue): void {
    const terms = "floats" in shape ? [shape] : shape;
    if (terms.length === 0 || terms.length > MOST_TERMS) {
      throw new RangeError(
        `Cannot paint an object of ${terms.length} terms: it takes 1 to ${MOST_TERMS}`,
      );
    }
    for (const { floats } of terms) this.#terms.push(...floats);
    this.#firstTerms.push(this.#terms.length / TERM_FLOATS);
    const { hu, label = 0, slope = 0, texture = 0, bump = [0, 0, 0, 0], rigid = false } = tissue;
    this.#tissues.push(...bump, hu, slope, texture, 0);
    this.#kinds.push(label + (rigid ? RIGID : 0));
    const most = FIELD_BOUND * bump.reduce((sum, mm) => sum + Math.abs(mm), 0);
    const boxes = terms.map((term) => grown(term, most));
    this.#boxes.push(
      ...[0, 1, 2].map((axis) => Math.max(...boxes.map(({ low }) => low[axis]!))),
      ...[0, 1, 2].map((axis) => Math.min(...boxes.map(({ high }) => high[axis]!))),
    );
  }

  /** @returns What was painted, as the arrays of a scene. */
  finish(): Painted {
    if (this.#tissues.length !== this.#kinds.length * TISSUE_FLOATS) {
      throw new TypeError("Cannot finish a scene: an object's bump needs 4 numbers");
    }
    return {
      terms: Float32Array.from(this.#terms),
      firstTerms: Uint32Array.from(this.#firstTerms),
      tissues: Float32Array.from(this.#tissues),
      kinds: Uint32Array.from(this.#kinds),
      boxes: Float32Array.from(this.#boxes),
    };
  }
}

/** A scene's objects. */
export type Painted = Pick<Scene, "terms" | "firstTerms" | "tissues" | "kinds" | "boxes">;
