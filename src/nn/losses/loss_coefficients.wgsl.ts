import { coefficientCount, type GpuLoss, type LossProgram, powersOf, sumCount } from "./program.ts";
import { indices, literal } from "./voxel.wgsl.ts";

/**
 * WGSL that takes a loss from its sums: the mean over images, and the coefficients of its gradient. One invocation: there are only
 * batch x classes of them.
 *
 * The number of images is part of the WGSL: lavapipe takes the bound of such a loop, where a uniform holds it, for a constant, and compiles
 * the kernel anew for each dispatch (1.9 ms, and 200 KB of host memory that it never frees; 0.03 ms this way).
 *
 * Shapes: `sums` [image, class, sum], `coefficients` [image, class, coefficient], `value` one float; all f32. Tolerance: quotients and
 * differences of sums of non-negative terms, some 5 units of the last place; the generalised mean's powers some 10 times that.
 *
 * @param spec The loss.
 * @param program How it is taken.
 * @param classes Classes, 2 to 32.
 * @param images Images of a batch.
 * @returns The WGSL.
 */
export function lossCoefficientsWgsl(
  spec: GpuLoss,
  program: LossProgram,
  classes: number,
  images: number,
): string {
  const sums = sumCount(program);
  const each = coefficientCount(program);
  const background = !("background" in spec) || spec.background;
  return `
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> coefficients: array<f32>;
@group(0) @binding(2) var<storage, read_write> value: array<f32>;
@compute @workgroup_size(1) fn main() {
  var total = 0.0;
  for (var image = 0u; image < ${images}u; image++) {
    // Voxels that are not ignored, and classes that take part.
    var voxels = 0.0;
    var present = 0.0;
    for (var c = 0u; c < ${classes}u; c++) {
      let own = sums[(image * ${classes}u + c) * ${sums}u];
      voxels += own;
      if (own > 0.0${background ? "" : " && c > 0u"}) { present += 1.0; }
    }
    for (var c = 0u; c < ${classes}u; c++) {
      let row = image * ${classes}u + c;
      ${indices(sums).map((m) => `let s${m} = sums[row * ${sums}u + ${m}u];`).join("\n      ")}
      var loss = 0.0;
      ${indices(each).map((m) => `var k${m} = 0.0;`).join("\n      ")}
      if (s0 > 0.0${background ? "" : " && c > 0u"}) {
        ${formula(spec, program).join("\n        ")}
      }
      total += loss;
      ${
    indices(each).map((m) => `coefficients[row * ${each}u + ${m}u] = k${m} / ${images}.0;`)
      .join("\n      ")
  }
    }
  }
  value[0] = total / ${images}.0;
}
`;
}

/** What a class adds to its image's loss, and its coefficients, from its voxels s0 and its other sums. */
function formula(spec: GpuLoss, program: LossProgram): string[] {
  switch (spec.name) {
    case "cross-entropy":
      return ["k0 = 1.0 / voxels;", "loss = k0 * s1;"];
    case "balanced-cross-entropy":
      return ["k0 = select(0.0, 1.0 / (present * s0), present > 1.0);", "loss = k0 * s1;"];
    case "ce-iou":
      return [
        "let outside = voxels - s0;",
        "let each = select(0.0, 1.0 / outside, outside > 0.0);",
        "let added = s2 * each;",
        "let score = (s1 / s0 + added) / (1.0 + added);",
        "loss = score / present;",
        "k0 = 1.0 / ((1.0 + added) * s0 * present);",
        "k1 = (1.0 - score) * each / ((1.0 + added) * present);",
      ];
    default:
      // 1 - score; slope0: of the score by I, slope1, ...: by the sums of powers.
      return [
        ...similarity(spec, program),
        "loss = (1.0 - score) / present;",
        "k0 = -slope0 / present;",
        ...powersOf(program).map((k, i) => `k${i + 1} = -slope${i + 1} * ${literal(k)} / present;`),
      ];
  }
}

/** The similarity of a class from Y = s0, I = s1 and the sums of powers, and its slopes. */
function similarity(spec: GpuLoss, program: LossProgram): string[] {
  switch (spec.name) {
    case "dice":
      return [
        "let both = s0 + s2;",
        "let score = 2.0 * s1 / both;",
        "let slope0 = 2.0 / both;",
        "let slope1 = -score / both;",
      ];
    case "tversky": {
      const [alpha, beta] = [literal(spec.alpha), literal(spec.beta)];
      return [
        `let bottom = s1 + ${alpha} * (s2 - s1) + ${beta} * (s0 - s1);`,
        "let score = s1 / bottom;",
        `let slope0 = (1.0 - score * (1.0 - ${alpha} - ${beta})) / bottom;`,
        `let slope1 = -score * ${alpha} / bottom;`,
      ];
    }
    case "iou-mean":
      return meanSimilarity(spec.power, powersOf(program).length);
    default:
      return [
        "let bottom = s0 + s2 - s1;",
        "let score = s1 / bottom;",
        "let slope0 = (1.0 + score) / bottom;",
        "let slope1 = -score / bottom;",
      ];
  }
}

/** I / M_-power of the unions, see `meanIou`. */
function meanSimilarity(power: number, members: number): string[] {
  const all = indices(members);
  const sum = (term: (i: number) => string) => `(${all.map(term).join(" + ")})`;
  const n = literal(members);
  const most = all.map((i) => `u${i}`).reduce((most, u) => `max(${most}, ${u})`);
  const ratio = (i: number) => `pow(u${i} / most, ${literal(-power)})`;
  return [
    ...all.map((i) => `let u${i} = s0 + s${i + 2} - s1;`),
    `let most = ${most};`,
    power === 0
      ? `let mean = most * exp(${sum((i) => `log(u${i} / most)`)} / ${n});`
      : `let mean = most * pow(${sum(ratio)} / ${n}, ${literal(-1 / power)});`,
    ...all.map((i) => `let w${i} = pow(u${i} / mean, ${literal(-power - 1)}) / ${n};`),
    "let score = s1 / mean;",
    `let slope0 = (1.0 + score * ${sum((i) => `w${i}`)}) / mean;`,
    ...all.map((i) => `let slope${i + 1} = -score * w${i} / mean;`),
  ];
}
