import { assertEquals, assertThrows } from "@std/assert";
import {
  checkLoss,
  formatLoss,
  LOSS_NAMES,
  type LossSpec,
  parseLoss,
} from "../../../src/nn/mod.ts";
import { EVERY_LOSS } from "./_images.ts";

const READ: readonly (readonly [text: string, spec: LossSpec])[] = [
  ["iou", { name: "iou", background: true }],
  ["iou-foreground", { name: "iou", background: false }],
  ["iou-min-max", { name: "iou-min-max", background: true }],
  ["iou-l1-foreground", { name: "iou-l1", background: false }],
  ["iou-power:2", { name: "iou-power", exponent: 2, background: true }],
  ["iou-mean:-1,1,2", { name: "iou-mean", power: -1, exponents: [1, 2], background: true }],
  ["dice", { name: "dice", background: true }],
  ["tversky:0.3,0.7", { name: "tversky", alpha: 0.3, beta: 0.7, background: true }],
  ["tversky-foreground:0,1", { name: "tversky", alpha: 0, beta: 1, background: false }],
  ["lovasz", { name: "lovasz", background: true }],
  ["ce-iou", { name: "ce-iou", background: true }],
  ["cross-entropy", { name: "cross-entropy" }],
  ["balanced-cross-entropy", { name: "balanced-cross-entropy" }],
];

Deno.test("parseLoss() reads every loss with its numbers, and formatLoss() writes it", () => {
  for (const [text, spec] of READ) {
    assertEquals(parseLoss(text), spec);
    assertEquals(formatLoss(spec), text);
  }
  assertEquals([...new Set(READ.map(([, { name }]) => name))].sort(), [...LOSS_NAMES].sort());
  for (const spec of EVERY_LOSS) assertEquals(parseLoss(formatLoss(spec)), spec);
});

Deno.test("parseLoss() refuses names that are none and numbers that do not fit", () => {
  for (const text of ["", "IOU", "iou ", "jaccard", "cross-entropy-foreground", "iou-power2"]) {
    assertThrows(() => parseLoss(text), SyntaxError, "known are iou, ");
  }
  const counts: [text: string, takes: string][] = [
    ["iou:1", "iou takes no numbers"],
    ["cross-entropy:1", "takes no numbers"],
    ["iou-power", "takes the exponent"],
    ["iou-power:1,2", "takes the exponent"],
    ["iou-power:", "takes the exponent"],
    ["iou-mean:1", "the mean's power, then the exponents"],
    ["tversky:0.3", "takes alpha and beta"],
    ["tversky:0.3,0.3,0.4", "takes alpha and beta"],
    ["tversky:0.3,x", "takes alpha and beta"],
  ];
  for (const [text, takes] of counts) assertThrows(() => parseLoss(text), SyntaxError, takes);
});

Deno.test("parseLoss() and checkLoss() refuse numbers out of range, by name", () => {
  const faults: [text: string, fault: string][] = [
    ["iou-power:0", "Cannot use loss iou-power:0: the exponent must be positive"],
    ["iou-power:-1", "the exponent must be positive"],
    ["iou-power:Infinity", "the exponent must be positive"],
    ["iou-power:1e39", "the exponent must be positive and fit 32 bits"],
    ["iou-power:1e-50", "the exponent must be positive and fit 32 bits"],
    ["iou-mean:-1e39,1", "the mean's power must be finite and fit 32 bits"],
    ["tversky:1e39,1", "alpha must not be negative and fit 32 bits"],
    ["tversky:1,1e39", "beta must be positive and fit 32 bits"],
    ["iou-mean:Infinity,1", "the mean's power must be finite"],
    ["iou-mean:1,0", "the exponents must be positive"],
    ["tversky:-0.1,1", "alpha must not be negative"],
    ["tversky:1,0", "beta must be positive"],
  ];
  for (const [text, fault] of faults) assertThrows(() => parseLoss(text), RangeError, fault);
  assertThrows(
    () => checkLoss({ name: "iou-mean", exponents: [], power: 1, background: true }),
    RangeError,
    "it needs an exponent",
  );
});
