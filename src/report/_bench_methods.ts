import { curveFigure } from "./_curves.ts";
import { figure, list } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import type { MethodTime } from "./bench_schema.ts";

/** Each has the same colour in every report: its place here. */
const METHODS = ["packed", "fft", "distance"] as const;

/** Which method of dilation is the fastest for which ball, and whether `auto` knows. */
export function methodsSection(times: readonly MethodTime[]): Html {
  const radii = [...new Set(times.map(({ radius }) => radius))];
  const fastest = radii.map((radius) =>
    times.filter((time) => time.radius === radius).reduce((a, b) => b.ms < a.ms ? b : a)
  );
  const chosen = times.filter(({ auto }) => auto);
  const losses = chosen.map(({ radius, ms }) =>
    ms / fastest.find((time) => time.radius === radius)!.ms
  );
  const right = losses.filter((loss) => loss === 1).length;
  return markup`<section>
<h3>Methods of dilation by a ball</h3>
<p>All give the same bits. Median times on a small grid, without transfers: ${
    list(
      spans(fastest).map(({ method, from, to }) =>
        `${method} is the fastest ${
          from === to ? `at a radius of ${from}` : `from ${from} to ${to}`
        }`
      ),
    )
  } voxels. What <code>method: "auto"</code> takes is the fastest at ${right} of ${radii.length} radii${
    right < chosen.length &&
    `, and at worst ${figure(Math.max(...losses))} times as slow as the fastest`
  }.</p>
${
    curveFigure({
      title: "Time of a dilation by method",
      x: "radius of the ball, voxels",
      y: "decimal logarithm of the time in ms",
      curves: METHODS.flatMap((method, mark) => {
        const points = times.filter((time) => time.method === method)
          .map(({ radius, ms }) => [radius, Math.log10(ms)] as const);
        return points.length > 0 ? [{ name: method, mark, points }] : [];
      }),
    })
  }</section>
`;
}

/** Neighbouring radii with the same method. */
function spans(fastest: readonly MethodTime[]) {
  const found: { method: string; from: number; to: number }[] = [];
  for (const { method, radius } of fastest) {
    const last = found.at(-1);
    if (last?.method === method) last.to = radius;
    else found.push({ method, from: radius, to: radius });
  }
  return found;
}
