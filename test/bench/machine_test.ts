import { assert, assertEquals } from "@std/assert";
import { machineFacts } from "../../bench/machine.ts";

Deno.test("machineFacts() tells cores and system without any permission", {
  permissions: { sys: false },
}, () => {
  const facts = machineFacts();
  assertEquals(facts, {
    cores: navigator.hardwareConcurrency,
    os: `${Deno.build.os} ${Deno.build.arch}`,
  });
});

Deno.test("machineFacts() adds memory and release where allowed", {
  permissions: { sys: ["systemMemoryInfo", "osRelease"] },
}, () => {
  const { memory_bytes, os } = machineFacts();
  assert(memory_bytes! > 2 ** 26, `${memory_bytes} bytes`);
  const release = /^[^-]+/.exec(Deno.osRelease())![0];
  assertEquals(os, `${Deno.build.os} ${release} ${Deno.build.arch}`);
});
