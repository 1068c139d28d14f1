import Bowser from 'bowser';

const KNOWN: ReadonlySet<string> = new Set(
  [Bowser.BROWSER_MAP, Bowser.OS_MAP].flatMap((names) => Object.values(names)),
);

/** @returns what its owner calls the device, e.g. `Firefox on Linux`; null when its program does not say */
export function deviceLabelOf(userAgent: string | undefined): string | null {
  if (userAgent === undefined || userAgent.length > 1024) return null;
  const { browser, os } = Bowser.parse(userAgent || ' ');
  // Where the parser knows nothing it passes on what it finds, and what it finds comes from the client.
  const label = [browser.name, os.name].filter((name) => name !== undefined && KNOWN.has(name)).join(' on ');
  return label === '' ? null : label;
}
