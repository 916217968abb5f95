import { assertAlmostEquals, assertThrows } from "@std/assert";
import { studentQuantile } from "../../bench/student.ts";

// Published tables (NIST/SEMATECH e-Handbook, 1.3.6.7.2), three decimals.
const table: [p: number, dof: number, t: number][] = [
  [0.9, 1, 3.078],
  [0.975, 1, 12.706],
  [0.975, 2, 4.303],
  [0.999, 2, 22.327],
  [0.95, 3, 2.353],
  [0.99, 4, 3.747],
  [0.999, 5, 5.893],
  [0.975, 8, 2.306],
  [0.995, 9, 3.25],
  [0.999, 10, 4.144],
  [0.975, 30, 2.042],
  [0.99, 100, 2.364],
];
for (const [p, dof, t] of table) {
  Deno.test(`studentQuantile() of ${p} with ${dof} degrees of freedom is the published ${t}`, () => {
    assertAlmostEquals(studentQuantile(p, dof), t, 5.1e-4);
  });
}

Deno.test("studentQuantile() is the closed form of one and two degrees of freedom far out", () => {
  // Cauchy: tan(pi (p - 1/2)). Two: a sqrt(2 / (1 - a^2)) with a = 2 p - 1.
  for (const p of [0.5, 0.6, 0.9996, 0.999999]) {
    const [cauchy, a] = [Math.tan(Math.PI * (p - 0.5)), 2 * p - 1];
    assertAlmostEquals(studentQuantile(p, 1), cauchy, 1e-9 * (1 + cauchy ** 2));
    const two = a * Math.sqrt(2 / (1 - a * a));
    assertAlmostEquals(studentQuantile(p, 2), two, 1e-9 * (1 + two ** 3));
  }
});

Deno.test("studentQuantile() refuses what is no probability of the upper half and no count", () => {
  for (const p of [0.4, 1, NaN]) {
    assertThrows(() => studentQuantile(p, 3), RangeError, `p is ${p}`);
  }
  for (const dof of [0, 1.5, NaN]) {
    assertThrows(() => studentQuantile(0.975, dof), RangeError, `${dof} degrees of freedom`);
  }
});
