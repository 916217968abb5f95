import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseSeeds } from "../../src/labels/mod.ts";

Deno.test("parseSeeds() takes points of organs", () => {
  const text = '{"liver": [[62, -14.5, 1180]], "kidneys": [[60, -50, 1130], [-60, -48, 1140]]}';
  assertEquals(parseSeeds(text, "p.json"), {
    liver: [[62, -14.5, 1180]],
    kidneys: [[60, -50, 1130], [-60, -48, 1140]],
  });
});

const wrong: [what: string, text: string, says: string][] = [
  ["no JSON", "liver 1 2 3", "they are not JSON"],
  ["a list", "[[1, 2, 3]]", "must be an object of organs"],
  ["null", "null", "must be an object of organs"],
  ["no organ", "{}", "there is none"],
  ["an unknown organ", '{"spleen": [[1, 2, 3]]}', '"spleen" is none of liver, bladder, kidneys'],
  ["an organ without points", '{"liver": []}', "liver must have a list of points"],
  ["a point that stands alone", '{"liver": [1, 2, 3]}', "three numbers, mm, found 1"],
  ["two numbers", '{"liver": [[1, 2]]}', "three numbers, mm, found [1,2]"],
  ["what is no number", '{"liver": [[1, 2, null]]}', "three numbers, mm, found [1,2,null]"],
];

for (const [what, text, says] of wrong) {
  Deno.test(`parseSeeds() refuses ${what} in one line`, () => {
    const { message } = assertThrows(() => parseSeeds(text, "p.json"), SyntaxError);
    assertStringIncludes(message, says);
    assertEquals(message.startsWith('Cannot use points "p.json": '), true);
    assertEquals(message.includes("\n"), false);
  });
}
