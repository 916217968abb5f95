import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/cli/exit_codes.ts";
import {
  oneOf,
  parseFlags,
  positiveNumber,
  someNumber,
  voxelSizes,
  wholeNumber,
} from "../../src/cli/flags.ts";

const command = {
  flags: {
    quick: { type: "boolean", help: "" },
    out: { type: "string", value: "DIR", help: "" },
  },
} as const;

function flagsOf(...args: string[]) {
  return parseFlags(args, command);
}

Deno.test("parseFlags() takes flags and operands in any order", () => {
  assertEquals(flagsOf("a", "--out", "x y", "007", "--quick"), {
    operands: ["a", "007"],
    flags: { quick: true, out: "x y", help: false, verbose: false },
  });
});

Deno.test("parseFlags() takes --name=value, and everything after -- as operands", () => {
  const { operands, flags } = flagsOf("--out=-3", "--", "--quick");
  assertEquals(operands, ["--quick"]);
  assertEquals([flags["out"], flags["quick"]], ["-3", false]);
});

Deno.test("parseFlags() counts neither values nor what follows -- as a flag given twice", () => {
  assertEquals(flagsOf("--out", "out", "--", "--out").flags["out"], "out");
});

Deno.test("parseFlags() knows -h", () => {
  assertEquals(flagsOf("-h").flags["help"], true);
});

for (
  const [args, says] of [
    [["--ot", "x"], '"--ot": there is none of that name, the nearest is "--out"'],
    [["--qick"], '"--quick"'],
    [["--no-quick"], '"--quick"'],
    [["-q"], '"-q"'],
    [["--out"], "--out=DIR"],
    [["--out", "--quick"], "--out=DIR"],
    [["--out", "-5"], 'Cannot use "-5": a value that begins with a minus needs "="'],
    [["--out", "-.5"], 'Cannot use "-.5": a value that begins with a minus needs "="'],
    [["--out="], "--out=DIR"],
    [["--quick=yes"], "takes no value"],
    [["--out", "a", "--out", "b"], 'Cannot use "--out" twice'],
    [["--out=a", "x", "--out", "b"], 'Cannot use "--out" twice'],
    [["--quick", "--quick"], 'Cannot use "--quick" twice'],
    [["--__proto__", "x"], '"--__proto__"'],
  ] as const
) {
  Deno.test(`parseFlags() refuses ${args.join(" ")}`, () => {
    assertThrows(() => flagsOf(...args), UsageError, says);
  });
}

Deno.test("wholeNumber() takes whole numbers from 0 alone", () => {
  assertEquals(wholeNumber("seed", undefined), undefined);
  assertEquals(wholeNumber("seed", "0"), 0);
  assertEquals(wholeNumber("seed", "9007199254740991"), 9007199254740991);
  for (const value of ["-1", "1.5", "1e3", "x", "9007199254740992", ""]) {
    assertThrows(() => wholeNumber("seed", value), UsageError, "whole number");
  }
});

Deno.test("positiveNumber() takes whole numbers from 1 alone", () => {
  assertEquals(positiveNumber("n", undefined), undefined);
  assertEquals(positiveNumber("n", "1"), 1);
  for (const value of ["0", "-1", "1.5"]) {
    assertThrows(() => positiveNumber("n", value), UsageError, `--n ${value}`);
  }
});

Deno.test("someNumber() takes numbers that fit, and says which do", () => {
  const share = [(value: number) => value >= 0 && value < 1, "from 0 to below 1"] as const;
  assertEquals(someNumber("ema", undefined, share), undefined);
  assertEquals(someNumber("ema", "1e-3", share), 0.001);
  for (const value of ["1", "-0.1", "x", " ", "Infinity", "NaN"]) {
    assertThrows(() => someNumber("ema", value, share), UsageError, "from 0 to below 1");
  }
});

Deno.test("voxelSizes() takes three whole numbers above 0", () => {
  assertEquals(voxelSizes("crop", "1x20x300"), [1, 20, 300]);
  for (const value of ["1x2", "1x2x3x4", "1x0x3", "1.5x2x3", "1X2X3", ""]) {
    assertThrows(() => voxelSizes("crop", value), UsageError, "120x120x160");
  }
});

Deno.test("oneOf() names what is known", () => {
  assertEquals(oneOf("organ", "bone", ["lungs", "bone"]), "bone");
  assertThrows(() => oneOf("organ", "Bone", ["lungs", "bone"]), UsageError, "lungs, bone");
});
