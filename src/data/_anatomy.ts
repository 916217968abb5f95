import type { OrganName } from "../labels/mod.ts";
import type { OrganSurvey } from "./_survey.ts";

/** Millilitres that no organ of a person exceeds; an organ may be as small as the field of view cuts it. */
const MOST_ML: Readonly<Record<OrganName, number>> = {
  liver: 6000,
  bladder: 3000,
  lungs: 12_000,
  kidneys: 3000,
  bone: 12_000,
  brain: 2200,
};
/** mm by which a centre must be on the wrong side. */
const CLEAR = 10;

/** Where an organ's centre is against another's in every person but a few: along which world axis, and on which side. */
interface Place {
  readonly organ: OrganName;
  readonly against: OrganName;
  readonly axis: 0 | 1 | 2;
  readonly wrong: string;
}

const RIGHT = { axis: 0, wrong: "to the left of", mend: "left and right" } as const;
const FRONT = { axis: 1, wrong: "behind", mend: "front and back" } as const;
const ABOVE = { axis: 2, wrong: "below", mend: "head and foot" } as const;

const PLACES: readonly (Place & { readonly mend: string })[] = [
  { organ: "liver", against: "bone", ...RIGHT },
  { organ: "liver", against: "kidneys", ...FRONT },
  { organ: "brain", against: "lungs", ...ABOVE },
  { organ: "lungs", against: "kidneys", ...ABOVE },
  { organ: "lungs", against: "bladder", ...ABOVE },
  { organ: "liver", against: "bladder", ...ABOVE },
  { organ: "kidneys", against: "bladder", ...ABOVE },
];

/**
 * What about a case's organs no person has: sizes, and places that tell of a header whose axes are swapped or whose spacing is wrong.
 *
 * @param organs Volume and centre of each.
 * @returns One line each.
 */
export function anatomyNotes(organs: readonly OrganSurvey[]): string[] {
  const found = new Map(organs.map((one) => [one.organ, one]));
  const large = organs.filter(({ organ, ml }) => ml > MOST_ML[organ]).map(({ organ, ml }) =>
    `${capital(organ)}: ${Math.round(ml)} ml are more than a person has; check labels and spacing`
  );
  const misplaced = PLACES.flatMap(({ organ, against, axis, wrong, mend }) => {
    const [a, b] = [found.get(organ), found.get(against)];
    if (!a || !b || a.centre[axis] >= b.centre[axis] - CLEAR) return [];
    return `${capital(organ)} ${wrong} ${against}: the header may swap ${mend}`;
  });
  return [...large, ...misplaced];
}

function capital(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}
