import { assertEquals, assertThrows } from "@std/assert";
import { checkHello, checkLoaded } from "../../bench/protocol.ts";

const HELLO = { ok: true, implementation: "scipy", version: "1" };

Deno.test("checkHello() reads the kernels a peer can compute, and takes none for all", () => {
  assertEquals(checkHello({ ...HELLO, kernels: ["a/b"] }).kernels, ["a/b"]);
  assertEquals(checkHello(HELLO).kernels, undefined);
});

Deno.test("checkHello() refuses kernels that are no list of names", () => {
  for (const kernels of ["a/b", [1], { a: "b" }, null]) {
    assertThrows(() => checkHello({ ...HELLO, kernels }), SyntaxError, '"kernels"');
  }
});

Deno.test("checkLoaded() reads the spread of a peer's own noise", () => {
  const loaded = { ok: true, first_call_ms: 2 };
  assertEquals(checkLoaded({ ...loaded, own_noise: 0.5 }), { first_call_ms: 2, own_noise: 0.5 });
  assertEquals(checkLoaded(loaded), { first_call_ms: 2 });
  for (const own_noise of [-1, "1", null, NaN]) {
    assertThrows(() => checkLoaded({ ...loaded, own_noise }), SyntaxError, '"own_noise"');
  }
});
