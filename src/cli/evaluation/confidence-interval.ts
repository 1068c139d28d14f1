/** The standard normal deviate that leaves 2.5 % on either side. */
const Z = 1.959963984540054;

/**
 * 95 % Wilson score interval of a proportion (Wilson, JASA 1927; recommended for small samples and for
 * proportions near 0 by Brown, Cai and DasGupta, Statistical Science 2001). It takes the trials to be
 * independent of each other.
 *
 * @param errors 0…trials
 * @param trials how often was tried; with none nothing is known, which is the interval 0…1
 * @returns lower and upper bound, 0…1, with errors / trials between them
 */
export function wilsonInterval(errors: number, trials: number): [number, number] {
  if (trials === 0) return [0, 1];
  const p = errors / trials;
  const z2 = (Z * Z) / trials;
  const centre = (p + z2 / 2) / (1 + z2);
  const reach = (Z / (1 + z2)) * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials));
  // At the ends the bound is exact; rounding would leave it a hair beside.
  return [errors === 0 ? 0 : centre - reach, errors === trials ? 1 : centre + reach];
}
