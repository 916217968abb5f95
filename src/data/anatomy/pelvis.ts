import { ellipsoid, halfSpace, outside, tube, turned } from "../../phantom/mod.ts";
import { ORGANS } from "../../labels/mod.ts";
import { SIDES, type Workbench } from "./frame.ts";
import { paintBone } from "./spine.ts";

/** Paints hip bones and thigh bones. */
export function paintPelvis(bench: Workbench): void {
  const { painter, person } = bench;
  painter.paint(tube([-9, 50, -238], [9, 50, -238], [13, 18], [0, 1, 0]), { hu: 90, texture: 12 });
  for (const side of SIDES) {
    // The wing: a shell, thick at its crest and where it meets the sacrum.
    const wing = turned([0, side * 24, -side * 30]);
    paintBone(
      bench,
      ellipsoid([side * 96, -20, -140], [4.5, 22, 22], {
        axes: wing,
        core: [0, 36, 36],
        bend: side * 0.75,
      }),
      2.1,
    );
    paintBone(
      bench,
      tube([side * 118, 30, -118], [side * 112, -38, -92], [5.5, 7]),
      2,
    );
    paintBone(bench, tube([side * 112, -38, -92], [side * 66, -76, -122], [6, 8]), 2);
    paintBone(bench, tube([side * 118, 30, -118], [side * 104, 34, -165], [6, 9]), 2);
    paintBone(bench, tube([side * 66, -70, -128], [side * 58, -58, -172], [9, 13]), 2.2);
    paintBone(bench, tube([side * 60, -50, -172], [side * 86, -12, -196], [11, 14]), 2.4);
    paintBone(bench, tube([side * 103, 30, -165], [side * 90, 8, -192], [11, 13]), 2.4);
    // The socket, open to the side and below.
    const head = [side * 88, 0, -220] as const;
    const open = Math.SQRT1_2;
    paintBone(
      bench,
      [
        ellipsoid(head, [34, 34, 34]),
        halfSpace([side * open, 0, -open], side * open * head[0] - open * head[2] + 14),
      ],
      2.5,
    );
    painter.paint(ellipsoid(head, [25.4, 25.4, 25.4]), { hu: 60 });
    paintBone(bench, tube([side * 70, 22, -212], [side * 17, 52, -232], [8, 9]), 2);
    paintBone(bench, tube([side * 15, 51, -242], [side * 50, -18, -285], [6, 8]), 2);
    paintBone(bench, tube([side * 72, -30, -226], [side * 60, -42, -286], [13, 16]), 2.4);
    paintThigh(bench, side);
  }
  // The joints between sacrum and wings: cartilage, but bone touches beside it.
  for (const side of SIDES) {
    painter.paint(
      ellipsoid([side * 50, -62, -160], [1.8, 14, 22], {
        axes: turned([0, -side * 12, side * 18]),
      }),
      { hu: person.marrow * 0.8 + 40, label: ORGANS.bone },
    );
  }
}

function paintThigh(bench: Workbench, side: 1 | -1): void {
  const { painter, person } = bench;
  const head = [side * 88, 0, -220] as const;
  const neck = [side * 122, -8, -250] as const;
  const replaced = person.illness.hip === (side > 0 ? "right" : "left");
  paintBone(bench, tube(head, neck, 15), 2.5);
  paintBone(bench, ellipsoid([side * 128, -12, -244], [16, 19, 24]), 2.2);
  paintBone(bench, tube([side * 122, -8, -256], [side * 112, 2, -520], 15), 5.5, -30);
  paintBone(bench, ellipsoid(head, [24, 24, 24]), 1.8, person.marrow * 1.4);
  if (!replaced) return;
  const metal = { hu: 3000, label: ORGANS.bone };
  painter.paint(
    [
      ellipsoid(head, [31, 31, 31]),
      outside(ellipsoid(head, [24, 24, 24])),
      halfSpace([side * 0.6, 0, -0.8], side * 0.6 * head[0] - 0.8 * head[2]),
    ],
    metal,
  );
  painter.paint(ellipsoid(head, [16, 16, 16]), metal);
  painter.paint(tube(head, neck, 7), metal);
  painter.paint(tube(neck, [side * 117, -2, -370], 8), metal);
}
