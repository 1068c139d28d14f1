import v8 from 'node:v8';
import vm from 'node:vm';

/** So much may lie about: two pictures of the size that cameras send, decoded. */
const MAX_LEFT_BYTES = 2_000_000;

/**
 * Has the pictures of this thread collected that nobody has any more. Their pixels lie outside of the heap, so that V8 sees
 * small objects only, and would let dozens of megabytes come together before it looks after them.
 *
 * @returns to be called when a picture is done with: about a millisecond, or nothing where little has come together
 */
export function createPictureCollector(): () => void {
  // The switch is one for all threads, which start side by side: whoever turned it off again would take it from the others.
  // Only contexts that are made from now on have the function.
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('globalThis.gc') as
    ((options: { readonly type: 'minor' }) => void) | undefined;
  let least = Number.POSITIVE_INFINITY;
  return () => {
    const { arrayBuffers } = process.memoryUsage();
    least = Math.min(least, arrayBuffers);
    // A picture is young when it is done with: what has to be looked through is next to nothing.
    if (arrayBuffers - least > MAX_LEFT_BYTES) collect?.({ type: 'minor' });
  };
}
