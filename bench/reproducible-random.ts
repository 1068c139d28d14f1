/**
 * The generator of Park and Miller: the same draws in every run.
 *
 * @param seed 1…2³¹ − 2
 * @returns draws a whole number of 0…bound − 1
 */
export function reproducibleRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
}
