/**
 * A quantile of Student's t law.
 *
 * @param p Its probability, from 0.5 to below 1.
 * @param dof Degrees of freedom, a whole number of at least 1.
 * @returns The t that a share `p` of the law lies below: from the finite series of Abramowitz and Stegun 26.7.3 and 26.7.4, by bisection.
 * @throws {RangeError} If one of them is out of range.
 */
export function studentQuantile(p: number, dof: number): number {
  if (!(p >= 0.5 && p < 1)) {
    throw new RangeError(`Cannot take a quantile of Student's t: p is ${p}, not in [0.5, 1)`);
  }
  if (!(Number.isInteger(dof) && dof >= 1)) {
    throw new RangeError(`Cannot take a quantile of Student's t: ${dof} degrees of freedom`);
  }
  const share = 2 * p - 1;
  // Over the angle atan(t / sqrt(dof)) the law has a finite support.
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle, dof) < share) low = middle;
    else high = middle;
  }
  return Math.sqrt(dof) * Math.tan(low);
}

/** The share of the law that lies between -t and t, where tan(angle) = t / sqrt(dof). */
function shareWithin(angle: number, dof: number): number {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const odd = dof % 2;
  let term = odd ? cos : 1;
  let sum = 0;
  for (let power = odd; power <= dof - 2; power += 2) {
    sum += term;
    term *= cos ** 2 * (power + 1) / (power + 2);
  }
  return odd ? 2 / Math.PI * (angle + sin * sum) : sin * sum;
}
