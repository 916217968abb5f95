import { count } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import type { ResultAdapter, ResultMachine } from "./bench_schema.ts";

/** A report's first line: what computed, and whether it is real graphics hardware. */
export function adapterLine(adapter: ResultAdapter, machine: ResultMachine): Html {
  const { description, vendor, driver, software } = adapter;
  const { cpu, cores, memory_bytes, os } = machine;
  const facts = [
    cpu,
    count(cores, "core"),
    memory_bytes !== undefined && `${Math.round(memory_bytes / 2 ** 30)} GiB`,
    os,
  ].filter((fact) => fact);
  return markup`<p class="adapter ${software ? "software" : "hardware"}"><strong>${
    software ? "SOFTWARE ADAPTER" : "HARDWARE ADAPTER"
  }</strong> ${description} (${vendor}${
    driver &&
    `, driver ${driver}`
  }), on ${facts.join(", ")}.${
    software &&
    " The GPU is a program on the CPU: its times say nothing of graphics hardware."
  }</p>
`;
}
