import { assertEquals } from "@std/assert";
import { count, figure, interval, list, percent, seconds } from "../../src/report/_format.ts";

Deno.test("figure() keeps three digits that count, and powers of ten only where it must", () => {
  assertEquals(
    [0, 0.012345, 0.5, 1.005, 9.87, 38, 151.4, 1244.4, 123456, -2.5].map(figure),
    ["0", "0.0123", "0.500", "1.00", "9.87", "38.0", "151", "1244", "123456", "-2.50"],
  );
  assertEquals([0.00012, 2_500_000].map(figure), ["1.2e-4", "2.5e+6"]);
});

Deno.test("interval() and percent() use the same digits", () => {
  assertEquals(interval([2.7, 32]), "2.70 – 32.0");
  assertEquals(percent(0.413), "41.3 %");
});

Deno.test("seconds() reads as a person says it", () => {
  assertEquals([2.4, 59.9, 71, 3600, 3725, 90061].map(seconds), [
    "2.40 s",
    "59.9 s",
    "1 min 11 s",
    "1 h 0 min",
    "1 h 2 min",
    "25 h 1 min",
  ]);
});

Deno.test("count() and list() give a sentence's forms", () => {
  assertEquals([count(0, "case"), count(1, "case"), count(2, "case")], [
    "0 cases",
    "1 case",
    "2 cases",
  ]);
  assertEquals([list([]), list(["a"]), list(["a", "b"]), list(["a", "b", "c"])], [
    "",
    "a",
    "a and b",
    "a, b and c",
  ]);
});
