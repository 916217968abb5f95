import { comparePaired, holm, summarise } from "../metrics/mod.ts";
import type { GateMask, GateMeasure } from "./measure.ts";

/** One line of the gate's table. */
export interface GateCheck {
  readonly kind: "hash" | "mask" | "dice";
  /** What is compared. */
  readonly name: string;
  readonly before: string;
  readonly now: string;
  readonly verdict: "same" | "moved" | "tripped" | "not compared";
  /** The bound it was held to, or why it was not compared. */
  readonly why: string;
}

/**
 * Share of a mask's voxels that may differ where floats have a say: another adapter rounds otherwise, and a voxel within a rounding of a
 * surface or a threshold falls on the other side.
 */
export const MASK_SHARE = 1e-3;

/** A drop of mean Dice up to this does not trip, however sure it is: as much as a training moves when an adapter rounds otherwise. */
export const DICE_MARGIN = 0.05;

/** How often a gate may trip without a change, over all organs. */
const ALPHA = 0.05;

/** Of the intervals' bootstrap. */
const SEED = 1;

/**
 * Compares a measurement with an earlier one.
 *
 * @param before The baseline's.
 * @param now This version's.
 * @returns One entry a check.
 */
export function compareGate(before: GateMeasure, now: GateMeasure): GateCheck[] {
  return [...hashChecks(before, now), ...maskChecks(before, now), ...diceChecks(before, now)];
}

function hashChecks(before: GateMeasure, now: GateMeasure): GateCheck[] {
  const sameAdapter = before.adapter.description === now.adapter.description;
  const own = `of one adapter, and the baseline's is ${before.adapter.description}`;
  return [
    ...pairUp(before.exact, now.exact).map((pair) => hashCheck(pair)),
    ...pairUp(before.phantoms, now.phantoms).map((pair) =>
      hashCheck(pair, sameAdapter ? undefined : own)
    ),
  ];
}

interface Two<T> {
  readonly name: string;
  readonly old: T | undefined;
  readonly own: T | undefined;
}

function pairUp<T>(
  before: Readonly<Record<string, T>>,
  now: Readonly<Record<string, T>>,
): Two<T>[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.map((name) => ({ name, old: before[name], own: now[name] }));
}

function hashCheck({ name, old, own }: Two<string>, otherAdapter?: string): GateCheck {
  const short = (hash: string | undefined) => hash?.slice(0, 12) ?? "none";
  return {
    ...{ kind: "hash", name, before: short(old), now: short(own) },
    verdict: otherAdapter !== undefined ? "not compared" : old === own ? "same" : "tripped",
    why: otherAdapter ?? "equal bit for bit",
  };
}

function maskChecks(before: GateMeasure, now: GateMeasure): GateCheck[] {
  const by = ({ chain, case: number }: GateMask) => `${chain}, case ${number}`;
  const named = (masks: readonly GateMask[]) =>
    Object.fromEntries(masks.map((mask) => [by(mask), mask.labels]));
  return pairUp(named(before.masks), named(now.masks)).map(({ name, old, own }) => {
    const size = (labels: Uint8Array | undefined) => labels ? `${labels.length} voxels` : "none";
    if (!old || !own || old.length !== own.length) {
      const sizes = { before: size(old), now: size(own) };
      return { kind: "mask", name, ...sizes, verdict: "tripped", why: "one grid" };
    }
    const differ = old.reduce((count, label, i) => count + (label === own[i] ? 0 : 1), 0);
    const allowed = Math.floor(MASK_SHARE * old.length);
    return {
      ...{ kind: "mask", name, before: size(old), now: `${differ} differ` },
      verdict: differ > allowed ? "tripped" : differ > 0 ? "moved" : "same",
      why: `${allowed} may differ`,
    };
  });
}

function diceChecks(before: GateMeasure, now: GateMeasure): GateCheck[] {
  const pairs = pairUp(before.dice, now.dice);
  const figures = (values: readonly (number | null)[] | undefined) =>
    values?.map((value) => value ?? undefined) ?? [];
  const compared = pairs.map(({ old, own }) =>
    old?.length === own?.length
      ? comparePaired(figures(own), figures(old), { seed: SEED })
      : undefined
  );
  const ps = holm(compared.map((paired) => paired?.p ?? 1));
  const mean = (values: readonly (number | null)[] | undefined) =>
    summarise(figures(values), { seed: SEED }).mean?.toFixed(3) ?? "none";
  return pairs.map(({ name, old, own }, i) => {
    const row = { kind: "dice" as const, name, before: mean(old), now: mean(own) };
    const { difference, n } = compared[i] ?? {};
    if (n === undefined) return { ...row, verdict: "tripped", why: "the same test cases" };
    if (difference === undefined) {
      return { ...row, verdict: "not compared", why: "no case has a figure in both" };
    }
    const tripped = difference < -DICE_MARGIN && ps[i]! < ALPHA;
    return {
      ...row,
      verdict: tripped ? "tripped" : difference === 0 ? "same" : "moved",
      why: `${difference.toFixed(3)} over ${n} cases, p ${ps[i]!.toFixed(3)}; ` +
        `trips below -${DICE_MARGIN} with p below ${ALPHA}`,
    };
  });
}
