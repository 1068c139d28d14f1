import type { Abilities, LightMode, Movement } from '@vultus/client';

export const MOVEMENTS: readonly Movement[] = [
  'turn_left',
  'turn_right',
  'open_mouth',
  'blink',
  'nod',
  'come_closer',
];

/** What the person has chosen on this device. */
export interface Choices {
  readonly light: LightMode;
  /** Movements not to be asked for. */
  readonly without: readonly Movement[];
  /** Null for whichever the browser gives. */
  readonly cameraId: string | null;
}

const KEY = 'vultus-face-check';
/** From the strongest on. */
export const LIGHTS: readonly LightMode[] = ['full', 'low', 'none'];

type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem'>;

/** @returns null when nothing usable is remembered: the person has to be asked */
export function rememberedChoices(storage: Storage | null): Choices | null {
  try {
    const found: unknown = JSON.parse(storage?.getItem(KEY) ?? 'null');
    return isChoices(found) ? found : null;
  } catch {
    return null;
  }
}

/** Where nothing may be remembered, the person is asked again. */
export function rememberChoices(storage: Storage | null, choices: Choices): void {
  try {
    storage?.setItem(KEY, JSON.stringify(choices));
  } catch {
    // Storage that is full or forbidden.
  }
}

/** Storage of the device, null where the browser does not let the page have it. */
export function deviceStorage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}

/** @returns the gentler of the two */
export function gentler(a: LightMode, b: LightMode): LightMode {
  return LIGHTS.indexOf(a) > LIGHTS.indexOf(b) ? a : b;
}

export function abilitiesOf({ light, without }: Choices): Abilities {
  return { light, movements: MOVEMENTS.filter((movement) => !without.includes(movement)) };
}

/** @returns how many movements have to be left, when too few are; null when it is enough */
export function missingAbilities({ light, without }: Choices): 'one' | 'three' | null {
  const left = MOVEMENTS.length - without.length;
  if (light === 'none') return left < 3 ? 'three' : null;
  return left < 1 ? 'one' : null;
}

function isChoices(found: unknown): found is Choices {
  if (typeof found !== 'object' || found === null) return false;
  const { light, without, cameraId } = found as Record<keyof Choices, unknown>;
  return (
    LIGHTS.includes(light as LightMode) &&
    Array.isArray(without) &&
    without.every((movement) => MOVEMENTS.includes(movement as Movement)) &&
    (cameraId === null || typeof cameraId === 'string')
  );
}
