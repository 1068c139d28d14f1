import type { BiometricSample, CaptureOutcome, FaceCapturer, QualityReason } from '../../face/capture.js';

/** An image that gave no template. */
export interface FailedImage {
  readonly image: string;
  readonly outcome: Exclude<CaptureOutcome['outcome'], 'captured'>;
  /** Only for `poor_quality`. */
  readonly reasons: readonly QualityReason[];
}

export interface Acquisition {
  /** Unit vectors by image. */
  readonly templates: ReadonlyMap<string, Float32Array>;
  readonly failures: readonly FailedImage[];
}

interface AcquisitionOptions {
  readonly read: (image: string) => Promise<BiometricSample>;
  /** Images that are read or captured at the same time. */
  readonly inFlight: number;
  readonly onCaptured: () => void;
}

/**
 * Captures every image once.
 *
 * @throws Error that names the image, when one cannot be read or the engine fails at it
 */
export async function acquire(
  capturer: FaceCapturer,
  images: readonly string[],
  { read, inFlight, onCaptured }: AcquisitionOptions,
): Promise<Acquisition> {
  const templates = new Map<string, Float32Array>();
  const failures: FailedImage[] = [];
  await withEachImage(images, inFlight, async (image) => {
    const result = await captureOne(capturer, image, read);
    if (result.outcome === 'captured') templates.set(image, result.template.vector);
    else {
      const reasons = result.outcome === 'poor_quality' ? result.reasons : [];
      failures.push({ image, outcome: result.outcome, reasons });
    }
    onCaptured();
  });
  return { templates, failures: failures.sort((x, y) => (x.image < y.image ? -1 : 1)) };
}

/** Works on so many at a time; after the first failure, which is thrown, none is begun. */
export async function withEachImage(
  images: readonly string[],
  inFlight: number,
  work: (image: string) => Promise<void>,
): Promise<void> {
  // All lanes draw from one generator; a lane that throws closes it, and the others come to an end as well.
  const waiting = (function* () {
    yield* images;
  })();
  const lane = async (): Promise<void> => {
    for (const image of waiting) await work(image);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

async function captureOne(capturer: FaceCapturer, image: string, read: AcquisitionOptions['read']) {
  try {
    const result = await capturer.capture(await read(image), 'verification');
    if (result.outcome === 'busy') throw new Error('the engine did not come to it in time');
    return result;
  } catch (error) {
    throw new Error(`${image} could not be captured`, { cause: error });
  }
}

/** How many images failed for which reason, most frequent first; several reasons of one image count as one. */
export function countReasons(failures: readonly FailedImage[]): { reason: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { outcome, reasons } of failures) {
    const reason = [outcome, reasons.join(', ')].filter((part) => part !== '').join(': ');
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .sort((x, y) => y.count - x.count || (x.reason < y.reason ? -1 : 1));
}
